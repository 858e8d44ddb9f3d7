package proof

import (
	"context"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file finds what a command writes. Errors that a command swallows show nowhere,
// so it is not asked what failed: it runs with the rights to write every file, as
// itself in all else, and what it wrote then is held against what its user may write.
// That also tells a command that writes to its user's home, wherever that is, from one
// that writes to /root, and a program that no longer runs from one that fails.
//
// It runs next to an observer that is PID 1, so that the container outlasts it: what it
// writes in its first and in its last moments is seen, and what a job writes.

const (
	// settleTime is how long a command that is ready may go on writing before it gets
	// the signal to stop.
	settleTime = time.Second
	// watchTime is how long an observer may take to read the file system.
	watchTime = 2 * time.Minute
)

// watched is what a command writes when no file hinders it.
type watched struct {
	state  State
	reason string
	wrote  []string // see Run.Wrote
	// visited are the requests to it.
	visited []observer.Visit
	// gaps is what was not observed, and why, a line each.
	gaps []string
}

// watch runs the command for what it writes. It returns nil if it can't.
func (r *runner) watch(ctx context.Context) (*watched, error) {
	if r.helper == nil || r.image.RunsAs == nil || len(r.image.Command) == 0 {
		return nil, nil
	}
	r.spec.Progress("watching what " + strings.Join(r.image.Command, " ") + " writes")
	a, release, err := r.newAttempt(ctx, observer.Exec{As: r.image.RunsAs, Unhindered: true}, false)
	if err != nil {
		return nil, err
	}
	defer release()
	w := &watched{}
	o, err := r.watcher(ctx, a.container)
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.first:
	case <-o.ended:
		_, err := o.answer()
		w.gap(err)
		return w, nil
	case <-time.After(watchTime):
		w.gaps = append(w.gaps, "what it writes: the observer takes too long to read the file system")
		return w, nil
	}
	if err := a.perform(ctx); err != nil {
		return nil, err
	}
	w.state, w.reason, w.gaps, w.visited = a.run.State, a.run.Reason, a.run.NotObserved, a.visited
	if log := a.log.last(); len(log) > 0 {
		w.reason += ": " + log[len(log)-1]
	}
	changed, err := o.changes(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	w.gap(err)
	w.gaps = append(w.gaps, changed.Errors...)
	list := written(changed.Changed)
	w.wrote = bounded(list)
	if len(w.wrote) < len(list) {
		w.gaps = append(w.gaps, "some of the many paths that it writes")
	}
	return w, nil
}

// paths returns what was written; nil where nothing was observed.
func (w *watched) paths() []string {
	if w == nil {
		return nil
	}
	return w.wrote
}

// add adds what the same command wrote in another run; nil for none.
func (w *watched) add(other *watched) {
	if w == nil || other == nil {
		return
	}
	list := slices.Concat(w.wrote, other.wrote)
	slices.Sort(list)
	w.wrote = bounded(slices.Compact(list))
	w.gaps = append(w.gaps, other.gaps...)
}

// gap notes an error that leaves unknown what the command writes.
func (w *watched) gap(err error) {
	if err != nil {
		w.gaps = append(w.gaps, "what it writes: "+err.Error())
	}
}

// perform runs the command from its start to its end, or up to the time in which it
// should have ended. What is left of it, the container's end will end.
func (a *attempt) perform(ctx context.Context) error {
	q, err := a.startRequest(a.how)
	if err != nil {
		return err
	}
	// Python keeps what it compiled where it may write, and does without elsewhere. In
	// an image that it may not write it does without, and that is no loss.
	q.Env = append(slices.Clone(q.Env), "PYTHONDONTWRITEBYTECODE=1")
	q.Args = slices.Concat(a.helperArgs, []string{"run"}, q.Args)
	codes := &tail{}
	q.Stdout, q.Stderr = a.log, codes
	if err := a.begin(ctx, q); err != nil {
		return err
	}
	a.command.codes, a.command.signal = codes, a.fromInside(a.container, true)
	if err := a.wait(ctx); err != nil {
		return err
	}
	if a.run.State == Alive || a.run.State == Up {
		if err := a.exercise(ctx); err != nil {
			return err
		}
	}
	if a.run.State != Alive && a.run.State != Up {
		return nil
	}
	sig, err := a.stopSignal()
	if err != nil {
		return err
	}
	_, err = a.signal(ctx, sig, a.spec.StopTimeout)
	return err
}

// exercise makes a command that is ready write what it writes only then: soon after,
// when it gets its first request, or in its health check.
func (a *attempt) exercise(ctx context.Context) error {
	q := observer.Request{Visit: true, Taken: a.taken, Pages: a.spec.Requests}
	if a.spec.Network { // other programs listen in it, too
		q.Only = append([]int{}, a.ports()...)
	}
	r, err := a.ask(ctx, q)
	if err != nil || r == nil {
		return err
	}
	a.visited = r.Visited
	if a.how.Unhindered { // elsewhere the check is for its result
		if err := a.checkHealth(ctx); err != nil {
			return err
		}
	}
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-a.command.ended:
		a.ended(", just after it was ready")
	case <-timer.C:
	}
	return nil
}

// changes asks the watcher for what changed, which ends it and its container.
func (o *observation) changes(ctx context.Context) (r observer.Response, err error) {
	if err := o.Signal(ctx, syscall.SIGTERM); err != nil {
		return r, err
	}
	timer := time.NewTimer(watchTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return r, ctx.Err()
	case <-timer.C:
		return r, context.DeadlineExceeded
	case <-o.ended:
		return o.answer()
	}
}

// written returns the paths that took a permission: a directory, with a slash at its
// end, where that to add and remove names was needed and no other path shows it. It
// leaves out a pid file that the image holds and the command removes at its end: it
// was there at the start as well, and did not matter. nginx does so.
func written(changes []observer.Change) []string {
	list := []string{}
	for _, c := range changes {
		name := c.Path
		switch {
		case c.Removed && path.Ext(name) == ".pid":
			continue
		case c.Removed:
			name = path.Dir(name)
		}
		if (c.Removed || c.Dir) && name != "/" {
			name += "/"
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// maxAskedBytes bounds the paths of an observation that are asked about: questions are
// arguments of a program, which Linux bounds.
const maxAskedBytes = 512 << 10

// bounded leaves out paths beyond the bound.
func bounded(paths []string) []string {
	size := 0
	for i, name := range paths {
		if size += len(name); size > maxAskedBytes {
			return paths[:i]
		}
	}
	return paths
}

// isDirectory reports whether a written path is a directory whose names changed.
func isDirectory(name string) bool { return strings.HasSuffix(name, "/") }

func inside(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
