package registry

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/fixer/internal/diskcache"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// registries is the Source that asks the registry in each image's name, or a mirror,
// and keeps the answers.
type registries struct {
	client  *transport.Client
	mirrors map[transport.Host][]transport.Mirror
	cache   *diskcache.Dir
	ttl     time.Duration
	refresh bool
	offline bool
	now     func() time.Time
	memory  sync.Map // imageKey → *image: what this run has read
	tags    sync.Map // tagKey → tagged: the answers of this run
}

func newRegistries(o Options, cache *diskcache.Dir) *registries {
	return &registries{
		client: transport.New(transport.Options{
			Allow: o.Allow, PlainHTTP: o.PlainHTTP, Keychain: o.Keychain, Timeout: o.Timeout, UserAgent: o.UserAgent, Transport: o.Transport,
		}),
		mirrors: o.Mirrors, cache: cache,
		ttl: o.TagTTL, refresh: o.Refresh, offline: o.Offline, now: time.Now,
	}
}

// tagged is what is kept of a tag.
type tagged struct {
	Digest string    `json:"digest"`
	Absent string    `json:"absent,omitempty"` // why it has no digest
	Asked  time.Time `json:"asked"`
}

// Find searches the cache first. A tag is trusted for a time; after that a HEAD
// request checks whether it still names the same image.
func (r *registries) Find(ctx context.Context, w content.Request) (*content.Found, error) {
	digest, fresh := r.digest(w)
	kept := r.kept(w, digest)
	switch {
	case kept != nil && fresh:
		return r.found(w, kept, ""), nil
	case r.offline && kept != nil:
		return r.found(w, kept, errOffline.Reason), nil
	case r.offline:
		return nil, errOffline
	}
	img, err := r.ask(ctx, w)
	var f *content.Failure
	if kept != nil && errors.As(err, &f) && !f.Absent {
		return r.found(w, kept, f.Reason), nil
	}
	if err != nil {
		return nil, err
	}
	return r.found(w, img, ""), nil
}

// errOffline is the failure of every request if the user works offline.
var errOffline = &content.Failure{Reason: "no registry was asked (--offline)"}

// digest returns the digest of the reference, as far as it's known without a request,
// and whether it is fresh.
func (r *registries) digest(w content.Request) (digest string, fresh bool) {
	if d, ok := w.Ref.(name.Digest); ok {
		return d.DigestStr(), true
	}
	t, fresh := r.tagged(w)
	return t.Digest, fresh && t.Digest != ""
}

// tagged returns what is known of a tag, and whether it is fresh.
func (r *registries) tagged(w content.Request) (t tagged, fresh bool) {
	key := r.tagKey(w)
	if t, ok := r.tags.Load(key); ok {
		return t.(tagged), true
	}
	if !r.cache.Get(key, &t) {
		return tagged{}, false
	}
	age := r.now().Sub(t.Asked)
	return t, !r.refresh && age >= 0 && age < r.ttl
}

// kept returns the image with that digest from this run or the cache, nil if there is
// none.
func (r *registries) kept(w content.Request, digest string) *content.Image {
	if digest == "" {
		return nil
	}
	key := r.imageKey(w, digest)
	if img, ok := r.memory.Load(key); ok {
		return img.(*content.Image)
	}
	img := &content.Image{}
	if !r.cache.Get(key, img) || img.Digest != digest {
		return nil
	}
	return img
}

// tagKey returns the key of a tag. The keys name the repository too, and the mirrors:
// a digest proves a manifest, but not what was read of part of a layer, and one
// server's answer must not replace another's.
func (r *registries) tagKey(w content.Request) string { return "tag " + w.Ref.Name() + r.via(w) }

func (r *registries) imageKey(w content.Request, digest string) string {
	return "image " + w.Ref.Context().Digest(digest).Name() + " " + w.Platform.String() + r.via(w)
}

// via returns the names of the mirrors that are asked.
func (r *registries) via(w content.Request) (list string) {
	for _, ref := range r.mirrored(w) {
		list += " via " + ref.Context().Name()
	}
	return list
}

// ask asks the registry for the image: first for the digest of a tag, since that image
// may be kept, under this tag or another. A HEAD request is cheap, and does not count
// toward a limit.
func (r *registries) ask(ctx context.Context, w content.Request) (img *content.Image, err error) {
	digest := ""
	if _, ok := w.Ref.(name.Tag); ok {
		// If the answer to that is invalid, or the tag unknown, ask for the image
		// itself: that answer says more.
		var f *content.Failure
		if digest, err = r.head(ctx, w); err != nil && (!errors.As(err, &f) || f.Host) {
			return nil, err
		}
		if img := r.kept(w, digest); img != nil {
			r.remember(w, digest)
			return img, nil
		}
	}
	err = r.each(ctx, w, func(ctx context.Context, ref name.Reference) (err error) {
		if digest != "" {
			ref = ref.Context().Digest(digest)
		}
		img, err = r.client.Fetch(ctx, ref, w.Platform)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.remember(w, img.Digest)
	r.keep(w, img)
	return img, nil
}

// head returns the digest that the tag has now.
func (r *registries) head(ctx context.Context, w content.Request) (digest string, err error) {
	err = r.each(ctx, w, func(ctx context.Context, ref name.Reference) error {
		d, err := r.client.Digest(ctx, ref)
		digest = d.String()
		return err
	})
	if err != nil {
		return "", err
	}
	return digest, nil
}

// each tries an exchange with the mirrors of the registry, and then with the registry
// itself; the error is then the registry's, with the reasons of the mirrors.
func (r *registries) each(ctx context.Context, w content.Request, try func(context.Context, name.Reference) error) error {
	mirrors := ""
	for _, ref := range r.mirrored(w) {
		err := try(transport.AsMirror(ctx, ref.Context().RegistryStr()), ref)
		var f *content.Failure
		if err == nil || ctx.Err() != nil || !errors.As(err, &f) {
			return err
		}
		mirrors += "; its mirror: " + f.Reason
	}
	err := try(ctx, w.Ref)
	var f *content.Failure
	if mirrors == "" || !errors.As(err, &f) {
		return err
	}
	both := *f
	both.Reason += mirrors
	return &both
}

// mirrored returns the references to ask mirrors for, in this order.
func (r *registries) mirrored(w content.Request) (list []name.Reference) {
	repo := w.Ref.Context()
	for _, m := range r.mirrors[transport.Host(transport.Canonical(repo.RegistryStr()))] {
		there := string(m.Host) + "/" + repo.RepositoryStr()
		if m.Prefix != "" {
			there = string(m.Host) + "/" + m.Prefix + "/" + repo.RepositoryStr()
		}
		mirrored, err := name.NewRepository(there, name.StrictValidation)
		if err != nil {
			continue // too long, with the prefix: no mirror can have it
		}
		if d, ok := w.Ref.(name.Digest); ok {
			list = append(list, mirrored.Digest(d.DigestStr()))
		} else {
			list = append(list, mirrored.Tag(w.Ref.Identifier()))
		}
	}
	return list
}

// remember keeps the digest of a tag. If the cache can't be written to, that only
// costs requests in the next run.
func (r *registries) remember(w content.Request, digest string) {
	if _, ok := w.Ref.(name.Tag); ok {
		r.put(w, tagged{Digest: digest})
	}
}

func (r *registries) put(w content.Request, t tagged) {
	t.Asked = r.now()
	r.tags.Store(r.tagKey(w), t)
	_ = r.cache.Put(r.tagKey(w), t)
}

func (r *registries) keep(w content.Request, img *content.Image) {
	if len(img.Config) > maxHeld {
		return
	}
	key := r.imageKey(w, img.Digest)
	r.memory.Store(key, img)
	_ = r.cache.Put(key, img) // as above
}

func (r *registries) found(w content.Request, img *content.Image, assumed string) *content.Found {
	f := &content.Found{Image: img, Host: transport.DisplayHost(w.Ref.Context().RegistryStr()), Assumed: assumed, Keep: func(img *content.Image) { r.keep(w, img) }}
	f.Open = func(ctx context.Context, i int) (body io.ReadCloser, err error) {
		if r.offline {
			return nil, errOffline
		}
		err = r.each(ctx, w, func(ctx context.Context, ref name.Reference) (err error) {
			body, err = r.client.Open(ctx, ref.Context().Digest(img.Layers[i].Digest.String()))
			return err
		})
		return body, err
	}
	return f
}
