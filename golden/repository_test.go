package golden

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
	"github.com/dockmend/dockmend/transforms"
)

// TestRepositories repairs the folders repository/ of cases as a run with --unsafe does, all
// kinds of files together, and compares them with want/. A second run changes nothing.
func TestRepositories(t *testing.T) {
	dirs, err := filepath.Glob("all/*/repository")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.ToSlash(filepath.Dir(dir)), func(t *testing.T) {
			work := t.TempDir()
			if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			findings := repairRepository(t, work)
			if *update {
				want := filepath.Join(filepath.Dir(dir), "want")
				if err := os.RemoveAll(want); err != nil {
					t.Fatal(err)
				}
				if err := os.CopyFS(want, os.DirFS(work)); err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Dir(dir), "findings.txt", findings, true)
			}
			sameFiles(t, filepath.Join(filepath.Dir(dir), "want"), work)
			if want := read(t, filepath.Dir(dir), "findings.txt"); !bytes.Equal(findings, want) {
				t.Errorf("the findings differ from findings.txt:\n%s", diff.Unified("findings.txt", want, findings))
			}
			before := os.DirFS(work)
			again := t.TempDir()
			if err := os.CopyFS(again, before); err != nil {
				t.Fatal(err)
			}
			repairRepository(t, again)
			sameFiles(t, work, again)
		})
	}
}

// repairRepository writes what a run makes of a directory, and returns its findings.
func repairRepository(t *testing.T, dir string) []byte {
	t.Helper()
	files, _, err := workspace.Find(t.Context(), []string{dir}, workspace.Search{Compose: true, Manifests: true})
	if err != nil {
		t.Fatal(err)
	}
	inspector := baseimage.NewStatic(images(t, "images.json")...)
	var findings bytes.Buffer
	for _, f := range files {
		r, err := repairFile(t.Context(), f, inspector)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(r.Result); err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if err := report.Text(&findings, name, r.Findings); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.ReplaceAll(findings.Bytes(), []byte(workspace.DisplayName(dir)+"/"), nil)
}

func repairFile(ctx context.Context, f *workspace.File, inspector baseimage.Inspector) (imagebuild.Result, error) {
	return f.Repair(ctx, nil, workspace.Request{
		Transforms: transforms.All(), Inspector: inspector, Options: fixer.Options{KnownIDs: transforms.IDs(), Threshold: fixer.Unsafe},
	})
}

// sameFiles: two directories have the same files, of the same text.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	texts := func(dir string) map[string]string {
		all := map[string]string{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, name))
			all[name] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	wants, gots := texts(want), texts(got)
	for name, text := range wants {
		if gots[name] != text {
			t.Errorf("%s:\n%s", name, diff.Unified(name, []byte(text), []byte(gots[name])))
		}
		delete(gots, name)
	}
	for name := range gots {
		t.Errorf("%s is new", strings.TrimSpace(name))
	}
}
