package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

const (
	maxInclude = 20  // levels of files that include others
	maxModels  = 100 // files that are merged, each include counted
)

// builder makes the model of a project.
type builder struct {
	*reader
	unknowns *unknowns
	gaps     []workload.Gap
	bases    map[string]*source // of extends, by directory and file
	example  bool               // undeclared references are taken to exist
	models   int
	values   int // copied by extends
}

func newBuilder(r *reader) *builder {
	return &builder{reader: r, unknowns: &unknowns{numbers: map[string]int{}}, bases: map[string]*source{}}
}

func (b *builder) gap(place workload.Place, format string, args ...any) {
	b.gaps = append(b.gaps, workload.Gap{Place: place, What: fmt.Sprintf(format, args...)})
}

// model is a merged model with the layers of its services.
type model struct {
	values map[string]any
	layers map[string]layers
}

// source is a file as values, with the layers of its services.
type source struct {
	*conversion
	file   *yamlfile.File
	dir    string
	values map[string]any
	model  map[string]layers
	depths map[string]int // of extends, of the services for which it is done
}

// environment returns the variables of an environment file; those of outer take
// precedence. A file that does not exist has none.
func (b *builder) environment(outer environment, name string) (environment, error) {
	env := maps.Clone(outer)
	if env == nil {
		env = environment{}
	}
	list, err := b.assignments(name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return env, nil
	} else if err != nil {
		return env, err
	}
	own, err := b.unknowns.assign(list, outer.lookup)
	if err != nil {
		return env, err
	}
	for name, v := range own {
		if _, ok := env[name]; !ok {
			env[name] = v
		}
	}
	return env, nil
}

// assign returns the variables of an environment file. lookup takes precedence over
// earlier lines of the file.
func (u *unknowns) assign(list []assignment, lookup func(string) (string, bool)) (environment, error) {
	env := environment{}
	for _, a := range list {
		v := a.value
		switch {
		case a.inherited:
			var ok bool
			if v, ok = lookup(a.name); !ok {
				continue
			}
		case a.expand:
			var err error
			v, err = u.expand(v, func(name string) (string, bool) {
				if v, ok := lookup(name); ok {
					return v, true
				}
				v, ok := env[name]
				return v, ok
			})
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", a.line, err)
			}
		}
		env[a.name] = v
	}
	return env, nil
}

// model returns the merged model of files, the last of which wins. Their paths are
// relative to dir. including are the files that include this one.
func (b *builder) model(files []string, dir string, env environment, including []string) (*model, error) {
	m := &model{values: map[string]any{}, layers: map[string]layers{}}
	for _, file := range files {
		if b.models++; b.models > maxModels {
			return nil, fmt.Errorf("more than %d files are included", maxModels)
		}
		s, err := b.source(file, dir, env)
		if err != nil {
			return nil, err
		}
		if err := b.include(s, append(including, file)); err != nil {
			return nil, err
		}
		hide(m.values, s.hidden)
		if err := b.extend(s); err != nil {
			return nil, err
		}
		for name, ls := range s.model {
			m.layers[name] = append(m.layers[name], ls...)
		}
		models := []map[string]any{s.values}
		if len(m.values) > 0 {
			models = []map[string]any{m.values, s.values}
		}
		if m.values, err = b.merged(s, m, models); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// merged returns models merged into a whole one.
func (b *builder) merged(s *source, m *model, models []map[string]any) (map[string]any, error) {
	if err := b.spend(models...); err != nil {
		return nil, &located{workload.Place{File: s.conversion.file}, err.Error()}
	}
	if len(models) == 2 {
		if err := b.compare(models[0], models[1]); err != nil {
			return nil, &located{workload.Place{File: s.conversion.file}, err.Error()}
		}
	}
	suspects := suspects(models)
	values, err := merge(whole, models...)
	if err != nil {
		return nil, blame(err, s, m, suspects)
	}
	return values, nil
}

// source returns a file as values, with nothing included or extended yet.
func (b *builder) source(file, dir string, env environment) (*source, error) {
	f, err := b.parse(file)
	if err != nil {
		place, msg := placeOfError(file, err)
		return nil, &located{place, msg}
	}
	s := &source{
		conversion: &conversion{
			file:     file,
			env:      env,
			unknowns: b.unknowns,
			gaps:     map[string][]workload.Gap{},
			ports:    map[string][]int{},
		},
		file:   f,
		dir:    dir,
		model:  map[string]layers{},
		depths: map[string]int{},
	}
	root, err := s.root()
	if err != nil {
		return nil, err
	}
	if key := versionOne(root); key != nil {
		return nil, s.errorAt(key, "a Compose file of version 1, without services:, which docker compose refuses")
	}
	v, _, err := s.value(root, nil)
	if err != nil {
		return nil, err
	}
	s.values = v.(map[string]any)
	_, services := root.Get("services")
	for key, value := range effective(services) {
		s.model[key.Resolve().Value] = layers{{conversion: s.conversion, name: key.Resolve().Value, key: key, node: value, dir: dir}}
	}
	return s, nil
}

// root returns the mapping of a Compose file.
func (s *source) root() (*yamlfile.Node, error) {
	documents := s.file.Documents()
	switch {
	case len(documents) == 0 || len(documents) == 1 && documents[0].IsNull():
		return nil, &located{workload.Place{File: s.conversion.file}, "an empty file"}
	case len(documents) > 1:
		return nil, s.errorAt(documents[1], "a second YAML document is not read")
	case documents[0].Resolve().Kind != yamlfile.Mapping:
		return nil, s.errorAt(documents[0], "not a Compose file: its top level is no mapping")
	case documents[0].Resolve().Tag != "!!map":
		return nil, s.errorAt(documents[0], "not a Compose file: its top level has the tag %s", documents[0].Resolve().Tag)
	}
	return documents[0], nil
}

// IsVersionOne reports whether a document is a Compose file in the form of version 1, in
// which services are at the top level.
func IsVersionOne(root *yamlfile.Node) bool { return versionOne(root) != nil }

// versionOne returns the first service of a file in the form of Compose version
// 1, in which services are at the top level; nil for any other file.
func versionOne(root *yamlfile.Node) *yamlfile.Node {
	if key, _ := root.Get("services"); key != nil {
		return nil
	}
	for key, value := range root.Entries() {
		image, _ := value.Get("image")
		build, _ := value.Get("build")
		if (image != nil || build != nil) && !strings.HasPrefix(key.Resolve().Value, "x-") {
			return key
		}
	}
	return nil
}

// effective returns the entries of a mapping and of its merge keys, for each name
// the one that counts.
func effective(n *yamlfile.Node) map[*yamlfile.Node]*yamlfile.Node {
	entries := map[*yamlfile.Node]*yamlfile.Node{}
	seen := map[string]bool{}
	var add func(n *yamlfile.Node)
	add = func(n *yamlfile.Node) {
		for key, value := range n.Entries() {
			if k := key.Resolve(); k.Tag != "!!merge" && !seen[k.Value] {
				seen[k.Value] = true
				entries[key] = value
			}
		}
		for from := range n.Merged() {
			add(from)
		}
	}
	add(n)
	return entries
}

// names returns the keys of a map in order.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
