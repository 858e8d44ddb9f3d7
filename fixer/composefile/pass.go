package composefile

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Service is a service of the file.
type Service struct {
	Name      string
	Key, Node *yamlfile.Node
	// Means is what the service means in each project that the file is part of: with the
	// values of other files, of what it extends and of variables. It is empty where package
	// compose could not read the file, which is a gap of its own.
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

// On returns the Run of a [fixer.Transform] of kind [Kind].
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
func (p *Pass) Image(s *compose.Service) workload.Container {
	if p.view.subject.source.Image == nil {
		return workload.Container{Image: s.Image, Unknown: "nothing is known of its image"}
	}
	return p.view.subject.source.Image(s)
}

// At returns the place of a service in the file: its name.
func (p *Pass) At(s *Service) document.Span {
	return document.Span{Start: s.Key.Offset, End: s.Key.Offset + len(s.Name)}
}
