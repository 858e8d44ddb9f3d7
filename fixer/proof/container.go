package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// helperDir is where the observer is mounted.
const helperDir = "/.dockmend"

// releaseTime is how long a container may take to go away after everything else was
// given up.
const releaseTime = 15 * time.Second

// startTime is how long BuildKit may take to start a process.
const startTime = time.Minute

// runner runs the containers of one image.
type runner struct {
	gw         gateway.Client
	ref        gateway.Reference
	helper     gateway.Reference // nil when there is none
	helperArgs []string
	spec       Spec
	image      *Image
	taken      []int    // ports that others listen on
	paths      []string // whose writability is tested; see asks
}

// newContainer returns a container in which the image, or a derived one, and the
// observer are mounted. release ends all that runs in it.
func (r *runner) newContainer(ctx context.Context, mounts []gateway.Mount) (c gateway.Container, release func(), err error) {
	if r.helper != nil {
		mounts = append(mounts, gateway.Mount{Dest: helperDir, Ref: r.helper, Readonly: true})
	}
	network := pb.NetMode_NONE
	if r.spec.Network {
		network = pb.NetMode_UNSET
	}
	c, err = r.gw.NewContainer(ctx, gateway.NewContainerRequest{Mounts: mounts, NetMode: network})
	if err != nil {
		return nil, nil, err
	}
	return c, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
		_ = c.Release(ctx) // returns the exit code of its process, which is known
	}, nil
}

// process is a command in a container.
type process struct {
	gateway.ContainerProcess
	ended chan struct{}
	err   error // valid once ended is closed
}

func start(ctx context.Context, c gateway.Container, q gateway.StartRequest) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	// The client waits forever if the stream to the daemon is gone.
	late := time.AfterFunc(startTime, cancel)
	cp, err := c.Start(ctx, q)
	if late.Stop(); err != nil {
		cancel()
		return nil, fmt.Errorf("BuildKit starts no process: %w", err)
	}
	p := &process{ContainerProcess: cp, ended: make(chan struct{})}
	go func() {
		defer cancel()
		defer close(p.ended)
		p.err = cp.Wait()
	}()
	return p, nil
}

// code returns the exit code of a process that ended. ok is false if it never started,
// or the code is unknown.
func (p *process) code() (code int, ok bool) {
	var exit *gatewaypb.ExitError
	switch {
	case p.err == nil:
		return 0, true
	case errors.As(p.err, &exit):
		return int(exit.ExitCode), true
	}
	return 0, false
}

// root is the user of an observer: the image's user may not see everything.
const root = "0:0"

// observer starts an observer in a container.
func (r *runner) observer(ctx context.Context, c gateway.Container, user string, q observer.Request) (*observation, error) {
	q.Self = r.helperArgs
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	o := &observation{errs: &tail{}}
	o.process, err = start(ctx, c, gateway.StartRequest{
		Args: slices.Concat(r.helperArgs, []string{"ask", string(text)}),
		User: user, Cwd: "/", Env: []string{"PATH=/"}, Stdout: writer{&o.out}, Stderr: o.errs,
	})
	return o, err
}

// observation is a running observer.
type observation struct {
	*process
	out  bytes.Buffer
	errs *tail
}

// answer returns its response, once it has ended.
func (o *observation) answer() (a observer.Response, err error) {
	if o.err != nil {
		if last := o.errs.last(); len(last) > 0 {
			return a, errors.New(last[len(last)-1])
		}
		return a, errors.New(firstLine(o.err.Error()))
	}
	return a, json.Unmarshal(o.out.Bytes(), &a)
}

// writer is a writer that needs no closing.
type writer struct{ io.Writer }

func (writer) Close() error { return nil }

// survey examines the image before anything in it has run.
func (r *runner) survey(ctx context.Context) error {
	if r.helper == nil {
		return nil
	}
	a, err := r.alone(ctx, root, observer.Request{Survey: true})
	if err != nil {
		return fmt.Errorf("the observer does not work in this image: %w", err)
	}
	r.image.Files, r.taken = a.Files, a.Ports.Listening
	// If the image lacks the user, the command won't start either, and that will be
	// reported.
	if a, err = r.alone(ctx, r.image.User, observer.Request{Who: true}); err == nil {
		r.image.RunsAs = a.User
	}
	return ctx.Err()
}

// alone runs an observer in a container of its own.
func (r *runner) alone(ctx context.Context, user string, q observer.Request) (a observer.Response, err error) {
	c, release, err := r.newContainer(ctx, []gateway.Mount{{Dest: "/", Ref: r.ref}})
	if err != nil {
		return a, err
	}
	defer release()
	o, err := r.observer(ctx, c, user, q)
	if err != nil {
		return a, err
	}
	select {
	case <-ctx.Done():
		return a, ctx.Err()
	case <-o.ended:
		return o.answer()
	}
}
