package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// mount mounts something for the time of the test.
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

// TestWriteFileDiskFull: the old file stays, and nothing else.
func TestWriteFileDiskFull(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=64k")
	path := filepath.Join(dir, "Dockerfile")
	before, after := strings.Repeat("# before\n", 5000), strings.Repeat("# after\n", 5000)
	put(t, path, before, 0o644)
	saysAbout(t, writeFile(path, dir, []byte(before), []byte(after)), path, "no space left on device")
	holdsText(t, path, before)
	holdsNames(t, dir, "Dockerfile")
	saysAbout(t, createFile(dir, fixer.NewFile{Name: ".dockerignore", Text: []byte(after)}), filepath.Join(dir, ".dockerignore"), "no space left on device")
	holdsNames(t, dir, "Dockerfile")
	// What was left behind takes no space away from the next.
	left := filepath.Join(dir, ".dockmend-0123456789abcdef.tmp")
	put(t, path, textBefore, 0o644)
	put(t, left, before, 0o600)
	if err := writeFile(path, dir, []byte(textBefore), []byte(after)); err != nil {
		t.Error(err)
	}
	holdsText(t, path, after)
	holdsNames(t, dir, "Dockerfile")
}

// TestWriteFileNoInodes: a disk can be full of names, too.
func TestWriteFileNoInodes(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "nr_inodes=2")
	path := filepath.Join(dir, "Dockerfile")
	put(t, path, textBefore, 0o644)
	saysAbout(t, writeFile(path, dir, []byte(textBefore), []byte(textAfter)), path, "no file can be made beside it: no space left on device")
	holdsText(t, path, textBefore)
}

// TestWriteFileTooLarge: the limit on the size of files comes with a signal that
// ends programs.
func TestWriteFileTooLarge(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "Dockerfile"), dockerfileBefore+strings.Repeat("# more\n", 200), 0o644)
	before, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	limited := exec.Command("sh", append([]string{"-c", `ulimit -f 1 && exec dockmend "$@"`, "sh"}, writeArgs...)...)
	limited.Dir = dir
	out, err := limited.CombinedOutput()
	if limited.ProcessState.ExitCode() != exitError || !strings.Contains(string(out), "Dockerfile: not written: file too large\n") {
		t.Errorf("%v: %s", err, out)
	}
	holdsText(t, filepath.Join(dir, "Dockerfile"), string(before))
	holdsNames(t, dir, "Dockerfile")
}

func TestWriteFileReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "Dockerfile")
	put(t, path, textBefore, 0o644)
	mount(t, dir, dir, "", unix.MS_BIND, "")
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	saysAbout(t, writeFile(path, dir, []byte(textBefore), []byte(textAfter)), path, "read-only file system")
	saysAbout(t, createFile(dir, fixer.NewFile{Name: ".dockerignore"}), filepath.Join(dir, ".dockerignore"), "no file can be made beside it: read-only file system")
	holdsText(t, path, textBefore)
	holdsNames(t, dir, "Dockerfile")
}

// TestWriteFileOverlay: the file systems of containers part the names of a file
// when it's opened for writing.
func TestWriteFileOverlay(t *testing.T) {
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
	if err := writeFile(path, merged, []byte(textBefore), []byte(textAfter)); err != nil {
		t.Error(err)
	}
	holdsText(t, path, textAfter)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	path = filepath.Join(merged, "two")
	saysAbout(t, writeFile(path, merged, []byte(textBefore), []byte(textAfter)), path, twoNames)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil || st.Nlink != 2 {
		t.Errorf("it has %d names, %v", st.Nlink, err)
	}
}

// TestWriteFileNotAllowed: who may not write to a file or its directory.
func TestWriteFileNotAllowed(t *testing.T) {
	needsRoot(t)
	const nobody = 65534
	// The directories of the test are open to nobody but root.
	dir, err := os.MkdirTemp("", "dockmend-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "dockmend")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", self, program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	tree := filepath.Join(dir, "tree")
	put(t, filepath.Join(tree, "folder/Dockerfile"), dockerfileBefore, 0o666)
	put(t, filepath.Join(tree, "file/Dockerfile"), dockerfileBefore, 0o644)
	put(t, filepath.Join(tree, "other/Dockerfile"), dockerfileBefore, 0o666)
	put(t, filepath.Join(tree, "own/Dockerfile"), dockerfileBefore, 0o644)
	for path, mode := range map[string]os.FileMode{dir: 0o755, program: 0o755, tree + "/file": 0o777, tree + "/other": 0o777, tree + "/own": 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(tree+"/own/Dockerfile", nobody, nobody); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, writeArgs...)
	c.Dir = tree
	c.Env = []string{"HOME=/nonexistent"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := c.CombinedOutput()
	if c.ProcessState == nil || c.ProcessState.ExitCode() != exitError {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"folder/Dockerfile: not written: no file can be made beside it: permission denied\n",
		"file/Dockerfile: not written: permission denied\n",
		"other/Dockerfile: not written: can't keep its owner and group: operation not permitted\n",
		"own/Dockerfile: rewritten\n",
	} {
		if !strings.Contains("\n"+string(out), "\n"+want) {
			t.Errorf("it doesn't say %s", want)
		}
	}
	for _, name := range []string{"folder", "file", "other", "own"} {
		holdsNames(t, filepath.Join(tree, name), "Dockerfile")
		if name != "own" {
			holdsText(t, filepath.Join(tree, name, "Dockerfile"), dockerfileBefore)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
