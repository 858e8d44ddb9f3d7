package lab_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab"
)

// TestCommand runs the main module's tests of proofs, which need a BuildKit: in the
// package that makes them, and in the commands that write by them.
func TestCommand(t *testing.T) {
	cmd := exec.Command("go", "test", "-v", "-count=1", "-timeout=25m", "-run", "Observe|Prove|Interrupted|TestScripts/verify", "./fixer/proof", "./cmd/dockmend")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "DOCKMEND_TEST_BUILDKIT="+current.Buildkit, "DOCKMEND_TEST_BROKEN_BUILDKIT="+brokenBuildkit(t))
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("--- SKIP")) {
		t.Errorf("failed, or skipped: %v:\n%s", err, out)
	}
}

// brokenBuildkit returns the address of a BuildKit whose containers don't start.
func brokenBuildkit(t *testing.T) string {
	t.Helper()
	dir, err := lab.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	programs, _ := filepath.Glob(filepath.Join(dir, "bin", "buildkitd-*"))
	runtime, err := exec.LookPath("false")
	if err != nil || len(programs) == 0 {
		t.Fatal("there is no buildkitd, or no program that fails: ", err)
	}
	root := t.TempDir()
	socket, conf := filepath.Join(root, "s"), filepath.Join(root, "conf")
	text := fmt.Sprintf("root = %q\n[grpc]\n  address = [%q]\n[worker.containerd]\n  enabled = false\n[worker.oci]\n  enabled = true\n"+
		"  networkMode = \"host\"\n  snapshotter = \"native\"\n  binary = %q\n", filepath.Join(root, "root"), "unix://"+socket, runtime)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(programs[len(programs)-1], "--config", conf)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for range 300 {
		if c, err := net.Dial("unix", socket); err == nil {
			c.Close()
			return "unix://" + socket
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it does not answer: %s", said.Bytes())
	return ""
}

// TestRepaired proves the golden cases that do not build before: that is no luck, and
// the verdict says what it rests on.
func TestRepaired(t *testing.T) {
	builder, err := proof.Dial(t.Context(), current.Buildkit, proof.Helper{
		Path: program(t, ".", "./cmd/lab"), Args: []string{"observe"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { builder.Close() })
	repaired := 0
	for _, dir := range caseDirs(t) {
		promise, err := golden.ReadBuild(dir)
		if err != nil {
			t.Fatal(err)
		}
		// What chown-copy repairs fails at a RUN that stays as it is: that is not proved.
		if promise.Before.BuildFails == "" || promise.After == nil || promise.After.BuildFails != "" || strings.HasPrefix(caseID(dir), "chown-copy/") {
			continue
		}
		repaired++
		t.Run(caseID(dir), func(t *testing.T) {
			before := specOf(t, dir, promise)
			after := before
			before.Dockerfile, after.Dockerfile = readFile(t, dir, "Dockerfile"), readFile(t, dir, "want.Dockerfile")
			p, err := builder.Prove(t.Context(), before, after)
			if err != nil {
				t.Fatal(err)
			}
			if v := p.Verdict; v.Outcome != proof.Repaired || !strings.Contains(strings.Join(v.Notes, "\n"), "failed twice") {
				t.Errorf("got %+v", v)
			}
		})
	}
	if repaired < 2 {
		t.Errorf("there are %d cases", repaired)
	}
}
