package escape_test

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/escape"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain, naïve, 文": "plain, naïve, 文",
		"two\nlines":      `two\nlines`,
		"red \x1b[31m":    `red \x1b[31m`,
		"bidi \u202e":     `bidi \u202e`,
		"broken \xff":     "broken \ufffd",
		"":                "",
	} {
		if got := escape.Line(in); got != want {
			t.Errorf("Line(%q) is %q, want %q", in, got, want)
		}
	}
}
