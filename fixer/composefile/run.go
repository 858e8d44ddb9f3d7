package composefile

import (
	"context"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Kind is the kind of a document: the name for messages.
const Kind document.Kind = "Compose file"

// Source is a Compose file and what belongs to it.
type Source struct {
	Name string // for messages
	Src  []byte
	// Services are those of all projects that the file is part of: what its services mean
	// with the files that are merged with it.
	Services []*compose.Service
	// Image returns what is known of the image of a service. nil: nothing is known of any.
	Image func(*compose.Service) workload.Container
}

// Run runs the transforms over a Compose file, as [fixer.Run] does. It fails, with a
// *yamlfile.Error, on what is not YAML.
func Run(ctx context.Context, src Source, ts []*fixer.Transform, o fixer.Options) (fixer.Result, error) {
	file, err := yamlfile.Parse(src.Name, src.Src)
	if err != nil {
		return fixer.Result{}, err
	}
	s := &subject{source: src, file: file, services: map[string][]*compose.Service{}}
	for _, service := range src.Services {
		s.services[service.Name] = append(s.services[service.Name], service)
	}
	return fixer.Run(ctx, s, ts, o)
}

// subject is a Compose file, to the engine.
type subject struct {
	source   Source
	file     *yamlfile.File
	services map[string][]*compose.Service // by name: of each project
}

func (s *subject) Kind() document.Kind { return Kind }

func (s *subject) Document() document.Document { return s.file }

func (s *subject) Disagreement() string { return "" } // there is one view

func (s *subject) Views() []fixer.View { return []fixer.View{s.view(s.file)} }

func (s *subject) Create([]fixer.View, any, fixer.NewFile) {} // no transform adds a file

func (s *subject) view(f *yamlfile.File) *view {
	v := &view{subject: s, file: f}
	if len(f.Documents()) != 1 {
		return v // of which package compose says that it is no Compose file
	}
	_, services := f.Documents()[0].Get("services")
	for key, node := range services.Entries() {
		if name := key.Resolve(); name.Kind == yamlfile.Scalar && name.Tag != "!!merge" {
			v.services = append(v.services, &Service{Name: name.Value, Key: key, Node: node, Means: s.services[name.Value]})
		}
	}
	return v
}

// view is the file as it is now.
type view struct {
	subject  *subject
	file     *yamlfile.File
	services []*Service
}

func (v *view) Name() string { return "the Compose file" }

func (v *view) Edited(d document.Document) (fixer.View, error) {
	after := v.subject.view(d.(*yamlfile.File))
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

func (v *view) Directory() any { return nil }

func (v *view) Remarks() []fixer.Remark { return nil }
