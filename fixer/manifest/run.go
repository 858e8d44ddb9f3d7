package manifest

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Source is a manifest and what belongs to it.
type Source struct {
	Name string // for messages
	Src  []byte
	// Separate asks for the edits of each finding whose change can be made without the
	// others: fixer.Separate.
	Separate bool
	// Image returns what is known of an image by its name in the manifest. nil: nothing is
	// known of any.
	Image func(name string) workload.Container
	// Patched returns the place of a patch that changes the rights of the pods of an object, by
	// its name; the zero Place for none. nil: none is known.
	Patched func(object string) workload.Place
	// OpenShift is where the repository says that it is deployed to OpenShift, which gives pods
	// numbers of its own; the zero Place for nowhere.
	OpenShift workload.Place
}

// Run runs the transforms over a manifest, as [fixer.Run] does. It fails, with a
// *yamlfile.Error, on what is not YAML.
func Run(ctx context.Context, src Source, ts []*fixer.Transform, o fixer.Options) (fixer.Result, error) {
	file, err := yamlfile.Parse(src.Name, src.Src)
	if err != nil {
		return fixer.Result{}, err
	}
	s := &subject{source: src, file: file, images: map[string]workload.Container{}}
	r, err := fixer.Run(ctx, s, ts, o)
	if err == nil && src.Separate {
		err = fixer.Separate(ctx, s, ts, o, &r)
	}
	return r, err
}

// subject is a manifest, to the engine.
type subject struct {
	source Source
	file   *yamlfile.File
	images map[string]workload.Container // that were asked for, by name
}

func (s *subject) Kind() document.Kind { return kubernetes.Kind }

func (s *subject) Document() document.Document { return s.file }

func (s *subject) Disagreement() string { return "" } // there is one view

func (s *subject) Views() []fixer.View { return []fixer.View{s.view(s.file)} }

func (s *subject) Create([]fixer.View, any, fixer.NewFile) {} // no transform adds a file

func (s *subject) view(f *yamlfile.File) *view {
	return &view{subject: s, file: f, workloads: kubernetes.Read(f)}
}

func (s *subject) image(name string) workload.Container {
	c, ok := s.images[name]
	if !ok {
		c = workload.Container{Image: name, Unknown: "nothing is known of its image"}
		if s.source.Image != nil {
			c = s.source.Image(name)
		}
		s.images[name] = c
	}
	return c
}

// view is the manifest as it is now.
type view struct {
	subject   *subject
	file      *yamlfile.File
	workloads []*kubernetes.Workload
}

func (v *view) Name() string { return "the manifest" }

func (v *view) Edited(d document.Document) (fixer.View, error) {
	after := v.subject.view(d.(*yamlfile.File))
	if len(after.workloads) != len(v.workloads) {
		return nil, fmt.Errorf("%d workloads, and not %d", len(after.workloads), len(v.workloads))
	}
	return after, nil
}

// Part returns the number of the workload that an offset is in.
func (v *view) Part(offset int) int {
	part := -1
	for i, w := range v.workloads {
		if w.Object.Offset <= offset {
			part = i
		}
	}
	return part
}

func (v *view) Uses(int) bool { return true }

func (v *view) Directory() any { return nil }

func (v *view) Remarks() []fixer.Remark { return nil }
