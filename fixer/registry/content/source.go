// Package content has what the sources of images have in common: requests, answers and
// failures; and how the documents of an image, from index to configuration, are found
// and checked, wherever they come from.
//
// All of it is untrusted input. Whatever has more in it than an image needs
// is refused, and a message repeats no more of it than names and numbers.
package content

import (
	"context"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Source is an origin of images: a registry, a directory, an archive, an
// engine. It is safe for concurrent use.
type Source interface {
	// Find returns the requested image. Unless ctx is done, the error is a *Failure:
	// with Absent if the source has no such image.
	Find(ctx context.Context, w Request) (*Found, error)
}

// Request is the requested image, for one platform.
type Request struct {
	Name     string         // in full, with tag and digest
	Ref      name.Reference // the reference for the registry: the digest if there is one
	Platform v1.Platform
	Timeout  time.Duration // for the documents; layers have their own
}

// Found is an image in a source.
type Found struct {
	Image *Image
	// Open opens the i-th layer, the oldest being 0.
	Open func(ctx context.Context, i int) (io.ReadCloser, error)
	// Keep keeps the image for other runs; nil if that makes no sense.
	Keep func(*Image)
	Host string // that layers come from, for messages
	// Local: it was found on this machine.
	Local bool
	// Prepares: opening a layer takes as much work as reading it. Silence until it's
	// open is not a sign of trouble.
	Prepares bool
	// Assumed is why the image may have changed since, "" if it can't have.
	Assumed string
}
