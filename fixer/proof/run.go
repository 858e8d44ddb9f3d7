package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/sys/signal"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// attempt is one run of the command.
type attempt struct {
	*runner
	run       *Run
	hardened  bool
	container gateway.Container
	command   *process
	log       *tail
	matched   chan struct{} // closed by the line that is waited for
	began     time.Time
}

// run runs the command until its state is known, looks at it, and stops it. An
// engine lets everybody listen on low ports, and BuildKit does not: a command
// that wanted that runs again, with the right to.
func (r *runner) run(ctx context.Context, hardened bool) (*Run, error) {
	run, err := r.attempt(ctx, observer.Exec{NoNewPrivs: hardened})
	if err != nil || r.helper == nil || r.image.RunsAs == nil || r.image.RunsAs.UID == 0 || !slices.ContainsFunc(run.Denied, isLowPort) {
		return run, err
	}
	run, err = r.attempt(ctx, observer.Exec{NoNewPrivs: hardened, As: r.image.RunsAs})
	if err == nil {
		run.MayBind = true
	}
	return run, err
}

// isLowPort tells of a command that could not listen on its port.
func isLowPort(d Denied) bool {
	line := strings.ToLower(d.Line)
	return strings.Contains(line, "listen") || strings.Contains(line, "bind")
}

func (r *runner) attempt(ctx context.Context, how observer.Exec) (*Run, error) {
	a := &attempt{runner: r, hardened: how.NoNewPrivs, run: &Run{asked: r.spec.Ready.text != ""}, matched: make(chan struct{})}
	a.log = &tail{line: a.line()}
	if len(r.image.Command) == 0 {
		a.run.State, a.run.Reason = Failed, "the image has no command"
		return a.run, nil
	}
	mounts := []gateway.Mount{{Dest: "/", Ref: r.ref}}
	if how.NoNewPrivs {
		var err error
		if mounts, err = r.readOnly(ctx); err != nil {
			return nil, err
		}
	}
	c, release, err := r.newContainer(ctx, mounts)
	if err != nil {
		return nil, err
	}
	defer release()
	q, err := r.command(how)
	if err != nil {
		return nil, err
	}
	q.Stdout, q.Stderr = a.log, a.log
	a.container, a.began = c, time.Now()
	if a.command, err = start(ctx, c, q); err != nil {
		return nil, err
	}
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	if a.run.State == Alive || a.run.State == Up {
		if err := a.look(ctx); err != nil {
			return nil, err
		}
		// How it stops is no question of a hardened run.
		end := a.stop
		if how.NoNewPrivs {
			end = a.kill
		}
		if err := end(ctx); err != nil {
			return nil, err
		}
	}
	a.run.Log = a.log.last()
	return a.run, ctx.Err()
}

// command is how the image's command is started: as it is, or by way of the
// observer, which becomes it.
func (r *runner) command(how observer.Exec) (gateway.StartRequest, error) {
	q := gateway.StartRequest{Args: r.image.Command, Env: r.image.env, User: r.image.User, Cwd: r.image.WorkDir}
	if how == (observer.Exec{}) {
		return q, nil
	}
	text, err := json.Marshal(how)
	if err != nil {
		return q, err
	}
	q.Args = slices.Concat(r.helperArgs, []string{"exec", string(text)}, q.Args)
	if how.As != nil {
		q.User = root
		isHome := func(e string) bool { return strings.HasPrefix(e, "HOME=") }
		if !slices.ContainsFunc(q.Env, isHome) {
			q.Env = append(slices.Clone(q.Env), "HOME="+how.As.Home)
		}
	}
	return q, nil
}

// line looks at each line of the log.
func (a *attempt) line() func(string) {
	seen := map[string]bool{}
	return func(line string) {
		if d, ok := denied(line); ok && len(a.run.Denied) < maxDenied && !seen[d.Path+d.Line] {
			seen[d.Path+d.Line] = true
			a.run.Denied = append(a.run.Denied, d)
		}
		if re := a.spec.Ready.log; re != nil && re.MatchString(line) {
			select {
			case <-a.matched:
			default:
				close(a.matched)
			}
		}
	}
}

// wait waits until the state of the command is known.
func (a *attempt) wait(ctx context.Context) error {
	limit, stay := a.spec.ReadyTimeout, time.Duration(0)
	ports := a.ports()
	switch {
	case len(ports) > 0 && a.helper != nil:
		return a.waitForPort(ctx, ports)
	case a.spec.Ready.log == nil:
		stay = a.spec.Ready.lasts()
		limit = stay
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

// ports are those of which one must be listened on.
func (a *attempt) ports() []int {
	switch r := a.spec.Ready; {
	case r.port != 0:
		return []int{r.port}
	case r.text == "":
		return a.image.Expose
	}
	return nil
}

// missed says that what was waited for did not come.
func (a *attempt) missed() string {
	return fmt.Sprintf("waited for %s for %v", a.spec.Ready.waits(a.image.Expose), a.spec.ReadyTimeout)
}

// elsewhereTime is how long a command that listens on other ports than those
// that are EXPOSEd has time to listen on these too.
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
	if open := a.own(r.Ports); len(open) > 0 && a.spec.Ready.text == "" {
		reason = fmt.Sprintf("it listens on %s, not on an EXPOSEd port (%s)", joinInts(open), joinInts(ports))
	}
	a.settle(Alive, reason)
	return nil
}

// ask asks an observer in the command's container. When the command ends
// meanwhile, which takes the container with it, or the observer fails, that is
// recorded, and the answer is nil; err is for what is neither.
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

// own leaves out the ports that were listened on before.
func (a *attempt) own(p observer.Ports) []int {
	return slices.DeleteFunc(p.Listening, func(port int) bool { return slices.Contains(a.taken, port) })
}

// settle ends the waiting.
func (a *attempt) settle(s State, reason string) {
	a.run.State, a.run.Reason, a.run.Took = s, reason, time.Since(a.began)
}

// ended tells that the command is no more, which nobody had asked for.
func (a *attempt) ended(when string) {
	took := time.Since(a.began).Round(10 * time.Millisecond)
	code, known := a.command.code()
	a.run.ExitCode = code
	switch {
	case !known:
		a.settle(Failed, "it did not start: "+firstLine(a.command.err.Error()))
	case code == 0:
		a.settle(Ended, fmt.Sprintf("it ended with exit code 0 after %v%s", took, when))
	default:
		a.settle(Failed, fmt.Sprintf("it ended with exit code %d after %v%s", code, took, when))
	}
}

// look tells what can be seen of a command that stays up.
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

// asks are the paths of which it is asked whether they may be written.
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

// written leaves out /tmp, and directories in which something else that was
// written lies.
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

// stop ends the command as an engine would, and tells how it took it.
func (a *attempt) stop(ctx context.Context) error {
	select {
	case <-a.command.ended:
		a.ended(", just after it was ready")
		return nil
	default:
	}
	sig := syscall.SIGTERM
	if a.image.stop != "" {
		s, err := signal.ParseSignal(a.image.stop)
		if err != nil {
			return fmt.Errorf("STOPSIGNAL: %w", err)
		}
		sig = s
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

// kill ends the command without another question.
func (a *attempt) kill(ctx context.Context) error {
	sent, err := a.signal(ctx, syscall.SIGKILL, releaseTime)
	if err == nil && !sent {
		a.ended(", just after it was ready")
	}
	return err
}

// signal sends a signal to the command, and waits for its end as long as d. It is
// not sent to a command that has ended by itself meanwhile, which the client may
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
