package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// TestManyJobsOneContext: 20,000 Dockerfiles that share a context each know another
// one, in space that is linear in their number. A list of all others for each
// would be 6 GB.
func TestManyJobsOneContext(t *testing.T) {
	const many, limit = 20_000, 256 << 20
	dir := t.TempDir()
	for _, given := range []string{"", dir} {
		var files []*File
		for i := range many {
			name := fmt.Sprintf("%05d.Dockerfile", i)
			files = append(files, &File{Path: filepath.Join(dir, name), Name: name, Tree: dir, Context: given})
		}
		// Two that have the directory as their context by their sources.
		for _, name := range []string{"00007.Dockerfile", "19000.Dockerfile"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("FROM a\nCOPY . .\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Link(files)
		for i, f := range files {
			f.directory = dir
			want := []string{"00000.Dockerfile"}
			switch {
			case given == "" && i == 7:
				want[0] = "19000.Dockerfile"
			case given == "":
				want[0] = "00007.Dockerfile"
			case i == 0:
				want[0] = "00001.Dockerfile"
			}
			if got := f.beside(f.directory); !slices.Equal(got, want) {
				t.Fatalf("%s shares its context with %q, want %q", f.Name, got, want)
			}
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > limit {
			t.Errorf("--context %q: %d MB", given, took>>20)
		}
	}
}

// TestDecide: one repository, each way in which a context is found.
func TestDecide(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Makefile":         "a:\n\tdocker build -f a/Dockerfile --target prod .\n\tdocker build -f a/Dockerfile --target dev ./a\n",
		"Makefile.mk":      "c:\n\tdocker build -f a/Out ..\n\tdocker build -f a/Both /srv\n\tdocker build -f a/Both b\n",
		"a/Out":            "FROM a\nCOPY Dockerfile .\n",
		"a/Both":           "FROM a\n",
		"a/Dockerfile":     "FROM a\nCOPY x .\n",
		"b/c/Dockerfile":   "FROM a\nCOPY x .\n",
		"b/x":              "",
		"b/c/Nowhere":      "FROM a\nCOPY y .\n",
		"b/c/NoDockerfile": "nonsense\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var files []*File
	for _, c := range []struct {
		file, given, want string
		builds            int
		note              bool
	}{
		{"a/Dockerfile", "", ".", 2, false},
		{"a/Dockerfile", filepath.Join(dir, "b"), "b", 0, false},
		{"b/c/Dockerfile", "", "b", 0, false},
		{"b/c/NoDockerfile", "", "b/c", 0, false},
		{"b/c/Nowhere", "", "", 0, true},
		{"a/Out", "", "", 0, true},
		{"a/Out", filepath.Join(dir, "a"), "a", 0, false},
		{"a/Both", "", "b", 1, false},
	} {
		f := &File{Path: filepath.Join(dir, c.file), Tree: dir, Context: c.given}
		files = append(files[:0], f)
		Link(files)
		text, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		note := f.decide(text)
		got := ""
		if f.directory != "" {
			rel, err := filepath.Rel(dir, f.directory)
			if err != nil {
				t.Fatal(err)
			}
			got = filepath.ToSlash(rel)
		}
		if got != c.want || len(f.builds) != c.builds || (note != nil) != c.note {
			t.Errorf("%s: %q, %d builds, %v", c.file, got, len(f.builds), note)
		}
		if f.checkout.done(); f.checkout.links != nil {
			t.Errorf("%s: the repository is kept after its last file", c.file)
		}
	}
}

// TestSharedCheckout: files of one repository have one checkout, which lives until the
// last of them is closed.
func TestSharedCheckout(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	files := []*File{
		{Path: filepath.Join(one, "a.Dockerfile"), Tree: one}, {Path: filepath.Join(one, "b.Dockerfile"), Tree: one},
		{Path: filepath.Join(one, "c.Dockerfile"), Tree: one, Unchanged: true}, {Path: filepath.Join(two, "a.Dockerfile"), Tree: two}, {Stdin: true},
	}
	Link(files)
	c := files[0].checkout
	if files[1].checkout != c || files[2].checkout != c || files[3].checkout == c || files[4].checkout != nil {
		t.Error("checkouts are not those of the repositories")
	}
	if !c.open() {
		t.Fatal("not opened")
	}
	c.done()
	if c.links == nil {
		t.Error("let go while a file is at work")
	}
	c.done()
	if c.links != nil {
		t.Error("kept after the last file")
	}
	if note := files[4].decide(nil); note != nil || files[4].directory != "" {
		t.Error("standard input has a context")
	}
}
