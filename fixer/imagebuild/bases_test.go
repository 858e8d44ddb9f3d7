package imagebuild

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/stage"
)

// named says what names mean: sha256: and the name itself, but for some.
type names struct{}

func (names) Inspect(_ context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	switch {
	case q.Ask != baseimage.AskDigest:
		return nil, errors.New("more than the digest is asked for")
	case q.Image == "gone":
		return nil, baseimage.ErrNotFound
	case q.Image == "assumed":
		return &baseimage.Facts{Image: q.Image, Digest: "sha256:old", Assumed: "the registry does not answer"}, nil
	}
	return &baseimage.Facts{Image: q.Image, Digest: "sha256:" + q.Image}, nil
}

// TestBases: the images of all stages that are built count, and what they copy from; what can't be
// known is an error.
func TestBases(t *testing.T) {
	const digest = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for name, c := range map[string]struct {
		text, want string
	}{
		"one":                  {"FROM a\n", "[{a sha256:a}]"},
		"twice":                {"FROM a AS x\nFROM a\nCOPY --from=x / /\n", "[{a sha256:a}]"},
		"a stage":              {"FROM a AS x\nFROM x\n", "[{a sha256:a}]"},
		"stages by number":     {"FROM a\nFROM b\nCOPY --from=0 / /\n", "[{a sha256:a} {b sha256:b}]"},
		"what it copies from":  {"FROM a\nCOPY --from=c /x /\nRUN --mount=from=d,target=/d true\n", "[{a sha256:a} {c sha256:c} {d sha256:d}]"},
		"by its argument":      {"ARG V=1\nFROM a:$V\n", "[{a:1 sha256:a:1}]"},
		"by its digest":        {"FROM a" + digest + "\n", "[]"},
		"none":                 {"FROM scratch\n", "[]"},
		"one that is not used": {"FROM gone AS x\nFROM a AS y\nFROM y AS out\n", "[{a sha256:a}]"},
		"not found":            {"FROM gone\n", "error"},
		"assumed":              {"FROM assumed\n", "error"},
		"an unknown one":       {"ARG V\nFROM $V\n", "error"},
		"a variable":           {"FROM a\nARG C\nCOPY --from=$C / /\n", "error"},
	} {
		list, err := Bases(t.Context(), Source{Name: "Dockerfile", Src: []byte(c.text), Options: stage.Options{Target: target(c.text)}}, names{})
		got := fmt.Sprint(list)
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s: %s (%v), want %s", name, got, err, c.want)
		}
	}
}

// target returns the target of a build: a stage named out, else the last one.
func target(text string) string {
	if strings.Contains(text, " AS out") {
		return "out"
	}
	return ""
}
