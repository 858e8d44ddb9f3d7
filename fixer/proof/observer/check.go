package observer

import (
	"context"
	"errors"
	"os/exec"
	"time"
)

// Check is a command that is run to its end: a health check.
type Check struct {
	Command []string
	Timeout time.Duration
}

// Checked is how it ended.
type Checked struct {
	Code   int    // -1 if it did not start, or took longer
	Output string // its last 4 KiB
}

// maxOutput bounds what is kept of the output of a command.
const maxOutput = 4 << 10

// run runs the command as the observer's own user, in its directory and environment. A
// process of a container of BuildKit's that ends with another code than 0 ends the
// container; the observer doesn't.
func (c *Check) run() *Checked {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Command[0], c.Command[1:]...)
	cmd.WaitDelay = time.Second // what it leaves behind may keep its output open
	out := &lastBytes{}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return &Checked{-1, out.String() + "\nit took longer than " + c.Timeout.String()}
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return &Checked{0, out.String()}
	case errors.As(err, &exit):
		return &Checked{exit.ExitCode(), out.String()}
	}
	return &Checked{-1, err.Error()}
}

// lastBytes keeps the last maxOutput bytes that are written to it.
type lastBytes struct{ kept []byte }

func (b *lastBytes) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p...)
	b.kept = b.kept[max(0, len(b.kept)-maxOutput):]
	return len(p), nil
}

func (b *lastBytes) String() string { return string(b.kept) }
