package lab_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// TestCommand runs the main module's tests of proofs, which need a BuildKit: in the
// package that makes them, and in the commands that write by them.
func TestCommand(t *testing.T) {
	cmd := exec.Command("go", "test", "-v", "-count=1", "-run", "Observe|Prove|Interrupted|TestScripts/verify", "./fixer/proof", "./cmd/dockmend")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "DOCKMEND_TEST_BUILDKIT="+current.Buildkit)
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("--- SKIP")) {
		t.Errorf("failed, or skipped: %v:\n%s", err, out)
	}
}
