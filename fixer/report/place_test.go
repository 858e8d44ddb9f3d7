package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

// TestPlaces: each form marks as much of the text as a finding covers and the form can
// express.
func TestPlaces(t *testing.T) {
	word := fixer.Finding{ID: "one", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 6, EndLine: 1, EndCol: 7, Problem: "p", Change: "c", Reason: "r", Caveats: []string{"w"}}
	lines := fixer.Finding{ID: "two", Status: fixer.Fixed, Safety: fixer.Safe, Line: 2, Col: 1, EndLine: 3, EndCol: 4, Problem: "p"}
	r := &Report{Files: []File{{Path: "Dockerfile", Result: fixer.Result{
		Before: []byte("FROM a\nRUN b \\\n  c\n"), After: []byte("FROM b\nRUN b \\\n  c\n"), Findings: []fixer.Finding{word, lines},
	}}}}
	for _, c := range []struct {
		form string
		want []string // without blanks
	}{
		{"sarif", []string{`"endColumn":7,"endLine":1,"startColumn":6,"startLine":1`, `"endColumn":4,"endLine":3,"startColumn":1,"startLine":2`, `"caveats":["w"],"change":"c","problem":"p","reason":"r"`}},
		{"rdjson", []string{`"start":{"line":2,"column":1},"end":{"line":3,"column":4}`}},
		{"github", []string{"line=1,col=6,endColumn=7,", "line=2,col=1,title"}},
		{"json", []string{`"line":2,"column":1,"endLine":3,"endColumn":4`, `"problem":"p","change":"c","reason":"r","caveats":["w"]`}},
	} {
		for _, f := range Formats {
			if f.Name != c.form {
				continue
			}
			var b bytes.Buffer
			if err := f.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(b.String()), "")
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s lacks %s:\n%s", c.form, want, &b)
				}
			}
		}
	}
}
