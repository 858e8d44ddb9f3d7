package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/dockmend/dockmend/fixer"
)

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("takes root")
	}
}

// mount mounts something for the duration of the test.
func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	needsRoot(t)
	err := unix.Mount(source, target, kind, flags, data)
	if errors.Is(err, unix.EPERM) {
		t.Skip("this root may not mount")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(target, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// TestReplaceDiskFull: the old file stays, and nothing else.
func TestReplaceDiskFull(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=64k")
	path := filepath.Join(dir, "Dockerfile")
	before, after := strings.Repeat("# before\n", 5000), strings.Repeat("# after\n", 5000)
	put(t, path, before, 0o644)
	saysAbout(t, Replace(path, dir, []byte(before), []byte(after)), path, "no space left on device")
	holdsText(t, path, before)
	holdsNames(t, dir, "Dockerfile")
	saysAbout(t, Create(dir, fixer.NewFile{Name: ".dockerignore", Text: []byte(after)}), filepath.Join(dir, ".dockerignore"), "no space left on device")
	holdsNames(t, dir, "Dockerfile")
	// A leftover takes no space away from the next.
	left := filepath.Join(dir, ".dockmend-0123456789abcdef.tmp")
	put(t, path, textBefore, 0o644)
	put(t, left, before, 0o600)
	if err := Replace(path, dir, []byte(textBefore), []byte(after)); err != nil {
		t.Error(err)
	}
	holdsText(t, path, after)
	holdsNames(t, dir, "Dockerfile")
}

// TestReplaceNoInodes: a disk can be full of names, too.
func TestReplaceNoInodes(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "nr_inodes=2")
	path := filepath.Join(dir, "Dockerfile")
	put(t, path, textBefore, 0o644)
	saysAbout(t, Replace(path, dir, []byte(textBefore), []byte(textAfter)), path, "no file can be made beside it: no space left on device")
	holdsText(t, path, textBefore)
}

func TestReplaceReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "Dockerfile")
	put(t, path, textBefore, 0o644)
	mount(t, dir, dir, "", unix.MS_BIND, "")
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	saysAbout(t, Replace(path, dir, []byte(textBefore), []byte(textAfter)), path, "read-only file system")
	saysAbout(t, Create(dir, fixer.NewFile{Name: ".dockerignore"}), filepath.Join(dir, ".dockerignore"), "no file can be made beside it: read-only file system")
	holdsText(t, path, textBefore)
	holdsNames(t, dir, "Dockerfile")
}

// TestReplaceOverlay: the file systems of containers separate the names of a file
// when it's opened for writing.
func TestReplaceOverlay(t *testing.T) {
	dir := t.TempDir()
	low, up, merged := filepath.Join(dir, "low"), filepath.Join(dir, "up"), filepath.Join(dir, "merged")
	put(t, filepath.Join(low, "Dockerfile"), textBefore, 0o640)
	put(t, filepath.Join(low, "two"), textBefore, 0o644)
	if err := errors.Join(os.Link(low+"/two", low+"/names"), os.Mkdir(merged, 0o755), os.Mkdir(up, 0o755)); err != nil {
		t.Fatal(err)
	}
	mount(t, "tmpfs", up, "tmpfs", 0, "")
	if err := errors.Join(os.Mkdir(up+"/upper", 0o755), os.Mkdir(up+"/work", 0o755)); err != nil {
		t.Fatal(err)
	}
	mount(t, "overlay", merged, "overlay", 0, "index=off,lowerdir="+low+",upperdir="+up+"/upper,workdir="+up+"/work")
	path := filepath.Join(merged, "Dockerfile")
	if err := Replace(path, merged, []byte(textBefore), []byte(textAfter)); err != nil {
		t.Error(err)
	}
	holdsText(t, path, textAfter)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	path = filepath.Join(merged, "two")
	saysAbout(t, Replace(path, merged, []byte(textBefore), []byte(textAfter)), path, twoNames)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil || st.Nlink != 2 {
		t.Errorf("it has %d names, %v", st.Nlink, err)
	}
}
