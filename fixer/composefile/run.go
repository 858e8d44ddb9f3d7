package composefile

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Source is a Compose file and what belongs to it.
type Source struct {
	Name string // for messages
	Src  []byte
	// Separate asks for the edits of each finding whose change can be made without the
	// others: fixer.Separate.
	Separate bool
	// Place is the path by which Projects name the file.
	Place string
	// Projects are those that the file is a part of.
	Projects []*compose.Project
	// Beside are those of its directory that it is no part of. A caller may merge them with it,
	// by naming the files.
	Beside []*compose.Project
	// Repository is the root of the checkout, from which Place and the projects name files. nil:
	// there is none, and no file is added.
	Repository fs.FS
	// ProjectDirectory is the place of a command that names the file and gives the project another
	// directory than that of its first file; the zero Place for none.
	ProjectDirectory workload.Place
	// Image returns what is known of the image of a service. nil: nothing is known of any.
	Image func(*compose.Service) workload.Container
	// Inspect asks a registry about an image. nil: nothing is known of any.
	Inspect func(baseimage.Query) (*baseimage.Facts, error)
}

// Run runs the transforms over a Compose file, as [fixer.Run] does. It fails, with a
// *yamlfile.Error, on what is not YAML.
func Run(ctx context.Context, src Source, ts []*fixer.Transform, o fixer.Options) (fixer.Result, error) {
	file, err := yamlfile.Parse(src.Name, src.Src)
	if err != nil {
		return fixer.Result{}, err
	}
	s := &subject{source: src, file: file, means: map[string][]*compose.Service{}, images: map[*compose.Service]workload.Container{}}
	for _, e := range entries(file) {
		at := workload.Place{File: src.Place, Line: e.Key.Line, Col: e.Key.Col}
		for _, p := range src.Projects {
			for _, means := range p.Services {
				if slices.ContainsFunc(means.Parts, func(part compose.Part) bool { return part.Place == at }) {
					s.means[e.Name] = append(s.means[e.Name], means)
				}
			}
		}
	}
	r, err := fixer.Run(ctx, s, ts, o)
	if err == nil && src.Separate {
		err = fixer.Separate(ctx, s, ts, o, &r)
	}
	return r, err
}

// subject is a Compose file, to the engine.
type subject struct {
	source Source
	file   *yamlfile.File
	means  map[string][]*compose.Service // by the name of a service in the file
	images map[*compose.Service]workload.Container
}

func (s *subject) Kind() document.Kind { return compose.Kind }

func (s *subject) Document() document.Document { return s.file }

func (s *subject) Disagreement() string { return "" } // there is one view

func (s *subject) Views() []fixer.View {
	return []fixer.View{s.view(s.file, s.source.Repository)}
}

// Create adds a file to the folder of the Compose file.
func (s *subject) Create(views []fixer.View, _ any, file fixer.NewFile) {
	for _, one := range views {
		v := one.(*view)
		v.repository = buildcontext.With(v.repository, path.Join(path.Dir(s.source.Place), file.Name), file.Text)
	}
}

func (s *subject) view(f *yamlfile.File, repository fs.FS) *view {
	v := &view{subject: s, file: f, services: entries(f), repository: repository}
	for _, e := range v.services {
		e.Means = s.means[e.Name]
	}
	return v
}

// image returns what is known of the image of a service, and asks for it once.
func (s *subject) image(of *compose.Service) workload.Container {
	c, ok := s.images[of]
	if !ok {
		c = workload.Container{Image: of.Image, Unknown: "nothing is known of its image"}
		if s.source.Image != nil {
			c = s.source.Image(of)
		}
		s.images[of] = c
	}
	return c
}

// entries returns the services of a file, in its order.
func entries(f *yamlfile.File) (list []*Service) {
	if len(f.Documents()) != 1 {
		return nil // of which package compose says that it is no Compose file
	}
	_, services := f.Documents()[0].Get("services")
	for key, node := range services.Entries() {
		if name := key.Resolve(); name.Kind == yamlfile.Scalar && name.Tag != "!!merge" {
			list = append(list, &Service{Name: name.Value, Key: key, Node: node})
		}
	}
	return list
}

// view is the file as it is now.
type view struct {
	subject    *subject
	file       *yamlfile.File
	services   []*Service
	repository fs.FS
}

func (v *view) Name() string { return "the Compose file" }

func (v *view) Edited(d document.Document) (fixer.View, error) {
	after := v.subject.view(d.(*yamlfile.File), v.repository)
	if !slices.EqualFunc(v.services, after.services, func(a, b *Service) bool { return a.Name == b.Name }) {
		return nil, fmt.Errorf("its services are not what they were")
	}
	return after, nil
}

// Part returns the number of the service that an offset is in.
func (v *view) Part(offset int) int {
	part := -1
	for i, s := range v.services {
		if s.Key.Offset <= offset {
			part = i
		}
	}
	return part
}

func (v *view) Uses(int) bool { return true }

func (v *view) Directory() any { return nil } // there is one view

func (v *view) Remarks() []fixer.Remark { return nil }
