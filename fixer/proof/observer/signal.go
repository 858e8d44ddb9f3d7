package observer

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/moby/sys/signal"
)

// Signal is a signal that the observer sends.
type Signal struct {
	Name string // as in TERM
	// Beside: to the observer with the command "run", which passes it on. Otherwise to PID 1.
	Beside bool `json:",omitempty"`
}

func (s *Signal) send(self []string) error {
	sig, err := signal.ParseSignal(s.Name)
	if err != nil {
		return err
	}
	pid := 1
	if s.Beside {
		if pid, err = runner("/proc", self); err != nil {
			return err
		}
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Signal(sig)
}

// runner returns the process with the command "run" of the observer whose command line
// begins with self.
func runner(proc string, self []string) (pid int, err error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return 0, err
	}
	want := []byte(strings.Join(self, "\x00") + "\x00run\x00")
	for _, e := range entries {
		text, _ := os.ReadFile(filepath.Join(proc, e.Name(), "cmdline")) // no process, or it has ended
		if bytes.HasPrefix(text, want) {
			return strconv.Atoi(e.Name())
		}
	}
	return 0, errors.New("the process has ended")
}
