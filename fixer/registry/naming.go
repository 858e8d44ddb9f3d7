package registry

import (
	"context"
	"errors"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// This file answers what a reference names, without asking for the image.

// naming is what a reference names.
type naming struct {
	digest  string // "" where it's not known
	local   bool   // found on this machine
	assumed string // why it may be another by now, "" when it isn't
}

// names answers a query that asks for the digest alone. What stands in for an
// image that can't be asked says nothing of its digest: the reason is the error.
func (in *Inspector) names(ctx context.Context, w content.Request, q baseimage.Query) (*baseimage.Facts, error) {
	n, err := in.namings.get(ctx, w.Name, func() (naming, error) {
		if err := in.enter(ctx); err != nil {
			return naming{}, err
		}
		defer in.leave()
		return first(in.sources, func(s content.Source) (naming, error) {
			if r, ok := s.(*registries); ok {
				return r.names(ctx, w)
			}
			found, err := s.Find(ctx, w)
			if err != nil {
				return naming{}, err
			}
			return naming{digest: found.Image.Digest, local: found.Local}, nil
		})
	})
	if err != nil {
		return nil, err
	}
	return &baseimage.Facts{Image: q.Image, Platform: q.Platform, Digest: n.digest, Local: n.local, Assumed: n.assumed}, nil
}

// names tells what a tag names by a HEAD request, unless that is known. That
// there is no such tag is kept as well: whoever looks for the tags of an image
// has to ask for some that don't exist.
func (r *registries) names(ctx context.Context, w content.Request) (naming, error) {
	if d, ok := w.Ref.(name.Digest); ok {
		return naming{digest: d.DigestStr()}, nil
	}
	t, fresh := r.tagged(w)
	switch {
	case fresh && t.Absent != "":
		return naming{}, &content.Failure{Reason: t.Absent, Absent: true}
	case fresh:
		return naming{digest: t.Digest}, nil
	case r.offline && t.Digest != "":
		return naming{digest: t.Digest, assumed: errOffline.Reason}, nil
	case r.offline:
		return naming{}, errOffline
	}
	digest, err := r.head(ctx, w)
	if err == nil {
		r.remember(w, digest)
		return naming{digest: digest}, nil
	}
	var f *content.Failure
	if !errors.As(err, &f) {
		return naming{}, err
	}
	switch {
	case f.Absent:
		r.put(w, tagged{Absent: f.Reason})
	case t.Digest != "":
		return naming{digest: t.Digest, assumed: f.Reason}, nil
	}
	return naming{}, err
}
