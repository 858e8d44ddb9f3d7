//go:build !windows

package discover

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestRealTree tests what only a real file system has.
func TestRealTree(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"Dockerfile": "", "a b/Dockerfile.c d": "", "line\nfeed/Dockerfile.\n": "", "Dockerfile.\xff": "", "\xe4/Dockerfile": "",
		"CASE/DOCKERFILE": "", "case/dockerfile": "", "case/Node_Modules/Dockerfile": "", "\\/Dockerfile": "", "-/Dockerfile": "", "locked/Dockerfile": "",
		"later/x": "", ".gitignore": "a*\\ b/Dockerfile\n",
	})
	for link, target := range map[string]string{
		"case/up": "..", "loop": ".", "elsewhere": t.TempDir(), "later/Dockerfile": "../a b/../later/x", "later/Dockerfile.2": dir + "/later/x",
		"later/Dockerfile.3": "/etc/passwd", "later/Dockerfile.4": "../../x", "later/Dockerfile.5": "x/y", "later/Dockerfile.6": "../pipe", "later/Dockerfile.7": "\xff",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, pipe := range []string{"pipe", "Dockerfile.pipe", "Dockerfile.txt"} {
		if err := syscall.Mkfifo(filepath.Join(dir, pipe), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"-/Dockerfile", "CASE/DOCKERFILE", "Dockerfile", "Dockerfile.\xff", "\\/Dockerfile", "a b/Dockerfile.c d", "case/Node_Modules/Dockerfile",
		"case/dockerfile", "later/Dockerfile", "line\nfeed/Dockerfile.\n", "locked/Dockerfile",
		"Dockerfile.pipe: not a regular file",
		"later/Dockerfile.2: a link to an absolute path", "later/Dockerfile.3: a link to an absolute path", "later/Dockerfile.4: a link that leads out of the tree",
		"later/Dockerfile.5: a link that can't be followed: not a directory", "later/Dockerfile.6: not a regular file", "later/Dockerfile.7: a link that can't be followed: invalid argument",
		"\xe4: can't be read: its name is not UTF-8",
	}
	if os.Geteuid() != 0 { // for root, nothing is locked
		locked := filepath.Join(dir, "locked")
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.Chmod(locked, 0o755); err != nil { // or it can't be removed
				t.Error(err)
			}
		})
		i := slices.Index(want, "locked/Dockerfile")
		want = slices.Insert(slices.Delete(want, i, i+1), len(want)-2, "locked: can't be read: permission denied")
	}
	if got := found(t, open(t, dir), ".", Options{}); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
