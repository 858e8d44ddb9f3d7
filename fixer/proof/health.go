package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file runs the health check of an image, as an engine would.

// The bounds of a health check: how often it is tried before it counts as failed, as an
// engine does by default, the pause between, and the longest time of one.
const (
	healthTries   = 3
	healthPause   = time.Second
	maxHealthTime = 30 * time.Second
)

// healthCheck is the HEALTHCHECK of an image.
type healthCheck struct {
	Test    []string // "CMD", "CMD-SHELL" or "NONE", and the command
	Timeout time.Duration
}

// command returns what is run; nil for nothing.
func (h *healthCheck) command(shell []string) []string {
	switch {
	case h == nil || len(h.Test) < 2:
		return nil
	case h.Test[0] == "CMD":
		return h.Test[1:]
	case h.Test[0] == "CMD-SHELL":
		if len(shell) == 0 {
			shell = []string{"/bin/sh", "-c"}
		}
		return append(slices.Clone(shell), h.Test[1])
	}
	return nil
}

// Health is how the image's health check ended, the best of its tries.
type Health struct {
	OK   bool     `json:"ok"`
	Code int      `json:"code"`
	Log  []string `json:"log,omitempty"` // the last lines of the last try
}

// checkHealth runs the image's health check beside the command.
func (a *attempt) checkHealth(ctx context.Context) error {
	argv := a.image.health.command(a.image.shell)
	if argv == nil || a.helper == nil {
		return nil
	}
	for i := range healthTries {
		if i > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-a.command.ended:
				return nil // the stop reports it
			case <-time.After(healthPause):
			}
		}
		h, err := a.tryHealth(ctx, argv)
		if err != nil {
			return err
		}
		if a.run.Health = h; h == nil || !h.OK {
			continue
		}
		if a.hardened { // one that leaves something may fail the next time
			if again, err := a.tryHealth(ctx, argv); err != nil || again != nil {
				a.run.Health = again
				return err
			}
		}
		return nil
	}
	return nil
}

// tryHealth runs the check once; nil if it could not be run.
func (a *attempt) tryHealth(ctx context.Context, argv []string) (*Health, error) {
	limit := a.image.health.Timeout
	if limit <= 0 || limit > maxHealthTime {
		limit = maxHealthTime
	}
	o, err := a.check(ctx, observer.Check{Command: argv, Timeout: limit})
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.command.ended:
		return nil, nil // and the container with it
	case <-o.ended:
	}
	r, err := o.answer()
	if err != nil || r.Checked == nil {
		return nil, nil // the command's end, or a look, says why
	}
	return &Health{OK: r.Checked.Code == 0, Code: r.Checked.Code, Log: lastLines(r.Checked.Output)}, nil
}

// check starts an observer that runs a command as the image's own is run: by its user, with its
// rights.
func (a *attempt) check(ctx context.Context, c observer.Check) (*observation, error) {
	text, err := json.Marshal(observer.Request{Check: &c})
	if err != nil {
		return nil, err
	}
	args, user := append([]string{"ask"}, parts(string(text))...), a.user
	if !a.how.IsPlain() {
		how, err := json.Marshal(a.how)
		if err != nil {
			return nil, err
		}
		args, user = slices.Concat([]string{"exec", string(how)}, a.helperArgs, args), root
	}
	o := newObservation()
	q := a.observed(o, user, a.image.WorkDir, args)
	q.Env = a.image.env
	o.process, err = start(ctx, a.container, q)
	return o, err
}

// lastLines returns the last lines of a text.
func lastLines(text string) []string {
	t := &tail{}
	_, _ = t.Write([]byte(text)) // which never fails
	return t.last()
}

// isHealthy judges the health checks.
func isHealthy(before, after *Observation) *Verdict {
	if before.Run == nil || before.Run.Health == nil || after.Run.Health == nil || !before.Run.Health.OK || after.Run.Health.OK {
		return nil
	}
	reason := fmt.Sprintf("its health check fails, with exit code %d", after.Run.Health.Code)
	if after.Run.Health.Code < 0 {
		reason = "its health check does not end, or does not start"
	}
	return &Verdict{Outcome: Broken, Reason: reason, Log: after.Run.Health.Log}
}
