package proof

import (
	"context"
	"fmt"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file waits until the state of a command is known.

// wait waits until the state of the command is known.
func (a *attempt) wait(ctx context.Context) error {
	limit, stay := a.spec.ReadyTimeout, time.Duration(0)
	ports := a.ports()
	// BuildKit loses the exit code of a command that ends while an observer starts beside it,
	// so look at one that ended the last time only if it does not end this time.
	job := a.watched != nil && a.watched.state == Ended
	switch {
	case len(ports) > 0 && a.helper != nil && !job:
		return a.waitForPort(ctx, ports)
	case a.spec.Ready.log == nil:
		stay = a.spec.Ready.lasts()
		limit = stay
	}
	if job && stay > 0 {
		limit = max(limit, a.spec.ReadyTimeout)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-a.command.ended:
		a.ended("")
	case <-a.matched:
		a.settle(Up, "")
	case <-timer.C:
		switch {
		case stay == 0:
			a.settle(Alive, a.missed())
		case len(ports) == 0:
			a.settle(Up, "")
		default:
			a.settle(Alive, fmt.Sprintf("it stayed up for %v; whether it listens was not observed", stay))
		}
	}
	return nil
}

// ports returns those of which one must be listened on.
func (a *attempt) ports() []int {
	switch r := a.spec.Ready; {
	case r.port != 0:
		return []int{r.port}
	case r.text == "":
		return a.image.Expose
	}
	return nil
}

// missed returns that the condition was not met in time.
func (a *attempt) missed() string {
	return fmt.Sprintf("waited for %s for %v", a.spec.Ready.waits(a.image.Expose), a.spec.ReadyTimeout)
}

// elsewhereTime is how long a command that listens on other ports than the EXPOSEd
// ones has time to listen on these too.
const elsewhereTime = 5 * time.Second

func (a *attempt) waitForPort(ctx context.Context, ports []int) error {
	await := &observer.Await{Ports: ports, Taken: a.taken, URL: a.spec.Ready.url, Timeout: a.spec.ReadyTimeout}
	if a.spec.Ready.text == "" {
		await.Elsewhere = elsewhereTime
	}
	r, err := a.ask(ctx, observer.Request{Await: await})
	switch {
	case r == nil:
		if err == nil && a.run.State == "" {
			a.settle(Alive, "whether it listens was not observed")
		}
		return err
	case r.Ready:
		a.settle(Up, "")
		return nil
	}
	reason := a.missed()
	if open := a.own(r.Ports.Listening); len(open) > 0 && a.spec.Ready.text == "" {
		reason = fmt.Sprintf("it listens on %s, not on an EXPOSEd port (%s)", joinInts(open), joinInts(ports))
	}
	a.settle(Alive, reason)
	return nil
}

// settle ends the waiting.
func (a *attempt) settle(s State, reason string) {
	a.run.State, a.run.Reason, a.run.Took = s, reason, time.Since(a.began)
}

// ended records that the command ended by itself.
func (a *attempt) ended(when string) {
	took := time.Since(a.began).Round(10 * time.Millisecond)
	code, known := a.command.code()
	a.run.ExitCode = code
	switch {
	case !known && a.command.err == nil:
		a.settle(Failed, "it ended with an exit code that is not known")
	case !known:
		a.settle(Failed, "it did not start: "+firstLine(a.command.err.Error()))
	case code == 0:
		a.settle(Ended, fmt.Sprintf("it ended with exit code 0 after %v%s", took, when))
	default:
		a.settle(Failed, fmt.Sprintf("it ended with exit code %d after %v%s", code, took, when))
	}
}
