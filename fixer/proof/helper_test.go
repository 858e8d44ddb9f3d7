package proof

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestHelperLoad(t *testing.T) {
	if h, err := (Helper{}).load(); h != nil || err != nil {
		t.Errorf("without a path: %v, %v", h, err)
	}
	if _, err := (Helper{Path: filepath.Join(t.TempDir(), "nosuch")}).load(); !os.IsNotExist(err) {
		t.Errorf("no such file: %v", err)
	}
	if _, err := (Helper{Path: "helper.go"}).load(); !errors.Is(err, ErrHelper) {
		t.Errorf("no program: %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h, err := (Helper{Path: self, Args: []string{"observe"}}).load()
	if err != nil {
		t.Fatal(err)
	}
	// With the C library or without, depending on how the test was built.
	want := []string{path.Join(helperDir, filepath.Base(self)), "observe"}
	if len(h.args) > 2 {
		if want = slices.Concat([]string{h.args[0], "--library-path", helperDir}, want); !strings.HasPrefix(path.Base(h.args[0]), "ld-") {
			t.Errorf("the loader is %s", h.args[0])
		}
	}
	if !slices.Equal(h.args, want) {
		t.Errorf("the command line is %q, want %q", h.args, want)
	}
}
