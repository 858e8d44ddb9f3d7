package composefile

import (
	"fmt"
	"io/fs"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Service is the entry of a service in the file.
type Service struct {
	Name      string
	Key, Node *yamlfile.Node
	// Means are the services of all projects that this entry is a part of: with the values of
	// other files, of what they extend and of variables; those that extend it are among them.
	// It is empty where package compose refuses the projects.
	Means []*compose.Service
}

// Pass is what one transform sees of one Compose file.
type Pass struct {
	*fixer.Pass
	File *yamlfile.File
	// Services are those of the file, in its order.
	Services []*Service

	view *view
}

// On returns the Run of a [fixer.Transform] of kind [compose.Kind].
func On(run func(*Pass) error) func(*fixer.Pass) error {
	return func(p *fixer.Pass) error {
		v, ok := p.View.(*view)
		if !ok {
			return fmt.Errorf("%s runs on Compose files, but its kind is %q", p.Transform().ID, p.Transform().Kind)
		}
		return run(&Pass{Pass: p, File: v.file, Services: v.services, view: v})
	}
}

// Image returns what is known of the image of a service, in the project of a meaning.
func (p *Pass) Image(s *compose.Service) workload.Container { return p.view.subject.image(s) }

// Beside returns the services of that name in projects that the file is no part of, and that
// somebody may merge with it.
func (p *Pass) Beside(name string) (list []*compose.Service) {
	for _, project := range p.view.subject.source.Beside {
		for _, s := range project.Services {
			if s.Name == name {
				list = append(list, s)
			}
		}
	}
	return list
}

// Projects are those that the file is a part of, the default one first.
func (p *Pass) Projects() []*compose.Project { return p.view.subject.source.Projects }

// Inspect asks a registry about an image. The error is that of a [baseimage.Inspector].
func (p *Pass) Inspect(image string, ask baseimage.Ask) (*baseimage.Facts, error) {
	if p.view.subject.source.Inspect == nil {
		return nil, baseimage.ErrUnknown
	}
	return p.view.subject.source.Inspect(baseimage.Query{Image: image, Ask: ask})
}

// Place is the path by which the meanings name the file.
func (p *Pass) Place() string { return p.view.subject.source.Place }

// Repository is the root of the checkout, from which Place leads, with the files that this run
// added; nil for none, and then no file can be added.
func (p *Pass) Repository() fs.FS { return p.view.repository }

// ProjectDirectory is the place of a command that names the file and gives the project another
// directory than that of its first file; the zero Place for none.
func (p *Pass) ProjectDirectory() workload.Place { return p.view.subject.source.ProjectDirectory }

// At returns the place of a service in the file: its name.
func (p *Pass) At(s *Service) document.Span {
	return document.Span{Start: s.Key.Offset, End: s.Key.Offset + len(s.Name)}
}
