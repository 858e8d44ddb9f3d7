package fixer

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestFindingIsBounded: what a repository says is quoted in part where it is long.
func TestFindingIsBounded(t *testing.T) {
	long := strings.Repeat("é", 50_000)
	caveats := []string{"short", "x" + long}
	f := Finding{Problem: long, Change: "add x", Reason: "x" + long, Caveats: caveats}.bounded()
	for name, text := range map[string]string{"problem": f.Problem, "reason": f.Reason, "caveat": f.Caveats[1]} {
		if len(text) > maxText+len("…") || !utf8.ValidString(text) || !strings.HasSuffix(text, "é…") {
			t.Errorf("%s: %d bytes, ends in %q", name, len(text), text[len(text)-8:])
		}
	}
	if f.Change != "add x" || f.Caveats[0] != "short" || len(caveats[1]) != len(long)+1 {
		t.Error("a short text was changed, or the caller's list was")
	}
	if got := StatedAt("syntax", 1, 1, "left alone", long).Reason; len(got) > maxText+len("…") {
		t.Errorf("stated: %d bytes", len(got))
	}
}
