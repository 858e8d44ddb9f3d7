// Package registry is the baseimage.Inspector that asks: it reads an image's
// manifest and configuration from the image's registry, and never a layer.
//
// What the configuration states is a fact; what the build history states is
// taken where it leaves no doubt; what neither tells of a well-known image is
// filled in from a table, and marked so. Where the registry can't be asked, the
// table stands in, and the facts say why.
package registry

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// Options say how to ask. The zero value is ready for use.
type Options struct {
	// Platform is "os/architecture[/variant]", for queries that name none:
	// "linux/amd64" when empty.
	Platform string
	// Keychain has the credentials: those of the user's docker configuration
	// when nil.
	Keychain authn.Keychain
	// Timeout bounds all that is done for one image: 10 seconds when zero.
	Timeout time.Duration
	// Transport carries the requests. When nil, one that gives up after two
	// seconds without a connection.
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

// Inspector implements [baseimage.Inspector]. Each distinct image and platform
// is asked for once in its lifetime, and so is a host that can't be reached or
// wants no more requests.
type Inspector struct {
	client   *client
	table    baseimage.Inspector
	platform string
	slots    chan struct{} // one element for each image that is being asked for
	answers  memo[question, *baseimage.Facts]
}

// question is what makes two queries the same: the full name with tag and
// digest, and the platform. What is asked makes no difference, as it takes the
// same two documents to answer anything.
type question struct{ image, platform string }

// New returns an Inspector that asks as o says.
func New(o Options) *Inspector {
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	if o.Transport == nil {
		o.Transport = newTransport(o.Timeout)
	}
	if o.Keychain == nil {
		o.Keychain = authn.DefaultKeychain
	}
	if o.Table == nil {
		o.Table = baseimage.Table{}
	}
	return &Inspector{
		client:   newClient(o.Transport, o.Keychain, cmp.Or(o.UserAgent, "dockmend"), o.Timeout),
		table:    o.Table,
		platform: cmp.Or(o.Platform, "linux/amd64"),
		slots:    make(chan struct{}, max(1, cmp.Or(o.Concurrency, 4))),
	}
}

// Inspect implements [baseimage.Inspector].
//
// When the image can't be read, the facts are the table's, with the reason in
// Facts.Assumed; without a record in the table the reason is the error. A name
// or platform that isn't one, an image or tag that the registry doesn't have,
// and a platform that the image isn't built for are errors in any case. Once
// ctx is done, so is Inspect, with the cause of that as the error.
func (in *Inspector) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	if q.Image == "scratch" {
		return baseimage.ScratchFacts(q.Platform), nil
	}
	named, ref, err := parseName(q.Image)
	if err != nil {
		return nil, err
	}
	platform, err := parsePlatform(cmp.Or(q.Platform, in.platform))
	if err != nil {
		return nil, err
	}
	key := question{named, platform.String()}
	facts, err := in.answers.get(ctx, key, func() (*baseimage.Facts, error) {
		select {
		case in.slots <- struct{}{}:
			defer func() { <-in.slots }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		img, err := in.client.fetch(ctx, ref, platform)
		if err != nil {
			return in.assume(ctx, q, err)
		}
		return in.describe(ctx, q, img), nil
	})
	if err != nil {
		return nil, err
	}
	// One answer may serve several spellings of a name.
	own := *facts
	own.Image, own.Platform = q.Image, q.Platform
	return &own, nil
}

// assume returns what the table knows of an image that could not be read for
// the reason err, or err when that doesn't help.
func (in *Inspector) assume(ctx context.Context, q baseimage.Query, err error) (*baseimage.Facts, error) {
	var f *failure
	if !errors.As(err, &f) || f.absent {
		return nil, err
	}
	known := in.known(ctx, q)
	if known == nil {
		return nil, err
	}
	facts := *known
	facts.Assumed = f.reason
	return &facts, nil
}

// known returns the table's record of the image, nil when there is none.
func (in *Inspector) known(ctx context.Context, q baseimage.Query) *baseimage.Facts {
	facts, err := in.table.Inspect(ctx, q)
	if err != nil {
		return nil
	}
	return facts
}
