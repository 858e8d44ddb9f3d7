package registry

import (
	"context"
	"errors"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// This file resolves references, without reading the image.

// naming is the result of resolving a reference.
type naming struct {
	digest  string // "" if it's not known
	local   bool   // found on this machine
	assumed string // why it may have changed since, "" if it can't have
}

// names answers a query for the digest alone. Substitutes for an unreachable image
// have no digest: the reason is then the error.
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

// names resolves a tag by a HEAD request, unless the result is known. It also
// remembers missing tags: looking for the tags of an image means asking for some that
// don't exist.
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
