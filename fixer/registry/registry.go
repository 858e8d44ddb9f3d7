// Package registry implements baseimage.Inspector for registries. It reads an image's
// manifest and configuration from the image's registry (by fixer/registry/transport),
// or from another source (fixer/registry/store has those of this machine), and its
// layers only when a question needs them.
//
// What the configuration and the layers state are facts; what the build history
// states counts if it leaves no doubt. If the image can't be read, the facts are those
// of a table of well-known images, and state why.
package registry

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/diskcache"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// Options configure New. The zero value is ready for use.
type Options struct {
	// Platform is "os/architecture[/variant]", for queries that name none:
	// "linux/amd64" when empty.
	Platform string
	// Sources are searched for images in this order; a nil Source means the registries
	// in the images' names. When empty, only those registries.
	Sources []content.Source
	// Keychain has the credentials: those of the user's docker configuration
	// when nil.
	Keychain authn.Keychain
	// Allow, if non-empty, restricts lookups to these registries. Hosts in it may
	// have addresses that are not of the internet: loopback, link-local and private
	// ones, which are refused otherwise. What a registry refers to (a token server,
	// a store for its layers) need not be listed.
	Allow []transport.Host
	// PlainHTTP are the hosts that are accessed without encryption.
	PlainHTTP []transport.Host
	// Mirrors are the places to search first for the images of a registry.
	Mirrors map[transport.Host][]transport.Mirror
	// Timeout bounds the requests for the documents of one image, and each
	// silence while a layer is read: 10 seconds when zero.
	Timeout time.Duration
	// LayerTimeout bounds the reading of the layers of one image: two minutes
	// when zero.
	LayerTimeout time.Duration
	// Cache is the directory where answers are kept: none when empty.
	Cache string
	// TagTTL is how long a tag is taken to mean the same image: an hour when zero.
	// Refresh ignores it and asks again.
	TagTTL  time.Duration
	Refresh bool
	// Offline asks no registry: only the cache, whatever its age, and the table.
	Offline bool
	// NoLayers reads no layer.
	NoLayers bool
	// Transport carries the requests. When nil, one that gives up after two
	// seconds without a connection, and connects only where Allow permits it.
	Transport http.RoundTripper
	// UserAgent is what the registries see: "dockmend" when empty.
	UserAgent string
	// Table knows the well-known images: baseimage.Table when nil, NoTable for
	// none.
	Table baseimage.Inspector
	// Concurrency is the number of images asked for at a time: 4 when zero.
	Concurrency int
}

// NoTable is an Inspector that knows no image, for Options.Table.
type NoTable struct{}

// Inspect returns baseimage.ErrUnknown.
func (NoTable) Inspect(context.Context, baseimage.Query) (*baseimage.Facts, error) {
	return nil, baseimage.ErrUnknown
}

// Inspector implements [baseimage.Inspector]. It asks once in its lifetime for each
// distinct image and platform, and for a host that can't be reached or
// wants no more requests.
type Inspector struct {
	sources      []content.Source
	table        baseimage.Inspector
	platform     string
	timeout      time.Duration
	layerTimeout time.Duration
	noLayers     bool
	slots        chan struct{} // one element for each image that is being asked for
	subjects     memo[question, *subject]
	namings      memo[string, naming] // by full name
	hosts        *transport.Hosts     // that are not asked any more
	slow         transport.Hosts      // that are not asked for layers any more
	tookLong     atomic.Int32         // images whose layers took too long
}

// question is the identity of a query: the full name with tag and digest, and the
// platform.
type question struct{ image, platform string }

// New returns an Inspector with the options o. It fails if Options.Cache can't be used.
func New(o Options) (*Inspector, error) {
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.LayerTimeout = cmp.Or(o.LayerTimeout, 2*time.Minute)
	o.TagTTL = cmp.Or(o.TagTTL, time.Hour)
	o.UserAgent = cmp.Or(o.UserAgent, "dockmend")
	if o.Keychain == nil {
		o.Keychain = authn.DefaultKeychain
	}
	if o.Table == nil {
		o.Table = baseimage.Table{}
	}
	var cache *diskcache.Dir
	if o.Cache != "" {
		var err error
		if cache, err = diskcache.Open(o.Cache); err != nil {
			return nil, err
		}
	}
	registries := newRegistries(o, cache)
	in := &Inspector{
		hosts:        registries.client.Hosts,
		table:        o.Table,
		platform:     cmp.Or(o.Platform, "linux/amd64"),
		timeout:      o.Timeout,
		layerTimeout: o.LayerTimeout,
		noLayers:     o.NoLayers,
		slots:        make(chan struct{}, max(1, cmp.Or(o.Concurrency, 4))),
	}
	if len(o.Sources) == 0 {
		o.Sources = []content.Source{nil}
	}
	for _, s := range o.Sources {
		if s == nil {
			s = registries
		}
		in.sources = append(in.sources, s)
	}
	return in, nil
}

// Inspect implements [baseimage.Inspector].
//
// If the image can't be read, the facts are earlier ones, or the table's, with the
// reason in Facts.Assumed; without either the reason is the error. Unreadable layers
// are not an error: Facts.Unread has the reason. An invalid name or platform, an image
// or tag that the registry doesn't have, and a platform that its index doesn't have
// are errors in any case, the second a baseimage.ErrNotFound; an image without an
// index is accepted for any platform, as by builders. Once ctx is done, Inspect
// returns its cause as the error.
func (in *Inspector) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	if q.Image == "scratch" {
		return baseimage.ScratchFacts(q.Platform), nil
	}
	w, err := in.want(q)
	if err != nil {
		return nil, err
	}
	if q.Ask == baseimage.AskDigest {
		return in.names(ctx, w, q)
	}
	s, err := in.subjects.get(ctx, question{w.Name, w.Platform.String()}, func() (*subject, error) {
		if err := in.enter(ctx); err != nil {
			return nil, err
		}
		defer in.leave()
		return in.find(ctx, w)
	})
	var f *content.Failure
	if errors.As(err, &f) && !f.Absent {
		if known := in.known(ctx, q); known != nil {
			own := *known
			own.Assumed = f.Reason
			return &own, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if err := in.look(ctx, s, q.Ask); err != nil {
		return nil, err
	}
	facts := in.compose(ctx, s, q)
	facts.Image, facts.Platform = q.Image, q.Platform
	return facts, nil
}

// Limited returns the hosts that answered 429 Too Many Requests so far, sorted.
func (in *Inspector) Limited() []string { return in.hosts.Limited() }

// want parses the names in a query.
func (in *Inspector) want(q baseimage.Query) (w content.Request, err error) {
	w.Timeout = in.timeout
	if w.Name, w.Ref, err = content.ParseName(q.Image); err != nil {
		return w, err
	}
	w.Platform, err = content.ParsePlatform(cmp.Or(q.Platform, in.platform))
	return w, err
}

// enter waits until another image may be requested.
func (in *Inspector) enter(ctx context.Context) error {
	select {
	case in.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (in *Inspector) leave() { <-in.slots }

// find searches one source after the other for the image.
func (in *Inspector) find(ctx context.Context, w content.Request) (*subject, error) {
	return first(in.sources, func(s content.Source) (*subject, error) {
		found, err := s.Find(ctx, w)
		if err != nil {
			return nil, err
		}
		return newSubject(found)
	})
}

// first returns the answer of the first source that has one. The error is that
// of the last source that failed, or else that the image exists nowhere.
func first[T any](sources []content.Source, ask func(content.Source) (T, error)) (answer T, failed error) {
	for _, s := range sources {
		answer, err := ask(s)
		if err == nil {
			return answer, nil
		}
		var f *content.Failure
		if !errors.As(err, &f) {
			return answer, err // ctx is done
		}
		var before *content.Failure
		if failed == nil || !f.Absent || errors.As(failed, &before) && before.Absent {
			failed = err
		}
	}
	return answer, failed
}

// known returns the table's record of the image, nil when there is none.
func (in *Inspector) known(ctx context.Context, q baseimage.Query) *baseimage.Facts {
	facts, err := in.table.Inspect(ctx, q)
	if err != nil {
		return nil
	}
	return facts
}
