package proof

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file examines a command that stays up, by an observer in its container.

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
	a.run.Listening = a.own(r.Ports)
	if a.run.Wrote = written(r.Changed); !a.hardened {
		a.spec.wrote(a.run.Wrote)
	}
	if r.Writable != nil {
		a.run.Writable = map[string]bool{}
		for i, name := range paths {
			a.run.Writable[name] = r.Writable[i]
		}
	}
	return nil
}

// ask runs an observer in the command's container. If the command ends meanwhile,
// which ends the container too, or the observer fails, it records that, and the answer
// is nil; err is for other failures.
func (a *attempt) ask(ctx context.Context, q observer.Request) (*observer.Response, error) {
	o, err := a.observer(ctx, a.container, root, q)
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.ended:
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
func (a *attempt) own(p observer.Ports) []int {
	return slices.DeleteFunc(p.Listening, func(port int) bool { return slices.Contains(a.taken, port) })
}

// asks returns the paths whose writability is tested.
func (r *runner) asks(ctx context.Context) ([]string, error) {
	if r.paths == nil && r.spec.asked != nil {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case more := <-r.spec.asked:
			r.paths = slices.Concat(r.spec.Writable, more)
		}
		r.spec.asked = nil
	} else if r.paths == nil {
		r.paths = r.spec.Writable
	}
	return r.paths, nil
}

// written leaves out /tmp, and directories that contain another written path.
func written(changes []observer.Change) []string {
	list := []string{}
	parents := map[string]bool{}
	for _, c := range changes {
		parents[path.Dir(c.Path)] = true
	}
	for _, c := range changes {
		if inside(c.Path, "/tmp") || c.Dir && parents[c.Path] {
			continue
		}
		list = append(list, c.Path)
	}
	return list
}

func inside(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
