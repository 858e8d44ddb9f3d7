package proof

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// This file runs what a command depends on: containers of other images beside its own. They are as
// confined as RUN is, with no file of the machine.

// company is what runs beside a command.
type company []*companion

// companion is the container of a need.
type companion struct {
	*attempt
	need    Need
	at      int // its place in Observation.Needs
	release func()
}

// release ends all of them at once: BuildKit may take seconds for each.
func (c company) release() {
	var all sync.WaitGroup
	for _, one := range c {
		all.Go(one.release)
	}
	all.Wait()
}

// look reports those that ended since they were ready: what came out of the command is not what it
// does beside them.
func (c company) look(o *Observation) {
	for _, one := range c {
		select {
		case <-one.command.ended:
		default:
			continue
		}
		if one.run.State != Ended {
			one.ended(", while it was needed")
			o.Needs[one.at].fail(one, one.run.Reason)
		}
	}
}

// fail records why a need failed.
func (n *Needed) fail(c *companion, why string) {
	n.Failed, n.Log = strings.TrimPrefix(why, "it "), c.log.last()
}

// startNeeds starts what the command depends on, in its order, and waits until it is ready. The
// company is to be released, also with an error.
func (r *runner) startNeeds(ctx context.Context, o *Observation) (all company, err error) {
	caps := r.gw.BuildOpts().Caps
	o.Needs, r.hosts, r.holders = nil, nil, map[int]string{}
	for _, n := range r.spec.Needs {
		o.Needs = append(o.Needs, Needed{Name: n.Name, Image: n.Image, Absent: n.Unknown})
		to := &o.Needs[len(o.Needs)-1]
		switch {
		case n.Unknown != "":
			continue
		case r.helper == nil:
			to.Failed = "can't be waited for: there is no observer in its container"
			return all, nil
		case caps.Supports(gatewaypb.CapGatewayExecExtraHosts) != nil:
			to.Failed = "can't be found by its name: this version of BuildKit gives containers none"
			return all, nil
		}
		r.spec.Progress("starting " + n.Name + ", which it depends on")
		of, err := r.neededRunner(ctx, n, to)
		if of == nil {
			if err != nil {
				return all, err
			}
			continue
		}
		c, err := of.companion(ctx, n, to)
		if c != nil {
			c.at = len(o.Needs) - 1
			all = append(all, c)
		}
		if err != nil || to.Failed != "" {
			return all, err
		}
		address, err := c.await(ctx, to)
		if err != nil || to.Failed != "" {
			return all, err
		}
		if address != "" {
			r.hosts = append(r.hosts, hostsAt(n, address)...)
		}
	}
	return all, nil
}

// hostsAt returns the names of a need at an address.
func hostsAt(n Need, address string) (list []*pb.HostIP) {
	for _, host := range n.Hosts {
		list = append(list, &pb.HostIP{Host: host, IP: address})
	}
	return list
}

// aloneTime is how long a command may take that is started before its needs.
const aloneTime = 10 * time.Second

// watchAlone runs the command for what it writes while nothing answers in the place of its needs, as
// when it starts with them and they take longer: what fails then may be written somewhere. It returns
// nil if its needs are ready whenever it starts.
func (r *runner) watchAlone(ctx context.Context) (*watched, error) {
	alone := *r
	for _, n := range r.spec.Needs {
		if n.Unknown == "" && !n.Healthy && !n.Completed {
			alone.hosts = append(alone.hosts, hostsAt(n, "127.0.0.1")...)
		}
	}
	if len(alone.hosts) == 0 {
		return nil, nil
	}
	alone.spec.ReadyTimeout = min(r.spec.ReadyTimeout, aloneTime)
	return alone.watch(ctx)
}

// neededRunner returns what runs the image of a need; nil where it can't be had, which is recorded.
func (r *runner) neededRunner(ctx context.Context, n Need, to *Needed) (*runner, error) {
	pullCtx, cancel := context.WithTimeout(ctx, r.spec.BuildTimeout)
	defer cancel()
	of, err := r.pulled(pullCtx, n, to)
	switch {
	case err == nil:
		return of, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case pullCtx.Err() != nil:
		to.Absent = fmt.Sprintf("its image could not be had in %v", r.spec.BuildTimeout)
		return nil, nil
	case status.Code(err) == codes.Unavailable:
		return nil, err
	}
	to.Absent = "its image can't be had: " + firstLine(err.Error())
	return nil, nil
}

// pulled returns what runs the image of a need, which the builder has then.
func (r *runner) pulled(ctx context.Context, n Need, to *Needed) (*runner, error) {
	name, err := reference.ParseNormalizedNamed(n.Image)
	if err != nil {
		return nil, err
	}
	name = reference.TagNameOnly(name)
	resolve := &sourceresolver.ResolveImageOpt{}
	options := []llb.ImageOption{llb.WithCustomName("[dockmend] " + n.Name + ": " + name.String())}
	if workers := r.gw.BuildOpts().Workers; len(workers) > 0 && len(workers[0].Platforms) > 0 { // the builder's own, and not this machine's
		resolve.Platform = &workers[0].Platforms[0]
		options = append(options, llb.Platform(*resolve.Platform))
	}
	_, digest, config, err := r.gw.ResolveImageConfig(ctx, name.String(), sourceresolver.Opt{ImageOpt: resolve})
	if err != nil {
		return nil, err
	}
	image, err := readConfig(config)
	if err != nil {
		return nil, err
	}
	image.start(n.Start)
	image.Expose = slices.Compact(slices.Sorted(slices.Values(slices.Concat(image.Expose, n.Start.Ports))))
	exact, err := reference.WithDigest(reference.TrimNamed(name), digest)
	if err != nil {
		return nil, err
	}
	of := *r
	of.image, of.watched, of.taken, of.paths = image, nil, nil, nil
	of.spec = Spec{Network: true, Keeps: Keeps{Writable: true}, ReadyTimeout: r.spec.ReadyTimeout}.defaults()
	if of.ref, err = r.solve(ctx, llb.Image(exact.String(), options...)); err != nil {
		return nil, err
	}
	if err := of.ref.Evaluate(ctx); err != nil {
		return nil, err
	}
	to.Digest = digest.String()
	return &of, nil
}

// companion starts a need. The result is nil if it has no container.
func (r *runner) companion(ctx context.Context, n Need, to *Needed) (*companion, error) {
	c := &companion{need: n, attempt: &attempt{runner: r, run: &Run{}, log: &tail{}, matched: make(chan struct{})}}
	if len(r.image.Command) == 0 {
		to.Failed = "has no command"
		return nil, nil
	}
	r.user = r.numericUser(ctx)
	who, err := r.alone(ctx, r.user, observer.Request{Who: true})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		to.Failed = "does not start: " + firstLine(err.Error())
		return nil, r.probe(ctx, r.netMode())
	}
	r.taken = who.Ports.Listening
	// In a network that is not the containers' alone, another program may answer in its place: its
	// own can't listen there, and the command must not reach that one.
	for _, port := range r.image.Expose {
		if slices.Contains(r.taken, port) {
			to.Failed = fmt.Sprintf("can't listen on port %d, which %s has in the builder's network", port, cmp.Or(r.holders[port], "another program"))
			return nil, nil
		}
	}
	if who.User != nil && who.User.UID != 0 { // an engine lets it listen on low ports
		c.how.As, r.image.RunsAs = who.User, who.User
	}
	writable := r.withModes(ctx, n.Mounts)
	for i := range writable {
		writable[i].NoExec = false // what it executes does not matter, and such a mount is small
	}
	mounts, err := c.readOnly(ctx, writable)
	if err != nil {
		return nil, err
	}
	if c.container, c.release, err = r.newContainer(ctx, mounts); err != nil {
		return nil, err
	}
	q, err := r.startRequest(c.how)
	if err != nil {
		return c, err
	}
	q.Stdout, q.Stderr = c.log, c.log
	return c, c.begin(ctx, q)
}

// await waits until the need is ready, and returns its address: "" for one that has ended. What
// fails is recorded.
func (c *companion) await(ctx context.Context, to *Needed) (address string, err error) {
	ready := c.answers
	if c.need.Completed {
		ready = c.completes
	}
	why, err := ready(ctx)
	if err != nil {
		return "", err
	}
	if why == "" && c.run.State == "" {
		if address, why, err = c.address(ctx); err != nil {
			return "", err
		}
	}
	switch {
	case c.run.State == Ended && (c.need.Completed || !c.need.Healthy && !c.need.Stays): // with code 0: it was a job
		return "", nil
	case c.run.State == Ended:
		why = "ended with exit code 0 before it was ready"
	case c.run.State != "":
		why = c.run.Reason
	}
	if why != "" {
		to.fail(c, why)
	}
	return address, nil
}

// completes waits for the end of a job.
func (c *companion) completes(ctx context.Context) (why string, err error) {
	ended, err := c.passes(ctx, c.spec.ReadyTimeout)
	if err != nil || ended {
		return "", err
	}
	return fmt.Sprintf("has not ended after %v", c.spec.ReadyTimeout), nil
}

// answers waits until the health check passes; if there is none, or it need not pass, until a port is
// listened on; and where it has no port, for a while.
func (c *companion) answers(ctx context.Context) (why string, err error) {
	until := time.Now().Add(c.spec.ReadyTimeout)
	if argv := c.image.health.command(c.image.shell); argv != nil {
		healthy, err := c.becomesHealthy(ctx, argv, until)
		if err != nil || healthy || c.run.State != "" {
			return "", err
		}
		if why = c.unhealthy(); c.need.Healthy || len(c.image.Expose) == 0 {
			return why, nil
		}
		until = time.Now()
	}
	if len(c.image.Expose) == 0 {
		_, err := c.passes(ctx, defaultStay)
		return "", err
	}
	r, err := c.ask(ctx, observer.Request{Await: &observer.Await{
		Ports: c.image.Expose, Taken: c.taken, Timeout: max(0, time.Until(until)), Elsewhere: elsewhereTime,
	}})
	switch {
	case err != nil:
		return "", err
	case r == nil:
		return c.unseen(), nil
	case r.Ready, len(c.own(r.Ports.Listening)) > 0:
		return "", nil
	case why != "":
		return why, nil
	}
	return fmt.Sprintf("listens on none of its ports (%s) after %v", joinInts(c.image.Expose), c.spec.ReadyTimeout), nil
}

// becomesHealthy tries the health check until it passes.
func (c *companion) becomesHealthy(ctx context.Context, argv []string, until time.Time) (bool, error) {
	for {
		h, err := c.tryHealth(ctx, argv)
		if err != nil {
			return false, err
		}
		if c.run.Health = h; h != nil && h.OK {
			return true, nil
		}
		if time.Now().After(until) {
			return false, nil
		}
		if ended, err := c.passes(ctx, healthPause); ended || err != nil {
			return false, err
		}
	}
}

// unhealthy returns how the health check fails.
func (c *companion) unhealthy() string {
	why := fmt.Sprintf("is not healthy after %v", c.spec.ReadyTimeout)
	if h := c.run.Health; h != nil && len(h.Log) > 0 {
		why += ": " + h.Log[len(h.Log)-1]
	}
	return why
}

// passes waits for a time, and reports whether the command ended in it.
func (c *companion) passes(ctx context.Context, d time.Duration) (ended bool, err error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-c.command.ended:
		c.ended("")
		return true, nil
	case <-timer.C:
		return false, nil
	}
}

// address returns where others reach the container, "" if it listens nowhere, or why they don't.
func (c *companion) address(ctx context.Context) (address, why string, err error) {
	r, err := c.ask(ctx, observer.Request{Where: true})
	switch {
	case err != nil:
		return "", "", err
	case r == nil:
		return "", c.unseen(), nil
	case r.Address == "":
		return "", "has no address in the builder's network: " + strings.Join(append(r.Errors, "it has no interface but the loopback one")[:1], ""), nil
	}
	ports := c.own(r.Ports.Listening)
	if len(ports) == 0 { // another one may, in the network that they share, and would answer for it
		return "", "", nil
	}
	for _, port := range ports {
		c.holders[port] = cmp.Or(c.holders[port], c.need.Name)
	}
	return r.Address, "", nil
}

// unseen returns why an observer gave no answer; "" if the command ended.
func (c *companion) unseen() string {
	if c.run.State != "" || len(c.run.NotObserved) == 0 {
		return ""
	}
	return "was not observed: " + c.run.NotObserved[0]
}
