package proof

import (
	"context"
	"errors"
	"strconv"
	"syscall"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/sys/signal"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file makes up for what older BuildKits lack, as that of Docker Engine 20.10.

// numericUser returns the image's user, with the group that it has anyway if it is a number
// and the image lists no users: older BuildKits fail to look it up.
func (r *runner) numericUser(ctx context.Context) string {
	if _, err := strconv.Atoi(r.image.User); err == nil && r.lacks(ctx, "/etc/passwd") {
		return r.image.User + ":0"
	}
	return r.image.User
}

// Signal sends a signal to the process.
func (p *process) Signal(ctx context.Context, sig syscall.Signal) error {
	if p.signal != nil {
		return p.signal(ctx, sig)
	}
	return p.ContainerProcess.Signal(ctx, sig)
}

// fromInside returns how a process of a container gets signals from a BuildKit that drops
// them without an error; nil for one that sends them. With beside the process is the
// observer that runs a command, otherwise PID 1.
//
// An observer in the container sends them. PID 1 gets no SIGKILL from there, so the end of
// the container takes its place.
func (r *runner) fromInside(c gateway.Container, beside bool) func(context.Context, syscall.Signal) error {
	caps := r.gw.BuildOpts().Caps
	if caps.Supports(gatewaypb.CapGatewayExecSignals) == nil {
		return nil
	}
	return func(ctx context.Context, sig syscall.Signal) error {
		switch {
		case sig == syscall.SIGKILL:
			_ = c.Release(ctx) // returns the exit code of its process, which that has, too
			return nil
		case r.helper == nil:
			return errors.New("this BuildKit sends no signals, and there is no observer in the container to do it")
		}
		o, err := r.observer(ctx, c, root, observer.Request{Signal: &observer.Signal{Name: nameOf(sig), Beside: beside}})
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-o.ended:
		}
		a, err := o.answer()
		switch {
		case err == nil && len(a.Errors) > 0:
			return errors.New(a.Errors[0])
		case err == nil:
			return nil
		}
		select {
		case <-o.first: // it ran, and then what it sent ended the container, and so itself
			return nil
		default:
			return err
		}
	}
}

// nameOf returns the name of a signal. In the container it may have another number.
func nameOf(sig syscall.Signal) string {
	for name, s := range signal.SignalMap {
		if s == sig {
			return name
		}
	}
	return ""
}
