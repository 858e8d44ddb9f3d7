package workspace

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what is known of the containers of an image: from the Dockerfile that it
// is built from, as the run repaired it, or from a registry.

// made is what is known of the images of a Dockerfile.
type made struct {
	before, after []container // one for each of its builds
	err           error
	rebuilt       bool // the run changes what it is built from
	unwritten     bool // what the run repaired could not be written
}

// container is what is known of the image of one build.
type container struct {
	options stage.Options
	workload.Container
}

// containers returns what is known of the images of a Dockerfile with that text, where files were
// added to its context.
func (s *Source) containers(ctx context.Context, text []byte, created []fixer.NewFile, inspector baseimage.Inspector) ([]container, error) {
	src := s.Source
	src.Src = text
	known, err := imagebuild.Containers(ctx, src, inspector)
	if err != nil {
		return nil, err
	}
	list := make([]container, len(known))
	for i, c := range known {
		list[i] = container{Container: c}
		if i < len(src.Builds) {
			list[i].options = src.Builds[i].Options
			s.see(ctx, &list[i].Container, text, created, src.Builds[i], inspector)
		}
	}
	return list, nil
}

// record keeps what a repaired Dockerfile makes for what runs images in its repository.
func (s *Source) record(ctx context.Context, r imagebuild.Result, inspector baseimage.Inspector) {
	c := s.file.checkout
	if c == nil || !c.runs {
		return
	}
	m := &made{rebuilt: !bytes.Equal(r.Before, r.After) || len(r.Created) > 0}
	if m.before, m.err = s.containers(ctx, r.Before, nil, inspector); m.err == nil {
		m.after, m.err = s.containers(ctx, r.After, r.Created, inspector)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.images[s.file.place] = m
}

// Unwritten says that what Fix changed was not written: the file is as it was before, for
// what is repaired after it.
func (f *File) Unwritten() {
	c := f.checkout
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.images[f.place]; m != nil {
		m.unwritten = true
	}
}

// makes returns what is known of the images of a Dockerfile: of one that is not repaired in
// this run, as it is.
func (c *checkout) makes(ctx context.Context, place string, open *openContexts, inspector baseimage.Inspector) *made {
	c.mu.Lock()
	m, once := c.images[place], c.reading[place]
	if m == nil && once == nil {
		once = sync.OnceValue(func() *made { return c.reads(ctx, place, open, inspector) })
		c.reading[place] = once
	}
	c.mu.Unlock()
	if m != nil {
		return m
	}
	return once()
}

func (c *checkout) reads(ctx context.Context, place string, open *openContexts, inspector baseimage.Inspector) *made {
	f := &File{Path: filepath.Join(c.root, filepath.FromSlash(place)), Name: c.name(place), Tree: c.root, checkout: c, place: place, open: open}
	if known := c.known[place]; known != nil {
		f.Build, f.Context = known.Build, known.Context
	}
	c.left.Add(1) // which closing it takes back
	src, err := f.Load(nil)
	if err != nil {
		return &made{err: err}
	}
	defer src.Close()
	list, err := src.containers(ctx, src.Src, nil, inspector)
	return &made{before: list, after: list, err: err}
}

// differs reports whether two images start as different users, as far as that is known.
func differs(a, b workload.Container) bool {
	return a.UID != b.UID || a.User != b.User || a.NotRoot != b.NotRoot
}

// of returns the images of the builds with these options.
func (m *made) of(build func(stage.Options) bool) (list []workload.Container, err error) {
	if m.err != nil {
		return nil, m.err
	}
	now := m.after
	if m.unwritten {
		now = m.before
	}
	for i, b := range now {
		if !build(b.options) {
			continue
		}
		one := b.Container
		one.Rebuilt = m.rebuilt && !m.unwritten
		one.Changed = i < len(m.before) && (differs(m.before[i].Container, one))
		list = append(list, one)
	}
	if list == nil {
		return nil, errors.New("its build is not among those that are known")
	}
	return list, nil
}
