package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/transforms"
)

// banned are words that the tool does not use, with their replacements. Messages
// state the problem as a plain statement, the change as an imperative and the reason
// as a fact, in the words of the field.
var banned = []struct {
	words   *regexp.Regexp
	instead string
}{
	{words(`left so`), "(unchanged)"},
	{words(`(is|are|be) told|told of`), "is reported, is shown"},
	{words(`tells? (whether|of|what|how|which|no)`), "shows, reports whether"},
	{words(`speaks? (for|of)|spoken of`), "covers, names"},
	{words(`nobody|somebody|anybody|everybody`), "a plain statement; another user, everyone"},
	{words(`in use for`), "used for"},
	{words(`in front of`), "before"},
	{words(`behind`), "after"},
	{words(`stands? (for|where|beside|before|behind|in)`), "means, is, comes before"},
	{words(`strangers?`), "untrusted input, third party"},
	{words(`(form|thing|repository) (of the past|with a past)`), "legacy"},
	{words(`whom`), "the user that, the host that"},
	{words(`be (it|they) (a|an|at|that|of)`), "even, included"},
	{words(`goes on (in|to)`), "continues on"},
	{words(`asked for with`), "set by"},
	{words(`hears? (of|nothing)`), "receives"},
	{words(`mends?|mended`), "fixes, repairs"},
	{words(`keeps? (nothing|transforms?|a transform) away`), "suppresses"},
	{words(`is no (transform|program|plain|JSON|POSIX)`), "is not a"},
	{words(`(jobs|builds|files|work) of others`), "other users' jobs, builds from this image"},
	{words(`no safe place for the edit`), "the reason alone"},
	{words(`process 1`), "PID 1"},
}

func words(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(pattern, " ", `\s+`) + `)\b`)
}

// TestVocabulary: users read no banned word.
func TestVocabulary(t *testing.T) {
	texts := map[string]string{}
	output := func(args ...string) {
		t.Helper()
		var out, problems bytes.Buffer
		if code := Run(args, nil, &out, &problems); code != exitOK {
			t.Fatalf("dockmend %v: exit code %d: %s", args, code, problems.Bytes())
		}
		texts["dockmend "+strings.Join(args, " ")] = out.String() + problems.String()
	}
	output("--help")
	for _, command := range []string{"verify", "smoke", "inspect", "explain", "seccomp", "config", "completion"} {
		output(command, "--help")
	}
	output("explain")
	for _, id := range transforms.IDs() {
		output("explain", id)
	}
	for id := range engineFindings {
		output("explain", id)
	}
	for id := range seccomp.IDs {
		output("explain", id)
	}
	output("seccomp")
	output("config", "--schema")
	read := func(name string) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.ToSlash(name)] = string(text)
	}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "fixer/report/testdata/pull-request.md", "fixer/seccomp/testdata/copied.want"} {
		read(filepath.Join("..", "..", name))
	}
	findings := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "golden"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "findings.txt" {
			findings++
			read(name)
		}
		return err
	})
	if err != nil || findings < 100 {
		t.Fatalf("%d files of findings (error %v)", findings, err)
	}
	for name, text := range texts {
		for _, b := range banned {
			for _, at := range b.words.FindAllStringIndex(text, -1) {
				line := strings.Count(text[:at[0]], "\n") + 1
				t.Errorf("%s:%d: %q is banned; say: %s", name, line, text[at[0]:at[1]], b.instead)
			}
		}
	}
}
