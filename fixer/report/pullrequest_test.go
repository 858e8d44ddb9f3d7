package report

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/transforms"
)

var updateExample = flag.Bool("update", false, "write testdata/pull-request.md")

// unreachable answers as if no registry can be reached.
type unreachable struct{ baseimage.Table }

func (u unreachable) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	f, err := u.Table.Inspect(ctx, q)
	if err == nil {
		f.Assumed = "registry-1.docker.io could not be asked: no such host"
	}
	return f, err
}

// TestPullRequest: a pull request over golden cases is the reviewed one.
func TestPullRequest(t *testing.T) {
	known := baseimage.NewStatic(goldenFacts(t)...)
	r := &Report{Version: "0.1.0", Transforms: transforms.All(), Files: []File{
		fromGolden(t, "services/api", "all/guide-node-slim", known, Proof{
			Outcome: "proved", Reason: "it does what it did before, and is not root",
			Seen:  []Seen{{"user", "0", "1000"}, {"stop", "killed", "0.7s"}, {"size", "231.4 MB", "203.9 MB"}, {"build", "21.4s", "19.8s"}},
			Notes: []string{"it ends on the stop signal after 30ms; before, it had to be killed"},
		}),
		fromGolden(t, "services/web", "all/two-images", known,
			Proof{
				Outcome: "broken by the fix", Reason: "it no longer works: it ended with exit code 1 after 510ms",
				Seen: []Seen{{"user", "0", "1000"}, {"stop", "0.1s", "-"}, {"size", "155.4 MB", "155.5 MB"}, {"build", "14.7s", "12.9s"}},
			},
			Proof{Target: "app", Outcome: "not proved", Reason: "before, it wrote /srv/app/data/app.db, which user 1000 may not"}),
		fromGolden(t, "services/old", "all/legacy-express", unreachable{}),
		fromGolden(t, "site", "all/static-nginx", known),
		fromGolden(t, "tools", "all/perfect", known),
	}}
	_, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "docs/Dockerfile", Src: []byte("# to do\nCOPY . .\n")}, transforms.All(), known, fixer.Options{})
	var failure *document.Error
	if !errors.As(err, &failure) {
		t.Fatalf("the error is %v", err)
	}
	r.Files = append(r.Files, File{Path: "docs/Dockerfile", Err: failure})

	got, name := []byte(markdownOf(t, r)), filepath.Join("testdata", "pull-request.md")
	if *updateExample {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the body differs from %s (go test ./fixer/report -update writes it):\n%s", name, diff.Unified("pull-request.md", want, got))
	}
}

// goldenDir has the golden cases.
const goldenDir = "../../golden"

func goldenFacts(t *testing.T) []*baseimage.Facts {
	t.Helper()
	f, err := os.Open(filepath.Join(goldenDir, "images.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := baseimage.ReadFacts(f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// fromGolden runs all transforms over a golden case, as if it lay elsewhere.
func fromGolden(t *testing.T, dir, name string, inspector baseimage.Inspector, proofs ...Proof) File {
	t.Helper()
	from := filepath.Join(goldenDir, filepath.FromSlash(name))
	src, err := os.ReadFile(filepath.Join(from, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	build, err := golden.ReadBuild(from)
	if err != nil {
		t.Fatal(err)
	}
	files, err := build.BuildContext(from)
	if err != nil {
		t.Fatal(err)
	}
	buildContext := fstest.MapFS{".": &fstest.MapFile{Mode: fs.ModeDir | 0o755}}
	for name, f := range files {
		buildContext[name] = &fstest.MapFile{Data: f.Data, Mode: f.Mode}
	}
	f := File{Path: path.Join(dir, "Dockerfile"), Directory: dir, Proofs: proofs}
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: f.Path, Src: src, Context: buildContext}, transforms.All(), inspector, fixer.Options{KnownIDs: transforms.IDs()})
	if err != nil {
		t.Fatal(err)
	}
	f.Result, f.Images = r.Result, r.Images
	return f
}
