package report

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

func TestText(t *testing.T) {
	var b strings.Builder
	err := Text(&b, "a/Dockerfile", []fixer.Finding{
		{ID: "one", Status: fixer.Refused, Line: 1, Col: 2, Problem: "is left alone"},
		{ID: "two", Status: fixer.Fixed, Line: 3, Col: 4, Problem: "is fixed", Safety: fixer.Unsafe},
		{ID: "two", Status: fixer.Offered, Line: 5, Col: 6, Problem: "is not", Safety: fixer.Unsafe},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `a/Dockerfile:1:2: is left alone (unchanged) [one]
a/Dockerfile:3:4: is fixed [two]
a/Dockerfile:5:6: is not; only with --unsafe [two]
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}
