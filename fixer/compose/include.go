package compose

import (
	"fmt"
	"path"
	"reflect"
	"slices"

	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/tree"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// sections are the parts of a Compose file that include brings.
var sections = []string{"services", "volumes", "networks", "secrets", "configs", "models"}

// inclusion is an item of include.
type inclusion struct {
	place   workload.Place
	files   []string
	project string // directory; "" for that of the first file
	env     []string
}

// include merges included files under the file itself, as compose-go's
// loader.ApplyInclude does. What can't be included is a gap; the rest counts.
func (b *builder) include(s *source, including []string) error {
	list, err := s.inclusions()
	if err != nil {
		return err
	}
	if len(list) > 0 && len(including) > maxInclude {
		return &located{list[0].place, fmt.Sprintf("files include each other more than %d levels deep", maxInclude)}
	}
	for _, i := range list {
		files, dir, why := b.included(s.dir, i)
		if why != nil {
			b.gap(i.place, "include: %v", why)
			continue
		}
		if j := slices.IndexFunc(files, func(f string) bool { return slices.Contains(including, f) }); j >= 0 {
			return &located{i.place, "files include each other: " + files[j]}
		}
		env, why := b.includedEnv(s, i, dir)
		if why != nil {
			b.gap(i.place, "include: %v", why)
			continue
		}
		m, err := b.model(files, dir, env, slices.Clip(including))
		if err != nil {
			return err
		}
		if err := b.compare(m.values, s.values); err != nil {
			return &located{i.place, "include: " + err.Error()}
		}
		if err := s.importModel(m); err != nil {
			return &located{i.place, err.Error()}
		}
	}
	return nil
}

// inclusions returns the items of include.
func (s *source) inclusions() ([]inclusion, error) {
	values, ok := s.values["include"].([]any)
	if !ok {
		if v, ok := s.values["include"]; ok && v != nil {
			return nil, &located{workload.Place{File: s.conversion.file}, "include is not a list"}
		}
		return nil, nil
	}
	root, err := s.root()
	if err != nil {
		return nil, err
	}
	_, nodes := root.Get("include")
	var list []inclusion
	for i, v := range values {
		var n *yamlfile.Node
		if nodes.Len() == len(values) {
			n = nodes.Index(i)
		} else {
			n = nodes
		}
		item := inclusion{place: placeOf(s.conversion.file, n)}
		switch v := v.(type) {
		case string:
			item.files = []string{v}
		case map[string]any:
			item.files, item.env = stringList(v["path"]), stringList(v["env_file"])
			item.project, _ = v["project_directory"].(string)
		}
		if len(item.files) == 0 {
			return nil, &located{item.place, "include: an item without a path"}
		}
		list = append(list, item)
	}
	return list, nil
}

// stringList returns a string or a list of strings as a list.
func stringList(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// included returns the files of an item of include and the directory that their
// paths are relative to. The error states why they are not read.
func (b *builder) included(dir string, i inclusion) (files []string, project string, err error) {
	for _, f := range i.files {
		name, err := resolve(dir, f)
		if err == nil {
			_, err = b.parse(name)
		}
		if err != nil {
			return nil, "", fmt.Errorf("%s %w", b.unknowns.written(f), err)
		}
		files = append(files, name)
	}
	project = path.Dir(files[0])
	if i.project != "" {
		if project, err = resolve(dir, i.project); err != nil {
			return nil, "", fmt.Errorf("project_directory %s %w", b.unknowns.written(i.project), err)
		}
	}
	return files, project, nil
}

// includedEnv returns the environment of included files: that of the including file
// takes precedence.
func (b *builder) includedEnv(s *source, i inclusion, dir string) (environment, error) {
	if len(i.env) == 0 {
		return b.environment(s.env, path.Join(dir, ".env"))
	}
	env := s.env
	for _, f := range slices.Backward(i.env) { // the last wins
		if f == "/dev/null" {
			continue
		}
		name, err := resolve(s.dir, f)
		if err == nil {
			_, err = b.text(name)
		}
		if err == nil {
			env, err = b.environment(env, name)
		}
		if err != nil {
			return nil, fmt.Errorf("env_file %s %w", b.unknowns.written(f), err)
		}
	}
	return env, nil
}

// importModel merges an included model under the file itself.
func (s *source) importModel(m *model) (err error) {
	defer recovered(&err)
	for _, section := range sections {
		from, _ := m.values[section].(map[string]any)
		if len(from) == 0 {
			continue
		}
		to, ok := s.values[section].(map[string]any)
		if !ok {
			to = map[string]any{}
			s.values[section] = to
		}
		for _, name := range names(from) {
			own, ok := to[name]
			switch {
			case !ok:
				to[name] = from[name]
			case reflect.DeepEqual(own, from[name]):
				continue // one file, included twice
			default:
				hide(map[string]any{section: from}, s.hidden)
				if to[name], err = override.MergeYaml(from[name], own, tree.NewPath(section, name)); err != nil {
					return err
				}
			}
			if section == "services" {
				s.model[name] = append(slices.Clip(m.layers[name]), s.model[name]...)
			}
		}
	}
	return nil
}
