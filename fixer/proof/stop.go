package proof

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/moby/sys/signal"
)

// This file ends commands.

// stop ends the command as an engine would, and records the result.
func (a *attempt) stop(ctx context.Context) error {
	select {
	case <-a.command.ended:
		a.ended(", just after it was ready")
		return nil
	default:
	}
	sig, err := a.stopSignal()
	if err != nil {
		return err
	}
	s := &Stop{}
	began := time.Now()
	if sent, err := a.signal(ctx, sig, a.spec.StopTimeout); err != nil {
		return err
	} else if !sent {
		a.ended(", just after it was ready")
		return nil
	}
	select {
	case <-a.command.ended:
	default:
		s.Killed = true
		if _, err := a.signal(ctx, syscall.SIGKILL, releaseTime); err != nil {
			return err
		}
	}
	s.Took = time.Since(began)
	if s.Killed {
		s.Took = a.spec.StopTimeout
	}
	s.Code, _ = a.command.code()
	a.run.Stop = s
	return nil
}

// stopSignal returns the signal that asks the command to end.
func (r *runner) stopSignal() (syscall.Signal, error) {
	if r.image.stop == "" {
		return syscall.SIGTERM, nil
	}
	s, err := signal.ParseSignal(r.image.stop)
	if err != nil {
		return 0, fmt.Errorf("STOPSIGNAL: %w", err)
	}
	return s, nil
}

// kill ends the command immediately.
func (a *attempt) kill(ctx context.Context) error {
	sent, err := a.signal(ctx, syscall.SIGKILL, releaseTime)
	if err == nil && !sent {
		a.ended(", just after it was ready")
	}
	return err
}

// signal sends a signal to the command, and waits up to d for its end. It sends none
// to a command that has ended by itself meanwhile, which the client may
// know a moment earlier.
func (a *attempt) signal(ctx context.Context, sig syscall.Signal, d time.Duration) (sent bool, _ error) {
	if err := a.command.Signal(ctx, sig); err != nil {
		select {
		case <-a.command.ended:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(time.Second):
			return false, err
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-a.command.ended:
	case <-ctx.Done():
	case <-timer.C:
	}
	return true, ctx.Err()
}
