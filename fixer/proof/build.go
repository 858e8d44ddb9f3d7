package proof

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/util/staticfs"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// The names under which BuildKit asks this side for files. The first two are
// those of its Dockerfile frontend.
const (
	localContext    = "context"
	localDockerfile = "dockerfile"
	localHelper     = "dockmend-observer"
)

// Observe builds the Dockerfile and runs the result. A failing build or run is an
// observation; an error means that there is none. When Observe returns, its containers
// are gone, also if ctx ended.
func (b *Builder) Observe(ctx context.Context, s Spec) (*Observation, error) {
	s = s.defaults()
	locals, err := b.locals(s)
	if err != nil {
		return nil, err
	}
	o := &Observation{steps: stepsOf(s.Dockerfile)}
	progress := newProgress(s.Progress)
	statuses := make(chan *client.SolveStatus)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for st := range statuses {
			progress.add(st)
		}
	}()
	var failed error // an error that is not an observation
	options := client.SolveOpt{LocalMounts: locals, SharedKey: filepath.Clean(s.Context), Session: b.session}
	outer, end := outlast(ctx)
	defer end()
	_, err = b.client.Build(outer, options, "dockmend", func(inner context.Context, gw gateway.Client) (*gateway.Result, error) {
		inner, cancel := context.WithCancel(inner)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		failed = b.observe(inner, gw, s, o, progress)
		return gateway.NewResult(), nil
	}, statuses)
	<-done
	if !o.Build.OK && o.Build.Error != "" {
		o.Build.Step, o.Build.Log = progress.failure(o.Build.Step, o.Build.Error)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var builder *BuilderError
	if errors.As(failed, &builder) {
		builder.Step, builder.Line = o.Build.Step, o.Build.Line
		return nil, builder
	}
	if err := errors.Join(failed, err); err != nil {
		return nil, err
	}
	return o, nil
}

// outlast returns the context of a build that ends a while after ctx does, so that containers can
// be released first: in older BuildKits they run on when their build is gone.
func outlast(ctx context.Context) (outer context.Context, end func()) {
	outer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(2*releaseTime, cancel) })
	return outer, func() {
		stop()
		cancel()
	}
}

// locals returns the directories that BuildKit may read. The Dockerfile is served from
// memory: the text to be proved may exist nowhere else.
func (b *Builder) locals(s Spec) (map[string]fsutil.FS, error) {
	dockerfile := staticfs.NewFS()
	dockerfile.Add("Dockerfile", statOf(s.Dockerfile), s.Dockerfile)
	if s.Ignore != nil {
		dockerfile.Add("Dockerfile.dockerignore", statOf(s.Ignore), s.Ignore)
	}
	locals := map[string]fsutil.FS{localDockerfile: dockerfile, localContext: staticfs.NewFS()}
	var err error
	if s.Context != "" {
		if locals[localContext], err = fsutil.NewFS(s.Context); err != nil {
			return nil, fmt.Errorf("the build context: %w", err)
		}
	}
	if b.helper != nil {
		locals[localHelper] = b.helper.files
	}
	return locals, nil
}

// statOf returns a file state whose modification time is computed from the content:
// BuildKit takes a file of the same size and time for the one that it received before.
func statOf(content []byte) *types.Stat {
	sum := sha256.Sum256(content)
	return &types.Stat{Mode: 0o644, ModTime: int64(binary.BigEndian.Uint64(sum[:]) >> 2)}
}

// observe does everything inside one session with the builder.
func (b *Builder) observe(ctx context.Context, gw gateway.Client, s Spec, o *Observation, p *progress) error {
	ref, err := b.build(ctx, gw, s, o, p)
	s.built()
	if err != nil {
		return err
	}
	l := &runner{gw: gw, ref: ref, spec: s, image: o.Image}
	if b.helper != nil {
		if l.helper, err = b.helper.solve(ctx, gw); err != nil {
			return fmt.Errorf("the observer can't be brought into the builder: %w", err)
		}
		l.helperArgs = b.helper.args
	}
	if !o.Build.OK {
		if o.ranCommand() {
			return l.probe(ctx, builderNet)
		}
		return nil
	}
	return l.all(ctx, o)
}

// all observes an image, beside what it needs. Each of its needs is a new one for the hardened run:
// what a command does with an empty database, it does once.
func (r *runner) all(ctx context.Context, o *Observation) error {
	r.spec.Progress("looking at the image")
	r.user = r.numericUser(ctx)
	if err := r.survey(ctx); err != nil {
		return err
	}
	alone, err := r.watchAlone(ctx)
	if err != nil {
		return err
	}
	err = r.beside(ctx, o, func() error { return r.plainRuns(ctx, o, alone) })
	if err != nil || !r.spec.Hardened || o.Run == nil || o.Run.State == Failed || o.unmet() != nil || r.helper == nil {
		return err
	}
	return r.beside(ctx, o, func() (err error) {
		r.spec.Progress("starting it with a read-only root file system")
		o.Hardened, err = r.run(ctx, true)
		return err
	})
}

// beside starts what the command needs, runs it beside that, and ends it.
func (r *runner) beside(ctx context.Context, o *Observation, runs func() error) error {
	needs, err := r.startNeeds(ctx, o)
	defer needs.release()
	if err != nil || o.unmet() != nil {
		return err
	}
	if len(needs) > 0 { // whose ports are not the command's
		others, err := r.alone(ctx, root, observer.Request{Who: true})
		if err != nil {
			return err
		}
		r.taken = others.Ports.Listening
	}
	if err := runs(); err != nil {
		return err
	}
	needs.look(o)
	return nil
}

// plainRuns runs the command for what it writes, and as it is. alone is what it wrote without its
// needs; nil for nothing.
func (r *runner) plainRuns(ctx context.Context, o *Observation, alone *watched) (err error) {
	if r.watched, err = r.watch(ctx); err != nil {
		return err
	}
	r.watched.add(alone)
	r.spec.wrote(r.watched.paths())
	r.spec.Progress("starting " + strings.Join(o.Image.Command, " "))
	o.Run, err = r.run(ctx, false)
	return err
}

// build solves the Dockerfile. A failure is an observation, unless BuildKit itself
// fails.
func (b *Builder) build(ctx context.Context, gw gateway.Client, s Spec, o *Observation, p *progress) (gateway.Reference, error) {
	buildCtx, cancel := context.WithTimeout(ctx, s.BuildTimeout)
	defer cancel()
	began := time.Now()
	r, ref, err := s.solve(buildCtx, gw)
	o.Build.Took = time.Since(began)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case buildCtx.Err() != nil, err != nil && o.Build.Took >= s.BuildTimeout: // the daemon's clock may be ahead
		o.Build.Error = fmt.Sprintf("the build takes longer than %v", s.BuildTimeout)
		o.Build.Step = p.current()
		return nil, nil
	case status.Code(err) == codes.Unavailable:
		return nil, err
	case err != nil:
		o.Build.Error, o.Build.Line = firstLine(err.Error()), sourceLine(err)
		return nil, nil
	}
	if o.Image, err = readConfig(r.Metadata[exptypes.ExporterImageConfigKey]); err != nil {
		return nil, err
	}
	o.Image.start(s.Start)
	o.Build.OK = true
	return ref, nil
}

// solve builds all of it. A BuildKit may leave steps for later, whatever the request
// says, and they would fail when the first container starts.
func (s Spec) solve(ctx context.Context, gw gateway.Client) (*gateway.Result, gateway.Reference, error) {
	r, err := gw.Solve(ctx, gateway.SolveRequest{Evaluate: true, Frontend: "dockerfile.v0", FrontendOpt: s.frontend()})
	if err != nil {
		return nil, nil, err
	}
	ref, err := r.SingleRef()
	if err == nil && ref != nil { // an empty image has none
		err = ref.Evaluate(ctx)
	}
	return r, ref, err
}

// frontend returns the options that docker build passes to the Dockerfile frontend.
func (s Spec) frontend() map[string]string {
	attrs := map[string]string{"filename": "Dockerfile"}
	if s.Target != "" {
		attrs["target"] = s.Target
	}
	if s.Platform != "" {
		attrs["platform"] = s.Platform
	}
	for name, value := range s.BuildArgs {
		attrs["build-arg:"+name] = value
	}
	return attrs
}

// sourceLine returns the line of the Dockerfile in a BuildKit error.
func sourceLine(err error) int {
	for _, source := range errdefs.Sources(err) {
		for _, r := range source.Ranges {
			return int(r.Start.Line)
		}
	}
	return 0
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// readConfig parses an image's configuration, in BuildKit's form before an export.
func readConfig(text []byte) (*Image, error) {
	var c dockerspec.DockerOCIImage
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("the image's configuration: %w", err)
	}
	im := &Image{
		Command: slices.Concat(c.Config.Entrypoint, c.Config.Cmd), User: c.Config.User, WorkDir: c.Config.WorkingDir,
		entrypoint: c.Config.Entrypoint, env: c.Config.Env, stop: c.Config.StopSignal, shell: c.Config.Shell,
	}
	if h := c.Config.Healthcheck; h != nil {
		im.health = &healthCheck{h.Test, h.Timeout}
	}
	for v := range c.Config.Volumes {
		im.Volumes = append(im.Volumes, v)
	}
	slices.Sort(im.Volumes)
	for e := range c.Config.ExposedPorts {
		number, protocol, _ := strings.Cut(e, "/")
		if port, err := strconv.Atoi(number); err == nil && (protocol == "" || protocol == "tcp") {
			im.Expose = append(im.Expose, port)
		}
	}
	slices.Sort(im.Expose)
	for _, h := range c.History {
		if !h.EmptyLayer {
			im.Layers++
		}
	}
	return im, nil
}
