package registry

import (
	"context"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A Source is where images come from: OCILayout, DockerArchive or Daemon. A nil
// Source in Options stands for the registries that the images' names tell.
type Source interface {
	// find returns the image. Unless ctx is done, the error is a *failure.
	find(ctx context.Context, w wanted) (*found, error)
}

// wanted is the image that a query names.
type wanted struct {
	name     string         // in full, with tag and digest
	ref      name.Reference // what to ask a registry for: the digest where there is one
	platform v1.Platform
	timeout  time.Duration // for what is said of the image
}

// found is an image in a source.
type found struct {
	img *image
	// open opens the i-th layer, the oldest being 0.
	open func(ctx context.Context, i int) (io.ReadCloser, error)
	// keep keeps the image for other runs; nil when that makes no sense.
	keep func(*image)
	host string // that layers come from, for messages
	// local: it was found on this machine.
	local bool
	// prepares: to open a layer takes as much work as to read it. The silence
	// until it's open is no sign of trouble.
	prepares bool
	// assumed is why the image may be another by now, "" when it isn't.
	assumed string
}
