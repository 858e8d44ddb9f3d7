package proof

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// attempt is one run of the command.
type attempt struct {
	*runner
	run       *Run
	how       observer.Exec
	hardened  bool
	container gateway.Container
	command   *process
	log       *tail
	matched   chan struct{} // closed by the line that Ready waits for
	began     time.Time
	visited   []observer.Visit
}

// run runs the command until its state is known, examines it, and stops it. An engine
// lets every container listen on low ports, and BuildKit does not: a command that
// failed to do that runs again, with the right to.
func (r *runner) run(ctx context.Context, hardened bool) (*Run, error) {
	how := observer.Exec{}
	if hardened {
		how = observer.Exec{NoNewPrivs: !r.spec.Keeps.Privileges, NoCapabilities: !r.spec.Keeps.Capabilities, As: r.image.RunsAs}
	}
	run, err := r.attempt(ctx, how, hardened)
	if err != nil || r.helper == nil || r.image.RunsAs == nil || r.image.RunsAs.UID == 0 || !slices.ContainsFunc(run.Denied, isLowPort) {
		return run, err
	}
	how.As, how.LowPorts = r.image.RunsAs, hardened
	run, err = r.attempt(ctx, how, hardened)
	if err == nil {
		run.MayBind = true
	}
	return run, err
}

// isLowPort reports whether a command could not listen on its port.
func isLowPort(d Denied) bool {
	line := strings.ToLower(d.Line)
	return strings.Contains(line, "listen") || strings.Contains(line, "bind")
}

func (r *runner) attempt(ctx context.Context, how observer.Exec, hardened bool) (*Run, error) {
	if len(r.image.Command) == 0 {
		return &Run{State: Failed, Reason: "the image has no command"}, nil
	}
	a, release, err := r.newAttempt(ctx, how, hardened)
	if err != nil {
		return nil, err
	}
	defer release()
	q, err := a.startRequest(a.how)
	if err != nil {
		return nil, err
	}
	q.Stdout, q.Stderr = a.log, a.log
	if err := a.begin(ctx, q); err != nil {
		return nil, err
	}
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	if err := a.examine(ctx); err != nil {
		return nil, err
	}
	a.run.Log = a.log.last()
	return a.run, ctx.Err()
}

// newAttempt returns an attempt with a container in which nothing runs yet.
func (r *runner) newAttempt(ctx context.Context, how observer.Exec, hardened bool) (a *attempt, release func(), err error) {
	a = &attempt{runner: r, how: how, hardened: hardened, run: &Run{asked: r.spec.Ready.text != ""}, matched: make(chan struct{})}
	a.log = &tail{line: a.line()}
	mounts := []gateway.Mount{{Dest: "/", Ref: r.ref}}
	if a.hardened {
		if mounts, err = a.readOnly(ctx, a.mounts(ctx)); err != nil {
			return nil, nil, err
		}
	}
	a.container, release, err = r.newContainer(ctx, mounts)
	return a, release, err
}

// begin starts the command.
func (a *attempt) begin(ctx context.Context, q gateway.StartRequest) (err error) {
	a.began = time.Now()
	if a.command, err = start(ctx, a.container, q); err == nil {
		a.command.signal = a.fromInside(a.container, false)
	}
	return err
}

// examine looks at the command, in the state in which it is, and stops one that is up.
// A hardened run does not test the stop, nor what is written. It gets the requests that the
// watched one got, and the other run gets them, too, for the answers that are to be expected.
func (a *attempt) examine(ctx context.Context) error {
	if a.spec.Hardened && (a.run.State == Alive || a.run.State == Up) {
		if err := a.exercise(ctx); err != nil {
			return err
		}
		a.run.answers = a.visited
	}
	if a.run.State == Alive || a.run.State == Up {
		if err := a.look(ctx); err != nil {
			return err
		}
		if err := a.checkHealth(ctx); err != nil {
			return err
		}
		end := a.stop
		if a.hardened {
			end = a.kill
		}
		if err := end(ctx); err != nil {
			return err
		}
	}
	if a.hardened {
		a.run.Visited = a.run.answers
		return nil
	}
	if a.run.State == Ended {
		if err := a.lookAfter(ctx); err != nil {
			return err
		}
	}
	a.wrote()
	return nil
}

// startRequest returns how the image's command is started: directly, or through the
// observer, which becomes it.
func (r *runner) startRequest(how observer.Exec) (gateway.StartRequest, error) {
	q := gateway.StartRequest{Args: r.image.Command, Env: r.image.env, User: r.user, Cwd: r.image.WorkDir}
	if how.IsPlain() {
		return q, nil
	}
	text, err := json.Marshal(how)
	if err != nil {
		return q, err
	}
	q.Args = slices.Concat(r.helperArgs, []string{"exec", string(text)}, q.Args)
	if how.NoCapabilities || len(how.Dirs) > 0 {
		q.User = root // who may take them from others, and give directories away
	}
	if how.As != nil {
		q.User = root
		isHome := func(e string) bool { return strings.HasPrefix(e, "HOME=") }
		if !slices.ContainsFunc(q.Env, isHome) {
			q.Env = append(slices.Clone(q.Env), "HOME="+how.As.Home)
		}
	}
	return q, nil
}

// line returns a function that examines each line of the log.
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
