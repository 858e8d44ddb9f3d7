package observer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// drainTime is how long what a command left running may hold its output.
const drainTime = 300 * time.Millisecond

// run is the command "run". It passes signals on, writes what the command writes to
// out, and its exit code to code. BuildKit ends a whole container when a process in it
// ends with another code than 0, so the error is nil when the command fails, too.
func run(args []string, out, code io.Writer) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, drainTime
	signals := make(chan os.Signal, 10)
	signal.Notify(signals)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if s != syscall.SIGCHLD && s != syscall.SIGURG && s != syscall.SIGPIPE {
					_ = cmd.Process.Signal(s) // it may have ended
				}
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	_, err = fmt.Fprintln(code, exitCode(cmd.ProcessState))
	return err
}

// exitCode returns the code that a shell would.
func exitCode(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}
