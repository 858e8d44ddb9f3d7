package workspace

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what was seen of an image while it ran.

// see adds to an image what was seen of one that was built from the same.
func (s *Source) see(ctx context.Context, c *workload.Container, text []byte, created []fixer.NewFile, b imagebuild.Build, inspector baseimage.Inspector) {
	checkout, place := s.file.checkout, s.file.place
	if checkout == nil || !checkout.observed.Knows(place) {
		return
	}
	if len(b.Options.Contexts) > 0 {
		c.Stale = "what it writes was observed without its additional build contexts"
		return
	}
	from, err := s.Fingerprint(text, created, b)
	if err != nil {
		c.Stale = "what it was built from when it was observed can't be compared: " + firstLine(err)
		return
	}
	for _, m := range checkout.observed.Of(place, from) {
		lacks := m.Lacks()
		if lacks == "" {
			lacks = s.rebuilt(ctx, text, b, m, inspector)
		}
		o := workload.Observed{Start: m.Start, Needs: besideOf(m), UID: m.User.UID, GID: m.User.GID, By: m.How(), Wrote: m.Wrote, Pages: m.Pages, ReadOnly: lacks}
		if m.ReadOnly != nil {
			o.Mounts = slices.Sorted(slices.Values(m.ReadOnly.Mounts))
		}
		c.Observed = append(c.Observed, o)
	}
	if c.Observed == nil {
		c.Stale = "what it writes was observed, but with other files: verify --record observes it again"
	}
}

// besideOf returns what ran beside an image, sorted as a record is.
func besideOf(m observed.Image) (list []workload.Beside) {
	for _, n := range m.Needs {
		list = append(list, workload.Beside{Name: n.Name, Image: n.Image, Start: n.Start})
	}
	return list
}

// rebuilt returns why an image that is built now may be another one than that which was seen: the
// names of its bases mean other images; "" where they don't.
func (s *Source) rebuilt(ctx context.Context, text []byte, b imagebuild.Build, seen observed.Image, inspector baseimage.Inspector) string {
	bases, err := s.Bases(ctx, text, b, inspector)
	if err != nil {
		return "whether its base images are those with which it was observed is not known: " + firstLine(err)
	}
	for _, base := range bases {
		if !slices.Contains(seen.Bases, observed.Base{Image: base.Image, Digest: base.Digest}) {
			return "it was observed with another " + base.Image + ": verify --record observes it again"
		}
	}
	return ""
}

// Bases returns the images that a build of the Dockerfile with that text takes something from, as
// imagebuild.Bases does. It also fails where one is built in the repository: its name is no registry's.
func (s *Source) Bases(ctx context.Context, text []byte, b imagebuild.Build, inspector baseimage.Inspector) ([]imagebuild.Base, error) {
	src := s.Source
	src.Src, src.Options = text, b.Options
	list, err := imagebuild.Bases(ctx, src, inspector)
	if c := s.file.checkout; err == nil && c != nil && c.open() {
		for _, base := range list {
			if made := c.links.Made(base.Image); len(made) > 0 {
				return nil, fmt.Errorf("%s is built from %s", base.Image, made[0].Dockerfile)
			}
		}
	}
	return list, err
}

// Fingerprint returns the digest of what a build of the Dockerfile with that text takes, in whose
// context files were added: that by which [File.Observed] knows its image.
func (s *Source) Fingerprint(text []byte, created []fixer.NewFile, b imagebuild.Build) (string, error) {
	src := s.Source
	src.Src, src.Context, src.Options, src.Builds = text, b.Context, b.Options, nil
	for _, file := range created {
		if src.Context != nil {
			src.Context = buildcontext.With(src.Context, file.Name, file.Text)
		}
	}
	within, known := s.within(b)
	return imagebuild.Fingerprint(src, func(name string, read func() ([]byte, error)) bool {
		return known && s.file.checkout.repairs(path.Join(within, name), read)
	})
}

// within returns the directory of the checkout that is the context of a build; ok is false where it
// is none of it.
func (s *Source) within(b imagebuild.Build) (dir string, ok bool) {
	if s.file.checkout == nil || b.Context == nil {
		return "", false
	}
	for dir, files := range s.opened {
		if files == b.Context && dir != "" {
			return dir, true
		}
	}
	return "", false
}

// repairs reports whether a run may change a file of the checkout: a Dockerfile and its ignore file,
// a Compose file and its seccomp profile, a manifest. A record of what was seen is made by a run, too.
func (c *checkout) repairs(place string, read func() ([]byte, error)) bool {
	if !c.open() {
		return false
	}
	base := strings.ToLower(path.Base(place))
	_, isDockerfile := slices.BinarySearch(c.links.Dockerfiles(), strings.TrimSuffix(place, ".dockerignore"))
	switch {
	case isDockerfile || c.known[strings.TrimSuffix(place, ".dockerignore")] != nil:
		return true
	case strings.HasSuffix(base, ".yaml"), strings.HasSuffix(base, ".yml"):
		if len(c.links.Projects(place)) > 0 {
			return true
		}
		text, err := read()
		return err == nil && discover.IsManifest(text)
	case seccomp.IsName(path.Base(place)):
		return true
	case strings.HasSuffix(base, ".json"):
		text, err := read()
		return err == nil && isRecord(text)
	}
	return false
}

// isRecord reports whether a text is a record.
func isRecord(text []byte) bool {
	_, err := observed.Read(bytes.NewReader(text))
	return err == nil
}

// IsOwn reports whether a build of the Dockerfile has its own build context, that of ContextDir.
func (s *Source) IsOwn(b imagebuild.Build) bool { return s.own != nil && b.Context == s.own }

// Own returns the build of the Dockerfile with these options in its own build context: the known one,
// with what is known of it, else one of which nothing more is.
func (s *Source) Own(o stage.Options) imagebuild.Build {
	for _, b := range s.Builds {
		if s.IsOwn(b) && b.Options.Target == o.Target && b.Options.Platform == o.Platform && maps.Equal(b.Options.BuildArgs, o.BuildArgs) {
			return b
		}
	}
	return imagebuild.Build{Context: s.own, Options: o}
}

// Place returns the slash-separated path of a file from the root of its repository; "" for one that
// is in none.
func (f *File) Place() string { return f.place }
