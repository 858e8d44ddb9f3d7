package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// DockerArchive returns the Store of a file that docker save wrote. Its images have
// the names in the file; if as is set, the file must have a single image, which gets
// that name.
func DockerArchive(file, as string) Store { return &dockerArchive{file, as} }

type dockerArchive struct{ file, as string }

// readArchive reads the index and the manifest of an archive.
func readArchive(f *os.File) (p tarIndex, m tarball.Manifest, err error) {
	if p, err = indexTar(f); err != nil {
		return nil, nil, err
	}
	if _, err := p.find("manifest.json"); err != nil {
		if _, err := p.find("index.json"); err == nil {
			return nil, nil, errors.New("it's an OCI layout in an archive, which has to be unpacked, and named as oci:DIR")
		}
		return nil, nil, err
	}
	text, err := p.read(f, "manifest.json")
	if err != nil {
		return nil, nil, err
	}
	if json.Unmarshal(text, &m) != nil {
		return nil, nil, errors.New("its manifest.json can't be read")
	}
	return p, m, nil
}

// open opens the file and reads its index and manifest. The caller closes the file if
// there is no failure.
func (d *dockerArchive) open() (f *os.File, p tarIndex, m tarball.Manifest, _ *content.Failure) {
	f, err := openRegular(anywhere{}, d.file)
	if err != nil {
		return nil, nil, nil, &content.Failure{Reason: fmt.Sprintf("%s can't be read: %v", d.file, err), Err: err}
	}
	p, m, err = readArchive(f)
	switch {
	case err != nil:
		err = fmt.Errorf("is not what docker save writes: %w", err)
	case len(m) == 0:
		err = errors.New("has no image")
	case d.as != "" && len(m) > 1:
		err = fmt.Errorf("has %d images, and which of them is meant can't be told", len(m))
	default:
		return f, p, m, nil
	}
	f.Close()
	return nil, nil, nil, &content.Failure{Reason: fmt.Sprintf("%s %v", d.file, err), Err: err}
}

// Names implements Store.
func (d *dockerArchive) Names() (names []string, err error) {
	f, _, m, failed := d.open()
	if failed != nil {
		return nil, failed
	}
	defer f.Close()
	for _, image := range m {
		names = append(names, d.names(image)...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// names returns the full names of one image.
func (d *dockerArchive) names(image tarball.Descriptor) (names []string) {
	if d.as != "" {
		return []string{d.as}
	}
	for _, tag := range image.RepoTags {
		if full, err := content.FullName(tag); err == nil {
			names = append(names, full)
		}
	}
	return names
}

// Find returns the first image of the name that is built for the platform:
// engines save those for several platforms one by one.
func (d *dockerArchive) Find(_ context.Context, w content.Request) (*content.Found, error) {
	f, p, m, failed := d.open()
	if failed != nil {
		return nil, failed
	}
	defer f.Close()
	var first *content.Failure
	for _, image := range m {
		if !slices.Contains(d.names(image), w.Name) {
			continue
		}
		img, failed := d.read(f, p, image, w.Platform)
		if failed != nil {
			if first == nil {
				first = failed
			}
			continue
		}
		return &content.Found{Image: img, Host: d.file, Local: true, Open: func(_ context.Context, i int) (io.ReadCloser, error) {
			return d.layer(p, image.Layers[i])
		}}, nil
	}
	if first == nil {
		first = &content.Failure{Reason: d.file + " does not have this image", Absent: true}
	}
	return nil, first
}

// read reads an image that is built for the platform.
func (d *dockerArchive) read(f *os.File, p tarIndex, saved tarball.Descriptor, want v1.Platform) (*content.Image, *content.Failure) {
	text, err := p.read(f, saved.Config)
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s lacks the configuration of the image: %v", d.file, err), Err: err}
	}
	if failed := content.CheckConfig(d.file, text); failed != nil {
		return nil, failed
	}
	if failed := checkPlatform(d.file, text, want); failed != nil {
		return nil, failed
	}
	ids, err := diffIDs(text)
	if err != nil || len(ids) != len(saved.Layers) {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s has an image with %d layers whose configuration tells of %d", d.file, len(saved.Layers), len(ids)), Err: err}
	}
	return &content.Image{Config: text, Layers: make([]content.Layer, len(ids))}, nil
}

// diffIDs returns the digests of the unpacked layers in a configuration.
func diffIDs(config []byte) ([]v1.Hash, error) {
	c := &v1.ConfigFile{}
	err := json.Unmarshal(config, c)
	return c.RootFS.DiffIDs, err
}

// checkPlatform fails unless the image is built for the platform, as far as its
// configuration states it.
func checkPlatform(who string, config []byte, want v1.Platform) *content.Failure {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(config, c); err != nil {
		return content.Unreadable(who, "a configuration", err)
	}
	if c.OS == "" || c.Architecture == "" {
		return nil
	}
	have := v1.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
	if chosen, offer := content.ChoosePlatform([]v1.Descriptor{{Platform: &have}}, want); chosen == nil {
		return content.NotOffered(who, want, offer)
	}
	return nil
}

// layer opens a layer.
func (d *dockerArchive) layer(p tarIndex, name string) (io.ReadCloser, error) {
	found, err := p.find(name)
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s lacks a layer of the image: %v", d.file, err), Err: err}
	}
	f, err := openRegular(anywhere{}, d.file)
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s can't be read: %v", d.file, err), Err: err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, found.offset, found.size), f}, nil
}
