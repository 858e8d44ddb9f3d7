package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWriteTooLarge: the limit on the size of files comes with a signal that
// ends programs.
func TestWriteTooLarge(t *testing.T) {
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
	expect(t, filepath.Join(dir, "Dockerfile"), string(before))
	holdsNames(t, dir, "Dockerfile")
}

// TestWriteNotAllowed: users that may not write to a file or its directory.
func TestWriteNotAllowed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("takes root")
	}
	const nobody = 65534
	// Only root may enter the directories of the test.
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
			expect(t, filepath.Join(tree, name, "Dockerfile"), dockerfileBefore)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
