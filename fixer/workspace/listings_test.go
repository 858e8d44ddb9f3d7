package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestListings(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	room := 5
	listed := &listings{dirs: map[string][]fs.DirEntry{}, room: &room}
	searched := treeFS{t.Context(), root, listed}
	for _, name := range []string{"a", "b", "c", "none"} {
		if _, err := fs.ReadDir(searched, name); (err == nil) != (name != "none") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := fs.ReadDir(treeFS{t.Context(), root, nil}, "a"); err != nil {
		t.Error(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "a", "y"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "c", "y"), 0o755); err != nil {
		t.Fatal(err)
	}
	// a and b are known, c found no room.
	for name, want := range map[string]int{"a": 1, "b": 1, "c": 2} {
		list, err := fs.ReadDir(listedFS{root.FS(), listed}, name)
		if err != nil || len(list) != want {
			t.Errorf("%s: %v, %v, want %d entries", name, list, err, want)
		}
	}
	if list, err := fs.ReadDir(listedFS{root.FS(), nil}, "a"); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
}
