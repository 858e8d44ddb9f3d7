package registry

import (
	"context"
	"io"
)

// Prepared is a Source that has one image, by any name, and opens its layers so.
func Prepared(config []byte, layers int, prepares bool, open func(context.Context, int) (io.ReadCloser, error)) Source {
	return prepared{&found{img: &image{Config: config, Layers: make([]layer, layers)}, host: "the source", prepares: prepares, open: open}}
}

type prepared struct{ found *found }

func (p prepared) find(context.Context, wanted) (*found, error) { return p.found, nil }
