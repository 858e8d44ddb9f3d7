package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

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
	hosts      []*pb.HostIP   // that its containers find by name
	holders    map[int]string // of needs, by port: who listens there
	user       string         // that its processes are started as, for BuildKit
	taken      []int          // ports that others listen on
	watched    *watched       // nil if there was none
	paths      []string       // whose writability is tested; see asks
}

// netMode returns the network of a container that runs the command.
func (r *runner) netMode() pb.NetMode {
	if r.spec.Network {
		return builderNet
	}
	return pb.NetMode_NONE
}

// builderNet is the network that the builder gives to RUN.
const builderNet = pb.NetMode_UNSET

// newContainer returns a container in which the image, or a derived one, and the
// observer are mounted. release ends all that runs in it.
func (r *runner) newContainer(ctx context.Context, mounts []gateway.Mount) (gateway.Container, func(), error) {
	return r.containerIn(ctx, r.netMode(), mounts)
}

func (r *runner) containerIn(ctx context.Context, network pb.NetMode, mounts []gateway.Mount) (c gateway.Container, release func(), err error) {
	if r.helper != nil {
		mounts = append(mounts, gateway.Mount{Dest: helperDir, Ref: r.helper, Readonly: true})
	}
	c, err = r.gw.NewContainer(ctx, gateway.NewContainerRequest{Mounts: mounts, NetMode: network, ExtraHosts: r.hosts})
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
	codes *tail // where its parent, the observer, writes its exit code; nil if it has none
	// signal sends a signal; nil if BuildKit does.
	signal func(context.Context, syscall.Signal) error
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
	case p.err == nil && p.codes != nil:
		code, err := strconv.Atoi(strings.Join(p.codes.last(), ""))
		return code, err == nil
	case p.err == nil:
		return 0, true
	case errors.As(p.err, &exit):
		return int(exit.ExitCode), true
	}
	return 0, false
}

// root is the user of an observer: the image's user may not see everything.
const root = "0:0"

// maxArg is the longest argument, in bytes. Linux takes 128 KiB.
const maxArg = 100 << 10

// observer starts an observer in a container.
func (r *runner) observer(ctx context.Context, c gateway.Container, user string, q observer.Request) (*observation, error) {
	q.Self = r.helperArgs
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	o := newObservation()
	o.process, err = start(ctx, c, r.observed(o, user, "/", append([]string{"ask"}, parts(string(text))...)))
	return o, err
}

// parts cuts a text into arguments. BuildKit takes no half characters.
func parts(text string) (list []string) {
	for len(text) > maxArg {
		i := maxArg
		for !utf8.RuneStart(text[i]) {
			i--
		}
		list, text = append(list, text[:i]), text[i:]
	}
	return append(list, text)
}

// observed returns how an observer is started.
func (r *runner) observed(o *observation, user, dir string, args []string) gateway.StartRequest {
	return gateway.StartRequest{
		Args: slices.Concat(r.helperArgs, args), User: user, Cwd: dir, Env: []string{"PATH=/"}, Stdout: writer{&o.out}, Stderr: o.errs,
	}
}

// watcher starts an observer as PID 1, for a command that will be another process. The
// container makes the working directory for its PID 1 alone.
func (r *runner) watcher(ctx context.Context, c gateway.Container) (*observation, error) {
	o := newObservation()
	var err error
	if o.process, err = start(ctx, c, r.observed(o, root, r.image.WorkDir, []string{"watch"})); err != nil {
		return nil, err
	}
	o.signal = r.fromInside(c, false)
	return o, nil
}

// observation is a running observer.
type observation struct {
	*process
	out   output
	errs  *tail
	first chan struct{} // closed by its first line
}

func newObservation() *observation {
	o := &observation{errs: &tail{}, first: make(chan struct{})}
	o.out.first = sync.OnceFunc(func() { close(o.first) })
	return o
}

// lastAnswerTime is how long an observer may take whose answer no longer matters.
const lastAnswerTime = 3 * time.Second

// drain waits for the end of an observer whose answer no longer matters. The end of its
// container while it starts, or runs, would be an error of all else in there. One that
// waits for a port may never end, so it waits for that only a while.
func (o *observation) drain(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-o.ended:
		return
	case <-o.first:
	}
	timer := time.NewTimer(lastAnswerTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-o.ended:
	case <-timer.C:
	}
}

// output is what an observer writes.
type output struct {
	bytes.Buffer
	first func() // is called when there is a line
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Buffer.Write(b)
	if bytes.IndexByte(b, '\n') >= 0 {
		o.first()
	}
	return n, err
}

// answer returns its response, the last line, once it has ended. A whole response counts
// however the observer ended: BuildKit ends all processes of a container for the exit code
// of one of them, and the others then have that code.
func (o *observation) answer() (a observer.Response, err error) {
	lines := bytes.Split(bytes.TrimSpace(o.out.Bytes()), []byte("\n"))
	if err = json.Unmarshal(lines[len(lines)-1], &a); err == nil {
		return a, nil
	}
	if o.err != nil {
		if last := o.errs.last(); len(last) > 0 {
			return a, errors.New(last[len(last)-1])
		}
		return a, errors.New(firstLine(o.err.Error()))
	}
	return a, err
}

// writer is a writer that needs no closing.
type writer struct{ io.Writer }

func (writer) Close() error { return nil }
