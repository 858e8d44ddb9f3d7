package golden

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms"
)

// FuzzAll runs the whole list, unsafe changes included, on whatever parses: no
// panic, no output that the check reverts, nothing left for a second run,
// no comment lost.
func FuzzAll(f *testing.F) {
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		f.Fatal(err)
	}
	for _, dir := range dirs {
		src, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, true)
		f.Add(src, false)
	}
	text, err := os.ReadFile("images.json")
	if err != nil {
		f.Fatal(err)
	}
	list, err := baseimage.ReadFacts(bytes.NewReader(text))
	if err != nil {
		f.Fatal(err)
	}
	images := baseimage.NewStatic(list...)
	context := buildContext(f, ExampleDir("npm-ci-stage"), false, false)
	f.Fuzz(func(t *testing.T, src []byte, inContext bool) {
		run := func(src []byte) (imagebuild.Result, bool) {
			source := imagebuild.Source{Name: "Dockerfile", Src: src}
			if inContext {
				source.Context = context
			}
			r, err := imagebuild.Run(t.Context(), source, transforms.All(), images, fixer.Options{Threshold: fixer.Unsafe})
			if err != nil {
				return r, false
			}
			for _, f := range r.Findings {
				if f.Status == fixer.Failed {
					t.Fatalf("%s: %s", f.ID, f.Sentence())
				}
			}
			return r, true
		}
		r, ok := run(src)
		if !ok {
			return
		}
		again, ok := run(r.After)
		if !ok || !bytes.Equal(again.After, r.After) {
			t.Fatalf("a second run changes the result:\n%s\n->\n%s\n->\n%s", src, r.After, again.After)
		}
		keepsComments(t, r.Before, r.After)
		keepsInstructions(t, r.Before, r.After, dockerfileIDs())
	})
}
