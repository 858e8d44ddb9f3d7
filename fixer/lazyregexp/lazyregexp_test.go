package lazyregexp

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestMethods(t *testing.T) {
	const expr, text = `(a)(b*)`, "ab-abb-a"
	lazy, eager := New(expr), regexp.MustCompile(expr)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if !lazy.MatchString(text) || !lazy.Match([]byte(text)) || lazy.MatchString("c") {
				t.Error("it matches something else")
			}
		})
	}
	all.Wait()
	if got, want := lazy.FindStringSubmatch(text), eager.FindStringSubmatch(text); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := lazy.FindAllString(text, 2), eager.FindAllString(text, 2); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := lazy.ReplaceAllString(text, "$2$1"), eager.ReplaceAllString(text, "$2$1"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAll(t *testing.T) {
	before := all.list
	defer func() { all.list = before }()
	if err := All(); err != nil {
		t.Error(err)
	}
	New(`a(`)
	if err := All(); err == nil || !strings.Contains(err.Error(), "missing closing )") {
		t.Errorf("%v, want an error about the parenthesis", err)
	}
}
