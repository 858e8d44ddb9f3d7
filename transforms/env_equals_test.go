package transforms

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	lexer "github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// pairs returns what BuildKit sets for the ENV or LABEL at the end of a Dockerfile:
// parsed and expanded as its dispatch does.
func pairs(t *testing.T, src []byte, env []string) (string, error) {
	t.Helper()
	r, err := parser.Parse(strings.NewReader(string(src)))
	if err != nil {
		return "", err
	}
	cmd, err := instructions.ParseInstruction(r.AST.Children[len(r.AST.Children)-1])
	if err != nil {
		return "", err
	}
	lex := lexer.NewLex(r.EscapeToken)
	err = cmd.(instructions.SupportsSingleWordExpansion).Expand(func(word string) (string, error) {
		out, _, err := lex.ProcessWord(word, lexer.EnvsFromSlice(env))
		return out, err
	})
	var kvs instructions.KeyValuePairs
	switch cmd := cmd.(type) {
	case *instructions.EnvCommand:
		kvs = cmd.Env
	case *instructions.LabelCommand:
		kvs = cmd.Labels
	}
	var b strings.Builder
	for _, kv := range kvs {
		fmt.Fprintf(&b, "%q=%q ", kv.Key, kv.Value)
	}
	return b.String(), err
}

// TestEnvEqualsKeepsValues: BuildKit sets the same before and after, for any value and
// any variables.
func TestEnvEqualsKeepsValues(t *testing.T) {
	pieces := []string{
		"a", "b/c", " ", " ", "  ", "\t", `"`, `'`, `\`, `\ `, `\"`, "`", "$", "$A", "${A}", "${A:-x y}", "${B:+p q}", "${A#x}", "#", "=", "a=b", "<<", "<< ", "é", "\u00a0", "\u0085",
		`"c d"`, `'c d'`, "\\\n", "\\\n  ", "`\n ", "--x", "%", "\v", "{", "}", ":", `C:\d`,
	}
	changed := 0
	for seed := range uint64(5_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		keyword := []string{"ENV", "LABEL", "env"}[r.IntN(3)]
		var b strings.Builder
		if r.IntN(3) == 0 {
			b.WriteString("# escape=`\n")
		}
		b.WriteString("FROM x\n" + keyword + " K" + []string{" ", "  ", "\t"}[r.IntN(3)])
		for range 1 + r.IntN(7) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		src := []byte(b.String())
		res, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: src}, []*fixer.Transform{EnvEquals}, baseimage.NewStatic(), fixer.Options{})
		if err != nil {
			continue // not a Dockerfile
		}
		for _, f := range res.Findings {
			if f.Status == fixer.Failed {
				t.Fatalf("%q: %s", src, f.Sentence())
			}
		}
		if string(res.After) == string(src) {
			continue
		}
		changed++
		for _, env := range [][]string{nil, {"A=1"}, {"A=x y", "B="}, {`A="`, `B=\`}, {"A=$B", "B=q"}} {
			before, err1 := pairs(t, src, env)
			after, err2 := pairs(t, res.After, env)
			if (err1 == nil) != (err2 == nil) || err1 == nil && before != after {
				t.Fatalf("with %v\n%q sets\n%s, %v\n%q sets\n%s, %v", env, src, before, err1, res.After, after, err2)
			}
		}
	}
	if changed < 2_000 {
		t.Errorf("only %d were changed", changed)
	}
	t.Logf("%d changed", changed)
}
