package buildcontext

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// TestWith: every method shows the new file, and nothing else changes.
func TestWith(t *testing.T) {
	base := fstest.MapFS{"a/b": {Data: []byte("b")}, "z": {Data: []byte("z")}}
	for _, name := range []string{".dockerignore", "a/c", "z"} {
		files := With(base, name, []byte("text\n"))
		if err := fstest.TestFS(files, "a/b", "z", name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil || string(text) != "text\n" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := fs.Stat(base, ".dockerignore"); err == nil {
		t.Error("the file system itself has changed")
	}
}

// TestWithIgnoreFile: a new ignore file hides what it names.
func TestWithIgnoreFile(t *testing.T) {
	base := fstest.MapFS{".git/HEAD": {Data: []byte("x")}, "a": {Data: []byte("a")}}
	c := Open(With(base, ".dockerignore", []byte(".git\n")), "Dockerfile")
	if _, err := c.Stat(".git"); err == nil || c.IgnoreFile != ".dockerignore" {
		t.Errorf("ignore file %q, error %v", c.IgnoreFile, err)
	}
	if _, err := c.Stat("a"); err != nil {
		t.Error(err)
	}
}
