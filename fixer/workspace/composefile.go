package workspace

import (
	"context"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
)

// composeFile repairs a Compose file, as [composefile.Run] does.
func (f *File) composeFile(ctx context.Context, text []byte, with Request) (imagebuild.Result, error) {
	images := f.images(with.Inspector)
	place, projects := f.projects(text)
	refused := refusal(place, projects)
	if refused != nil && !f.Found {
		refused.Name = f.Name
		return imagebuild.Result{}, refused
	}
	src := composefile.Source{
		Name: f.Name, Src: text, Separate: with.Separate, Place: place, Projects: projects,
		Image:   func(s *compose.Service) workload.Container { return images.service(ctx, s) },
		Inspect: func(q baseimage.Query) (*baseimage.Facts, error) { return images.asked.Inspect(ctx, q) },
	}
	if images.checkout != nil {
		f.directory = filepath.Dir(f.Path)
		src.Beside, src.Repository, src.ProjectDirectory = images.links.Beside(place), images.dir.FS(), images.links.ProjectDirectory(place)
	}
	r, err := composefile.Run(ctx, src, with.Transforms, with.Options)
	if err == nil && refused != nil {
		r.Findings = append(r.Findings, fixer.StatedAt("compose", max(refused.Line, 1), max(refused.Col, 1), "the Compose file is left as it is", refused.Msg))
	}
	return imagebuild.Result{Result: r, Images: images.asked.facts}, f.notYAML(err)
}

// projects returns those that the file is a part of, and the path by which they name it.
func (f *File) projects(text []byte) (place string, list []*compose.Project) {
	if f.checkout == nil || !f.checkout.open() {
		place = f.DiffName()
		return place, []*compose.Project{compose.LoadExample(place, 1, string(text))}
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
