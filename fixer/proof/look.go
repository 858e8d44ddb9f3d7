package proof

import (
	"context"
	"slices"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file examines a command, by an observer in its container.

// look records what can be observed of a command that stays up.
func (a *attempt) look(ctx context.Context) error {
	if a.helper == nil {
		a.run.NotObserved = append(a.run.NotObserved, "user, ports and written paths: there is no observer in the container")
		return nil
	}
	paths, err := a.asks(ctx)
	if err != nil {
		return err
	}
	r, err := a.ask(ctx, observer.Request{Look: true, Access: paths})
	if r == nil {
		return err
	}
	a.run.NotObserved = append(a.run.NotObserved, r.Errors...)
	if len(r.Processes) > 0 {
		a.run.Process, a.run.Others = &r.Processes[0], r.Processes[1:]
	}
	a.run.Listening, a.run.Inside = a.own(r.Ports.Listening), a.own(r.Ports.Inside)
	a.may(paths, r.Writable)
	return nil
}

// lookAfter records what can be observed of a command that ended by itself, and its
// container with it: what its user may write in another one.
func (a *attempt) lookAfter(ctx context.Context) error {
	if a.helper == nil || a.image.RunsAs == nil {
		return nil
	}
	paths, err := a.asks(ctx)
	if err != nil {
		return err
	}
	r, err := a.alone(ctx, root, observer.Request{Access: paths, As: a.image.RunsAs})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		a.run.NotObserved = append(a.run.NotObserved, "what it may write: "+err.Error())
		return nil
	}
	a.run.NotObserved = append(a.run.NotObserved, r.Errors...)
	a.may(paths, r.Writable)
	return nil
}

// may records which paths the command's user may write.
func (a *attempt) may(paths []string, answers []bool) {
	if len(answers) != len(paths) {
		return
	}
	a.run.Writable = map[string]bool{}
	for i, name := range paths {
		a.run.Writable[name] = answers[i]
	}
}

// wrote records what the command writes, and where that was not observed.
func (a *attempt) wrote() {
	w := a.watched
	switch {
	case a.helper == nil || a.run.State == Failed:
		return
	case w == nil:
		a.run.NotObserved = append(a.run.NotObserved, "what it writes")
		return
	}
	a.run.Wrote, a.run.Visited = w.wrote, w.visited
	a.run.NotObserved = append(a.run.NotObserved, w.gaps...)
	if w.state != "" && w.state.rank() < a.run.State.rank() {
		a.run.NotObserved = append(a.run.NotObserved, "what it writes: run for that, not as PID 1, "+w.reason)
	}
}

// ask runs an observer in the command's container. If the command ends meanwhile,
// or the observer fails, it records that, and the answer is nil; err is for other
// failures.
func (a *attempt) ask(ctx context.Context, q observer.Request) (*observer.Response, error) {
	o, err := a.observer(ctx, a.container, root, q)
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.ended:
	case <-a.command.ended: // the container may last longer
		select {
		case <-o.ended:
		default:
			o.drain(ctx)
			a.ended("")
			return nil, nil
		}
	}
	r, err := o.answer()
	if err == nil {
		return &r, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.command.ended:
		a.ended("")
	case <-time.After(time.Second):
		a.run.NotObserved = append(a.run.NotObserved, "what only an observer in the container sees: "+err.Error())
	}
	return nil, nil
}

// own leaves out the ports that others listened on before.
func (a *attempt) own(ports []int) []int {
	return slices.DeleteFunc(ports, func(port int) bool { return slices.Contains(a.taken, port) })
}

// asks returns the paths whose writability is tested.
func (r *runner) asks(ctx context.Context) ([]string, error) {
	if r.paths != nil {
		return r.paths, nil
	}
	list := slices.Clone(r.spec.Writable)
	if r.watched != nil {
		list = append(list, r.watched.wrote...)
	}
	if r.spec.asked != nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case more := <-r.spec.asked:
			list = append(list, more...)
		}
	}
	slices.Sort(list)
	r.paths = append([]string{}, slices.Compact(list)...) // not nil
	return r.paths, nil
}
