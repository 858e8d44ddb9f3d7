package proof

import (
	"context"
	"fmt"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// survey examines the image before anything in it has run.
func (r *runner) survey(ctx context.Context) error {
	if r.helper == nil {
		return nil
	}
	a, err := r.alone(ctx, root, observer.Request{Survey: true})
	if err != nil {
		if err := r.probe(ctx, r.netMode()); err != nil {
			return err
		}
		return fmt.Errorf("the observer does not work in this image: %w", err)
	}
	r.image.Files, r.taken = a.Files, a.Ports.Listening
	// If the image lacks the user, the command won't start either, and that will be
	// reported.
	if a, err = r.alone(ctx, r.user, observer.Request{Who: true}); err == nil {
		r.image.RunsAs = a.User
	}
	return ctx.Err()
}

// alone runs an observer in a container of its own.
func (r *runner) alone(ctx context.Context, user string, q observer.Request) (a observer.Response, err error) {
	return r.in(ctx, r.netMode(), r.ref, user, q)
}

func (r *runner) in(ctx context.Context, network pb.NetMode, rootfs gateway.Reference, user string, q observer.Request) (a observer.Response, err error) {
	c, release, err := r.containerIn(ctx, network, []gateway.Mount{{Dest: "/", Ref: rootfs}})
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
