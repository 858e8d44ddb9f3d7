package workspace

import (
	"os"
	"path/filepath"
	"testing"
)

// TestIgnoreFile: a Dockerfile's own ignore file is untrusted: no link leads out
// through it, and reading it is bounded.
func TestIgnoreFile(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"out": outside, "device": "/dev/zero", "in": "own.dockerignore"} {
		if err := os.Symlink(target, filepath.Join(dir, name+".dockerignore")); err != nil {
			t.Skip(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "own.dockerignore"), []byte("a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.dockerignore"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "large.dockerignore"), make([]byte, maxIgnoreFile+1), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"own": "a\n", "in": "a\n", "none": ""} {
		if text, err := (&File{Path: filepath.Join(dir, name)}).ignoreFile(); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	for _, name := range []string{"out", "device", "folder", "large"} {
		if text, err := (&File{Path: filepath.Join(dir, name), Name: name}).ignoreFile(); err == nil {
			t.Errorf("%s: %d bytes, and no error", name, len(text))
		}
	}
}
