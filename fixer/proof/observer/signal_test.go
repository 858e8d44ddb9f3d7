package observer

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRunner(t *testing.T) {
	self := []string{"/.dockmend/dockmend", "observe-container"}
	proc := t.TempDir()
	for pid, cmdline := range map[string]string{
		"1":   "/.dockmend/dockmend\x00observe-container\x00watch\x00",
		"7":   "node\x00server.js\x00run\x00",
		"8":   "/.dockmend/dockmend\x00observe-container\x00runs\x00",
		"9":   "/.dockmend/dockmend\x00observe-container\x00run\x00node\x00",
		"sys": "",
	} {
		dir := filepath.Join(proc, pid)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "cmdline"), []byte(cmdline), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if pid, err := runner(proc, self); pid != 9 || err != nil {
		t.Errorf("got %d, %v", pid, err)
	}
	if err := os.RemoveAll(filepath.Join(proc, "9")); err != nil {
		t.Fatal(err)
	}
	if pid, err := runner(proc, self); err == nil {
		t.Errorf("got %d, which is another process", pid)
	}
}
