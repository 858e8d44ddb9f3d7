package manifest

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Pass is what one transform sees of one manifest.
type Pass struct {
	*fixer.Pass
	File *yamlfile.File
	// Workloads are those of the file, in its order.
	Workloads []*kubernetes.Workload

	view *view
}

// On returns the Run of a [fixer.Transform] of kind [kubernetes.Kind].
func On(run func(*Pass) error) func(*fixer.Pass) error {
	return func(p *fixer.Pass) error {
		v, ok := p.View.(*view)
		if !ok {
			return fmt.Errorf("%s runs on Kubernetes manifests, but its kind is %q", p.Transform().ID, p.Transform().Kind)
		}
		return run(&Pass{Pass: p, File: v.file, Workloads: v.workloads, view: v})
	}
}

// Image returns what is known of the image of a container.
func (p *Pass) Image(c *kubernetes.Container) workload.Container {
	return p.view.subject.image(c.Image)
}

// Patched returns the place of a patch that changes the rights of the pods of a workload; the
// zero Place for none.
func (p *Pass) Patched(w *kubernetes.Workload) workload.Place {
	if p.view.subject.source.Patched == nil {
		return workload.Place{}
	}
	return p.view.subject.source.Patched(w.Name)
}

// OpenShift is where the repository says that it is deployed to OpenShift; the zero Place for
// nowhere.
func (p *Pass) OpenShift() workload.Place { return p.view.subject.source.OpenShift }

// At returns the place of a container in the file: its name, or its first key.
func (p *Pass) At(c *kubernetes.Container) document.Span {
	n := c.Node.Resolve()
	if key, value := n.Get("name"); value != nil {
		return document.Span{Start: key.Offset, End: value.Offset + len(c.Name)}
	}
	return document.Span{Start: n.Offset, End: n.Offset + 1}
}
