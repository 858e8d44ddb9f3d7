package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/stage"
)

// aCheckout makes a git repository of these files, which are committed, and returns
// its directory.
func aCheckout(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text, 0o644)
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "first"},
	} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	return dir
}

// places returns the paths of files below a directory.
func places(t *testing.T, files []*File, dir string) (list []string) {
	t.Helper()
	for _, f := range files {
		place, ok := f.PathFrom(dir)
		if !ok {
			t.Errorf("%s is not below %s", f.Path, dir)
		}
		list = append(list, place)
	}
	return list
}

func TestFind(t *testing.T) {
	dir := aCheckout(t, map[string]string{
		"a/Dockerfile": textBefore, "b/Dockerfile": textBefore, "c/Dockerfile": textBefore, "c/app.docker": textBefore, "ignored/Dockerfile": textBefore,
		".gitignore": "ignored\n", "d/Dockerfile.j2": textBefore,
	})
	put(t, filepath.Join(dir, "a/Dockerfile"), textAfter, 0o644)
	put(t, filepath.Join(dir, "new/Dockerfile"), textBefore, 0o644)
	for _, test := range []struct {
		name   string
		paths  []string
		search Search
		want   []string
	}{
		{"all", []string{""}, Search{}, []string{"a/Dockerfile", "b/Dockerfile", "c/Dockerfile", "new/Dockerfile"}},
		{"twice", []string{"b", "", "b/Dockerfile"}, Search{}, []string{"b/Dockerfile", "a/Dockerfile", "c/Dockerfile", "new/Dockerfile"}},
		{"named", []string{"d/Dockerfile.j2", "none"}, Search{}, []string{"d/Dockerfile.j2", "none"}},
		{"globs", []string{""}, Search{Include: []string{"*.docker"}, Exclude: []string{"/a"}}, []string{"b/Dockerfile", "c/Dockerfile", "c/app.docker", "new/Dockerfile"}},
		{"ignored", []string{""}, Search{NoIgnore: true}, []string{"a/Dockerfile", "b/Dockerfile", "c/Dockerfile", "ignored/Dockerfile", "new/Dockerfile"}},
		{"changed", []string{"", "c/Dockerfile"}, Search{Changed: Since(t.Context(), "HEAD")}, []string{"a/Dockerfile", "c/Dockerfile", "new/Dockerfile"}},
	} {
		var paths []string
		for _, p := range test.paths {
			paths = append(paths, filepath.Join(dir, p))
		}
		files, _, err := Find(t.Context(), paths, test.search)
		if got := places(t, files, dir); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}

// TestFinderErrors: what was found before an error is there.
func TestFinderErrors(t *testing.T) {
	dir := aCheckout(t, map[string]string{"a/Dockerfile": textBefore, "b/Dockerfile": textBefore})
	broken := errors.New("broken")
	f, err := NewFinder(Search{Changed: func(path string) (bool, error) {
		if filepath.Base(filepath.Dir(path)) == "b" {
			return false, broken
		}
		return false, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Add(t.Context(), dir); !errors.Is(err, broken) || got.Found != 2 || got.Taken != 0 || len(f.Files) != 1 || !f.Files[0].Unchanged {
		t.Errorf("%+v, %v, %d files", got, err, len(f.Files))
	}
	if _, err := f.Add(t.Context(), ""); err == nil {
		t.Error("an empty path is none")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := f.Add(ended, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("the context has ended: %v", err)
	}
}

func TestSinceErrors(t *testing.T) {
	dir, err := RealPath(aCheckout(t, map[string]string{"Dockerfile": textBefore}))
	if err != nil {
		t.Fatal(err)
	}
	var hint *HintError
	if _, err := Since(t.Context(), "nothing")(filepath.Join(dir, "Dockerfile")); err == nil || err.Error() != "nothing: git knows no such revision" || !errors.As(err, &hint) {
		t.Errorf("a revision that is not there: %v", err)
	}
	if _, err := Since(t.Context(), "HEAD")(filepath.Join(t.TempDir(), "Dockerfile")); !errors.Is(err, ErrNoRepository) {
		t.Errorf("a file in no repository: %v", err)
	}
}

// TestBaseline: written findings are known in the next run; one more of the same is
// not, and one fewer is gone.
func TestBaseline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "baseline.json")
	if _, err := ReadBaseline(path); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, ErrNoBaseline) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("none is there: %v", err)
	}
	b, err := NewBaseline(path)
	if err != nil {
		t.Fatal(err)
	}
	file := &File{Path: filepath.Join(filepath.Dir(path), "Dockerfile")}
	put(t, file.Path, textBefore, 0o644)
	ts := []*fixer.Transform{{ID: "a"}, {ID: "b"}}
	a, note := fixer.Finding{ID: "a", Status: fixer.Fixed}, fixer.Finding{ID: "b", Status: fixer.Refused}
	if known := b.Known(file, ts, []fixer.Finding{a, a, note}); slices.Contains(known, true) {
		t.Errorf("a new baseline allows %v", known)
	}
	if err := b.Write(); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]int{1: 1, 2: 0, 3: 0} {
		if b, err = ReadBaseline(path); err != nil {
			t.Fatal(err)
		}
		known := b.Known(file, ts, append(slices.Repeat([]fixer.Finding{a}, n), note))
		if known[0] != (n <= 2) || known[n] || b.Gone() != want {
			t.Errorf("%d findings: %v, and %d gone", n, known, b.Gone())
		}
	}
	put(t, path, "{}\n{", 0o644)
	if _, err := ReadBaseline(path); err != nil {
		t.Errorf("an empty one: %v", err)
	}
	put(t, path, `{"version": 2}`, 0o644)
	if _, err := ReadBaseline(path); !errors.Is(err, ErrNoBaseline) {
		t.Errorf("one of a later version: %v", err)
	}
}

// TestWrite: what a fix changes and adds is written, shown and put into patches.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, "Dockerfile", textBefore, 0o644)
	f := &File{Path: "Dockerfile", Name: "Dockerfile", Tree: dir, Build: stage.Options{Platform: "linux/amd64"}}
	src, err := f.Load(nil) // although it is linked with no other
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r := fixer.Result{
		Before: []byte(textBefore), After: []byte(textAfter), Steps: []fixer.Step{{ID: "b", Text: []byte(textAfter)}},
		Created: []fixer.NewFile{{ID: "a", Name: ".dockerignore", Text: []byte(".git\n")}},
	}
	shown := ""
	for _, text := range f.Diff(r) {
		shown += string(text)
	}
	for _, want := range []string{"--- a/Dockerfile\n", "+" + textAfter, "+++ b/.dockerignore\n"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the diff lacks %q: %s", want, shown)
		}
	}
	p, err := NewPatches("patches")
	if err != nil {
		t.Fatal(err)
	}
	p.Add(f, r)
	if n, err := p.Write([]*fixer.Transform{{ID: "a"}, {ID: "none"}, {ID: "b"}}); err != nil || n != 2 {
		t.Errorf("%d patches, %v", n, err)
	}
	holdsNames(t, "patches", "0001-a.patch", "0002-b.patch")
	if _, err := NewPatches("patches"); err == nil {
		t.Error("patches of another run are there")
	}
	w, err := f.Write(r)
	if err != nil || !w.Dockerfile || !slices.Equal(w.Created, []string{".dockerignore"}) {
		t.Errorf("%+v, %v", w, err)
	}
	holdsText(t, "Dockerfile", textAfter)
	holdsText(t, ".dockerignore", ".git\n")
	r.Before, r.After = []byte(textAfter), []byte(textBefore)
	r.Created[0].Text = nil
	if w, err := f.Write(r); err == nil || w.Dockerfile || len(w.Created) > 0 {
		t.Errorf("a file that is there already: %+v, %v", w, err)
	}
	holdsText(t, "Dockerfile", textAfter) // since its change may count on the file that is added
	r.Created[0].Text = []byte(".git\n")
	if w, err := f.Write(r); err != nil || !w.Dockerfile || len(w.Created) > 0 {
		t.Errorf("a file of the same text: %+v, %v", w, err)
	}
	holdsText(t, "Dockerfile", textBefore)
	if _, err := (&File{Path: "-", Name: "<stdin>", Stdin: true}).Write(r); err == nil {
		t.Error("standard input is written")
	}
}
