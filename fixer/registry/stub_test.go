package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// given is a Source of one image, under any name: its configuration and
// its layers, oldest first, which are archives without compression.
type given struct {
	Config v1.ConfigFile
	Layers [][]byte
}

func (g given) Find(context.Context, content.Request) (*content.Found, error) {
	text, err := json.Marshal(g.Config)
	if err != nil {
		return nil, err
	}
	img := &content.Image{Config: text, Layers: make([]content.Layer, len(g.Layers))}
	return &content.Found{Image: img, Host: "the test", Open: func(_ context.Context, i int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(g.Layers[i])), nil
	}}, nil
}

// stub returns a Source that has one image, by any name, and opens its layers so.
func stub(config []byte, layers int, prepares bool, open func(context.Context, int) (io.ReadCloser, error)) content.Source {
	return stubSource{&content.Found{Image: &content.Image{Config: config, Layers: make([]content.Layer, layers)}, Host: "the source", Prepares: prepares, Open: open}}
}

type stubSource struct{ found *content.Found }

func (p stubSource) Find(context.Context, content.Request) (*content.Found, error) {
	return p.found, nil
}
