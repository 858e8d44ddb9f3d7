package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// frontend makes the image that "# syntax=docker/dockerfile:1" names.
func (m *maker) frontend(ctx context.Context) error {
	binary, err := dockerfileFrontend.build(ctx, m.store.dir)
	if err != nil {
		return err
	}
	im := &image{repo: "docker/dockerfile", tags: []string{"1", "latest", "1.4", "1.7", "1.20"}}
	key, err := hash(filepath.Base(binary), im.tags)
	if err != nil {
		return err
	}
	return m.unlessMade(im, key, func() (v1.Image, error) {
		layer, err := programLayer("bin/dockerfile-frontend", binary)
		if err != nil {
			return nil, err
		}
		img, err := mutate.AppendLayers(empty.Image, layer)
		if err != nil {
			return nil, err
		}
		c, err := img.ConfigFile()
		if err != nil {
			return nil, err
		}
		c = c.DeepCopy()
		c.OS, c.Architecture = "linux", "amd64"
		c.Config = v1.Config{Entrypoint: []string{"/bin/dockerfile-frontend"}, Env: []string{shellPath}, Labels: map[string]string{
			"moby.buildkit.frontend.network.none": "true",
			"moby.buildkit.frontend.caps":         "moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts",
		}}
		return mutate.ConfigFile(img, c)
	})
}

// programLayer returns a layer with one program in it.
func programLayer(path, from string) (v1.Layer, error) {
	data, err := os.ReadFile(from)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Size: int64(len(data))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
}
