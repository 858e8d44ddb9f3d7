package proof

import (
	"context"
	"sync"
	"time"
)

// Proof is what was observed of a Dockerfile before and after a change.
type Proof struct {
	Before  *Observation  `json:"before"`
	After   *Observation  `json:"after"`
	Verdict Verdict       `json:"verdict"`
	Took    time.Duration `json:"tookNs"` // both builds included
}

// The questions about written paths have to fit into one argument.
const (
	maxAsked      = 500
	maxAskedBytes = 64 << 10
)

// Prove observes two Dockerfiles and compares them. The second is built while
// the first one runs, so it can reuse the steps that they share; in a shared network
// it waits. Only the second is hardened: the result for the first would change no
// verdict.
func (b *Builder) Prove(ctx context.Context, before, after Spec) (*Proof, error) {
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	built, wrote := make(chan struct{}), make(chan []string, 1)
	before.Hardened = false
	before.built = sync.OnceFunc(func() { close(built) })
	before.wrote = func(paths []string) {
		select {
		case <-wrote: // of a first attempt
		default:
		}
		wrote <- bounded(paths)
	}
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
	if after.Network {
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
	p.Verdict = Compare(p.Before, p.After)
	p.Took = time.Since(began)
	return p, nil
}

// bounded leaves out paths beyond the bounds of a question.
func bounded(paths []string) []string {
	size := 0
	for i, name := range paths {
		if size += len(name); i == maxAsked || size > maxAskedBytes {
			return paths[:i]
		}
	}
	return paths
}
