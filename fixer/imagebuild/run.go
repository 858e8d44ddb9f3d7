package imagebuild

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
)

// Result is what became of a Dockerfile.
type Result struct {
	fixer.Result
	// Images are the facts that were asked for, what was asked of each and no more, by
	// image and platform. What could not be learnt is not among them.
	Images []*baseimage.Facts
}

// Run runs the transforms over a Dockerfile, as [fixer.Run] does, with the facts of
// images from the inspector. It also fails, with a *document.Error, on what is not a
// Dockerfile, and on a nil inspector.
func Run(ctx context.Context, src Source, ts []*fixer.Transform, inspector baseimage.Inspector, o fixer.Options) (Result, error) {
	if inspector == nil {
		return Result{}, errors.New("imagebuild.Run takes an Inspector; baseimage.Table{} is one that opens no connection")
	}
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return Result{}, err
	}
	s := &subject{ctx: ctx, source: src, file: file, inspector: inspector, images: &images{}}
	if s.builds, err = resolve(file, src); err != nil {
		return Result{}, err
	}
	if reason := foreignSyntax(file.Syntax); reason != "" {
		return Result{Result: fixer.Unchanged(file, fixer.StatedAt("syntax", 1, 1, "left alone", reason))}, nil
	}
	prefetch(ctx, inspector, s.builds)
	r, err := fixer.Run(ctx, s, ts, o)
	if err != nil {
		return Result{}, err
	}
	images := s.images.facts()
	if src.Separate {
		err = fixer.Separate(ctx, s, ts, o, &r)
	}
	return Result{r, images}, err
}

// subject is a Dockerfile, to the engine.
type subject struct {
	ctx       context.Context
	source    Source
	file      *dockerfile.File
	inspector baseimage.Inspector
	builds    []*build // before any transform
	images    *images  // of the views that were made last
}

func (s *subject) Kind() document.Kind { return dockerfile.Kind }

func (s *subject) Document() document.Document { return s.file }

func (s *subject) Disagreement() string { return "its builds need different changes" }

func (s *subject) Views() []fixer.View {
	s.images = &images{inspector: s.inspector}
	views := make([]fixer.View, len(s.builds))
	for i, b := range s.builds {
		views[i] = b.again(s.ctx, s.images)
	}
	return views
}

// Create adds a file to a build context.
func (s *subject) Create(views []fixer.View, directory any, file fixer.NewFile) {
	to := directory.(*contents)
	more := newContents(buildcontext.With(to.directory, file.Name, file.Text), s.source)
	for _, v := range views {
		if b := v.(*build); b.contents == to {
			b.contents = more
			clear(b.workloads)
		}
	}
}

// foreignSyntax returns why a file with this "# syntax=" can't be understood, "" where
// it can. BuildKit then reads the file with another program than the one whose parser
// dockmend uses.
func foreignSyntax(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name = name[:i]
	}
	switch strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "index.docker.io/") {
	case "", "docker/dockerfile", "docker/dockerfile-upstream":
		return ""
	}
	return fmt.Sprintf("its syntax is that of %s, not Docker's own", image)
}
