package golden

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms"
)

// FuzzCompose runs the whole list, unsafe changes included, on whatever Compose takes, with
// images of which all is known: no panic, no output that the check reverts, no line lost, and
// nothing left for a second run.
func FuzzCompose(f *testing.F) {
	fuzzYAML(f, "compose.yaml", func(t *testing.T, src []byte, o fixer.Options) (fixer.Result, error) {
		files := fstest.MapFS{"compose.yaml": {Data: src}}
		projects := []*compose.Project{compose.LoadFiles(files, "", []string{"compose.yaml"})}
		return composefile.Run(t.Context(), composefile.Source{
			Name: "compose.yaml", Src: src, Place: "compose.yaml", Projects: projects, Repository: files,
			Image:   func(*compose.Service) workload.Container { return wellKnown },
			Inspect: func(q baseimage.Query) (*baseimage.Facts, error) { return baseimage.Table{}.Inspect(t.Context(), q) },
		}, transforms.All(), o)
	})
}

// FuzzManifest is FuzzCompose for manifests.
func FuzzManifest(f *testing.F) {
	fuzzYAML(f, "manifest.yaml", func(t *testing.T, src []byte, o fixer.Options) (fixer.Result, error) {
		return manifest.Run(t.Context(), manifest.Source{
			Name: "manifest.yaml", Src: src, Image: func(string) workload.Container { return wellKnown },
		}, transforms.All(), o)
	})
}

// wellKnown is an image of which all is known, and that writes.
var wellKnown = workload.Container{Image: "Dockerfile", Own: true, User: "1000", UID: 1000, GID: 1000, Node: true, Writes: []workload.Write{{Path: "/app/data", Tree: true, Sure: true, By: "server.js"}}}

func fuzzYAML(f *testing.F, name string, run func(*testing.T, []byte, fixer.Options) (fixer.Result, error)) {
	dirs, err := Cases(".", name)
	if err != nil {
		f.Fatal(err)
	}
	for _, dir := range dirs {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, true)
		f.Add(src, false)
	}
	f.Fuzz(func(t *testing.T, src []byte, unsafe bool) {
		o := fixer.Options{KnownIDs: transforms.IDs()}
		if unsafe {
			o.Threshold = fixer.Unsafe
		}
		r, err := run(t, src, o)
		if err != nil {
			return // it is not YAML
		}
		for _, finding := range r.Findings {
			if finding.Status == fixer.Failed {
				t.Fatalf("%s: %s", finding.ID, finding.Sentence())
			}
		}
		keepsLines(t, r.Before, r.After)
		again, err := run(t, r.After, o)
		if err != nil || !bytes.Equal(again.After, r.After) {
			t.Fatalf("a second run changes the result, %v:\n%s", err, diff.Unified(name, r.After, again.After))
		}
	})
}
