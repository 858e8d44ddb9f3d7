package workspace

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what was seen of an image while it ran.

// see adds to an image what was seen of one that was built from the same.
func (s *Source) see(c *workload.Container, text []byte, created []fixer.NewFile, b imagebuild.Build) {
	checkout, place := s.file.checkout, s.file.place
	if checkout == nil || !checkout.observed.Knows(place) {
		return
	}
	if len(b.Options.Contexts) > 0 {
		c.Stale = "what it writes was observed without its additional build contexts"
		return
	}
	from, err := s.fingerprint(text, created, b)
	if err != nil {
		c.Stale = "what it was built from when it was observed can't be compared: " + firstLine(err)
		return
	}
	for _, m := range checkout.observed.Of(place, from) {
		c.Observed = append(c.Observed, workload.Observed{Start: m.Start, By: m.How(), Wrote: m.Wrote, ReadOnly: m.Lacks()})
	}
	if c.Observed == nil {
		c.Stale = "what it writes was observed, but with other files: verify --record observes it again"
	}
}

func (s *Source) fingerprint(text []byte, created []fixer.NewFile, b imagebuild.Build) (string, error) {
	src := s.Source
	src.Src, src.Context, src.Options, src.Builds = text, b.Context, b.Options, nil
	for _, file := range created {
		if src.Context != nil {
			src.Context = buildcontext.With(src.Context, file.Name, file.Text)
		}
	}
	return imagebuild.Fingerprint(src)
}

// Fingerprint returns the digest of what an image of the Dockerfile with that text is built from, in
// its own build context, to which files were added: that by which [File.Observed] knows it.
func (s *Source) Fingerprint(text []byte, created []fixer.NewFile, o stage.Options) (string, error) {
	return s.fingerprint(text, created, imagebuild.Build{Context: s.own, Options: o})
}

// IsOwn reports whether a build of the Dockerfile has its own build context, that of ContextDir.
func (s *Source) IsOwn(b imagebuild.Build) bool { return s.own != nil && b.Context == s.own }

// Place returns the slash-separated path of a file from the root of its repository; "" for one that
// is in none.
func (f *File) Place() string { return f.place }
