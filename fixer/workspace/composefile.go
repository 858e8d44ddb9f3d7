package workspace

import (
	"context"
	"errors"
	"io"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// ComposeFile is a loaded Compose file. It has to be closed.
type ComposeFile struct {
	file *File
	text []byte
}

// LoadComposeFile reads a file of the kind compose.Kind, as [File.LoadManifest] reads one of
// kubernetes.Kind.
func (f *File) LoadComposeFile(stdin io.Reader) (*ComposeFile, error) {
	if f.open == nil {
		Link([]*File{f})
	}
	c := &ComposeFile{file: f}
	text, err := f.read(stdin, yamlfile.MaxBytes)
	if err != nil {
		c.Close()
		return nil, err
	}
	c.text = text
	return c, nil
}

// Close releases the repository. It must be called once.
func (c *ComposeFile) Close() { c.file.leave() }

// Fix runs the transforms, as [composefile.Run] does. What it knows of an image is what
// [Manifest.Fix] knows, and the images of services are those of their own builds. On what is
// not YAML, and on a file that was named and that Compose refuses, it fails with a
// *document.Error; of a file that was found, a finding says so.
func (c *ComposeFile) Fix(ctx context.Context, ts []*fixer.Transform, inspector baseimage.Inspector, o fixer.Options) (imagebuild.Result, error) {
	asked := &recorder{Inspector: inspector}
	place, projects := c.projects()
	refused := refusal(place, projects)
	if refused != nil && !c.file.Found {
		refused.Name = c.file.Name
		return imagebuild.Result{}, refused
	}
	known := c.file.checkout
	var beside []*compose.Project
	if known != nil && known.open() {
		beside = known.links.Beside(place)
	}
	r, err := composefile.Run(ctx, composefile.Source{Name: c.file.Name, Src: c.text, Place: place, Projects: projects, Beside: beside, Image: func(s *compose.Service) workload.Container {
		switch {
		case known != nil && known.open():
			return known.service(ctx, s, c.file, inspector, asked)
		case s.Build == nil && s.Image != "":
			return published(ctx, s.Image, asked)
		}
		return workload.Container{Image: s.Image, Unknown: "there is no repository to look at for its build"}
	}, Inspect: func(q baseimage.Query) (*baseimage.Facts, error) { return asked.Inspect(ctx, q) }}, ts, o)
	var unread *yamlfile.Error
	if errors.As(err, &unread) {
		err = &document.Error{Name: c.file.Name, Line: unread.Line, Col: unread.Col, Msg: unread.Msg}
	}
	if err == nil && refused != nil {
		r.Findings = append(r.Findings, fixer.StatedAt("compose", max(refused.Line, 1), max(refused.Col, 1), "the Compose file is left as it is", refused.Msg))
	}
	return imagebuild.Result{Result: r, Images: asked.facts}, err
}

// projects returns those that the file is a part of, and the path by which they name it.
func (c *ComposeFile) projects() (place string, list []*compose.Project) {
	f := c.file
	if f.checkout == nil || !f.checkout.open() {
		place = f.DiffName()
		return place, []*compose.Project{compose.LoadExample(place, 1, string(c.text))}
	}
	if list = f.checkout.links.Projects(f.place); list == nil {
		list = []*compose.Project{compose.LoadFiles(f.checkout.dir.FS(), "", []string{f.place})}
	}
	return f.place, list
}

// refusal returns why Compose refuses a file in each of its projects, without the file's name;
// nil where it takes it in one.
func refusal(place string, projects []*compose.Project) (first *document.Error) {
	for _, p := range projects {
		if p.Services != nil {
			return nil
		}
		for _, gap := range p.Gaps {
			if gap.Place.File == place && first == nil {
				first = &document.Error{Line: gap.Place.Line, Col: gap.Place.Col, Msg: gap.What}
			}
		}
	}
	return first
}
