package proof

import (
	"context"
	"fmt"

	"github.com/moby/buildkit/solver/pb"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// BuilderError is returned by Observe and Prove if the builder runs no containers at
// all, whatever is in them: for want of a network, of rights, or of a runtime. That
// says nothing about the Dockerfile.
type BuilderError struct {
	// Step is that of the build that failed for it, and Line its first line in the
	// Dockerfile; "" and 0 if it built.
	Step string
	Line int
	Err  error
}

func (e *BuilderError) Error() string {
	if e.Step == "" {
		return fmt.Sprintf("the builder can't run containers: %v", e.Err)
	}
	return fmt.Sprintf("the build failed at %s: the builder can't run containers: %v", e.Step, e.Err)
}

func (e *BuilderError) Unwrap() error { return e.Err }

// runFails matches BuildKit's errors about RUN, old and new.
var runFails = lazyregexp.New(`executor failed running|did not complete successfully`)

// ranCommand reports whether what failed in the build was a RUN.
func (o *Observation) ranCommand() bool {
	return o.steps.at(o.Build.Line).name == "RUN" || o.Build.Line == 0 && runFails.MatchString(o.Build.Error)
}

// probe returns a *BuilderError if the builder can't run a container in that network
// that has the observer alone, and nothing of an image. What BuildKit says about a RUN
// that failed does not show it: a runtime that starts nothing has an exit code, too.
func (r *runner) probe(ctx context.Context, network pb.NetMode) error {
	if r.helper == nil {
		return nil
	}
	_, err := r.in(ctx, network, r.helper, root, observer.Request{Who: true})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &BuilderError{Err: err}
	}
	return nil
}
