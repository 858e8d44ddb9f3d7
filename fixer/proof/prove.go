package proof

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// Proof is what was observed of a Dockerfile before and after a change.
type Proof struct {
	Before  *Observation  `json:"before"`
	After   *Observation  `json:"after"`
	Verdict Verdict       `json:"verdict"`
	Took    time.Duration `json:"tookNs"` // both builds included
}

// Prove observes two Dockerfiles and compares them. It returns a *BuilderError if the
// builder runs no containers.
//
// A before that fails while after works gives nothing to compare. It may be a build
// step or a command that fails now and then, so both are observed once more.
func (b *Builder) Prove(ctx context.Context, before, after Spec) (*Proof, error) {
	began := time.Now()
	p, err := b.prove(ctx, before, after)
	if err != nil {
		return nil, err
	}
	p.Verdict = Compare(p.Before, p.After)
	if !p.Before.works() && p.After.works() {
		first := p.Before.failure()
		if p, err = b.prove(ctx, before, after); err != nil {
			return nil, err
		}
		p.Verdict = Compare(p.Before, p.After)
		note := "before, it failed twice; at first: " + first
		if p.Before.works() {
			note = "before, it works now and then, and failed at first: " + first
		}
		p.Verdict.Notes = append(p.Verdict.Notes, note)
	}
	p.Took = time.Since(began)
	return p, nil
}

// prove observes two Dockerfiles. The second is built while the first one runs, so it
// can reuse the steps that they share; in a shared network it waits. Only the second is
// hardened: the result for the first would change no verdict.
func (b *Builder) prove(ctx context.Context, before, after Spec) (*Proof, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	built, wrote := make(chan struct{}), make(chan []string, 1)
	before.Hardened = false
	before.built = sync.OnceFunc(func() { close(built) })
	before.wrote = func(paths []string) { wrote <- slices.DeleteFunc(slices.Clone(paths), isDirectory) }
	after.asked = wrote

	p := &Proof{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		if p.Before, err = b.Observe(ctx, before); err != nil {
			cancel(err)
		}
		close(wrote)
		before.built()
	}()
	<-built
	if after.shares() {
		<-done
	}
	var err error
	p.After, err = b.Observe(ctx, after)
	if err != nil {
		cancel(err)
	}
	if <-done; err != nil || p.Before == nil {
		return nil, context.Cause(ctx)
	}
	return p, nil
}

// works reports whether it builds, and its command does not fail.
func (o *Observation) works() bool { return o.Run.state() != Failed }

// failure returns what failed, in a line.
func (o *Observation) failure() string {
	n := o.unmet()
	switch {
	case n != nil:
		return n.Lacks()
	case o.Run == nil:
		return o.Build.failure()
	}
	return o.Run.Reason
}

// stepAgain matches the part of an error that has the words of the step once more.
var stepAgain = lazyregexp.New(`^process ".*" did not complete successfully: `)

// failure returns what failed, with the step if it is known.
func (b Build) failure() string {
	if b.Step == "" {
		return b.Error
	}
	return b.Step + ": " + stepAgain.ReplaceAllString(b.Error, "")
}
