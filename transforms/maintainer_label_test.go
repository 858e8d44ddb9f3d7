package transforms

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// TestMaintainerLabelKeepsText: the label that BuildKit sets is the text of
// MAINTAINER, whatever it contains.
func TestMaintainerLabelKeepsText(t *testing.T) {
	pieces := []string{"a", "The shop team", " ", "\t", `"`, `'`, `\`, "`", "$", "$A", "${A}", "${", "<a@b.c>", "#", "=", "<<", "é", "\u00a0", "%", "{", "}"}
	changed := 0
	for seed := range uint64(3_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		for range 1 + r.IntN(7) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		src := "FROM x\nMAINTAINER " + text.String()
		if r.IntN(3) == 0 {
			src = "# escape=`\n" + src
		}
		res, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, []*fixer.Transform{MaintainerLabel}, baseimage.NewStatic(), fixer.Options{})
		if err != nil {
			continue // not a Dockerfile
		}
		for _, f := range res.Findings {
			if f.Status == fixer.Failed {
				t.Fatalf("%q: %s", src, f.Sentence())
			}
		}
		if string(res.After) == src {
			continue
		}
		changed++
		r0, err := parser.Parse(strings.NewReader(src))
		if err != nil {
			t.Fatal(err)
		}
		got, err := pairs(t, res.After, []string{"A=1"})
		if want := fmt.Sprintf("%q=%q ", authors, unquoted(r0.AST.Children[1].Next.Value)); err != nil || got != want {
			t.Fatalf("%q\nbecomes\n%q\nwhich sets\n%s, %v, and not\n%s", src, res.After, got, err, want)
		}
	}
	if changed < 1_000 {
		t.Errorf("only %d were changed", changed)
	}
}
