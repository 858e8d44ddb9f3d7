// Package content is what the sources of images have in common: what is asked of
// one, what it answers, and why it can't; and how the documents of an image, from
// index to configuration, are found and checked, wherever they come from.
//
// All of it was written by strangers. Whatever has more in it than an image needs
// is refused, and a message repeats no more of it than names and numbers.
package content

import (
	"context"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A Source is where images come from: a registry, a directory, an archive, an
// engine. It is safe for concurrent use.
type Source interface {
	// Find returns the image that is wanted. Unless ctx is done, the error is a
	// *Failure: with Absent where the source has no such image.
	Find(ctx context.Context, w Request) (*Found, error)
}

// Request is the image that is wanted, for one platform.
type Request struct {
	Name     string         // in full, with tag and digest
	Ref      name.Reference // what to ask a registry for: the digest where there is one
	Platform v1.Platform
	Timeout  time.Duration // for the documents; layers have their own
}

// Found is an image in a source.
type Found struct {
	Image *Image
	// Open opens the i-th layer, the oldest being 0.
	Open func(ctx context.Context, i int) (io.ReadCloser, error)
	// Keep keeps the image for other runs; nil when that makes no sense.
	Keep func(*Image)
	Host string // that layers come from, for messages
	// Local: it was found on this machine.
	Local bool
	// Prepares: to open a layer takes as much work as to read it. The silence
	// until it's open is no sign of trouble.
	Prepares bool
	// Assumed is why the image may be another by now, "" when it isn't.
	Assumed string
}
