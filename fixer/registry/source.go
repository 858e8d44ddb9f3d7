package registry

import (
	"context"
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
