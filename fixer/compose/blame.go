package compose

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// maxSuspects is the largest number of values of a model for which the part that
// compose-go refuses is searched.
const maxSuspects = 20_000

// suspects returns copies of models for blame, nil for large ones.
func suspects(models []map[string]any) []map[string]any {
	var copies []map[string]any
	for _, m := range models {
		if size(m) > maxSuspects {
			return nil
		}
		copies = append(copies, cloneValue(m).(map[string]any))
	}
	return copies
}

// maxTries bounds the parts of a model that are tried separately.
const maxTries = 1000

// blame returns the error for models that compose-go refuses, with the place of
// the smallest part that it refuses separately. compose-go visits a model in the order
// of a Go map, so its own error would differ from run to run.
func blame(err error, s *source, m *model, models []map[string]any) error {
	refused := &located{workload.Place{File: s.conversion.file}, "docker compose refuses it"}
	if models == nil {
		return refused
	}
	part := suspect{models: models, err: err}
	for tries := maxTries; ; {
		next, complete := part.narrow(&tries)
		if !complete {
			return refused
		}
		if next == nil {
			break
		}
		part = *next
	}
	return &located{s.placeAt(m, part.path), message(part.err)}
}

// suspect is a part of models that compose-go refuses: only the entries
// and items on a path.
type suspect struct {
	models []map[string]any
	path   []string // an item of a list has its number
	err    error
}

// narrow returns the first part of a suspect that is refused separately, nil for none,
// and whether all were tried.
func (p suspect) narrow(tries *int) (next *suspect, complete bool) {
	keys := map[string]any{}
	longest := 0
	for _, m := range p.models {
		switch v := at(m, p.path).(type) {
		case map[string]any:
			for k := range v {
				keys[k] = nil
			}
		case []any:
			longest = max(longest, len(v))
		}
	}
	parts := names(keys)
	for i := range longest {
		parts = append(parts, strconv.Itoa(i))
	}
	for _, key := range parts {
		if *tries--; *tries < 0 {
			return nil, false
		}
		path := append(slices.Clip(p.path), key)
		var models, used []map[string]any
		for _, m := range p.models {
			if only, ok := only(m, path); ok {
				models = append(models, only.(map[string]any))
				used = append(used, cloneValue(only).(map[string]any))
			}
		}
		_, err := merge(whole, used...)
		if err != nil && !strings.Contains(err.Error(), "missing propert") { // which was left out
			return &suspect{models, path, err}, true
		}
	}
	return nil, true
}

// at returns the value at a path of a model.
func at(v any, path []string) any {
	for _, key := range path {
		switch parent := v.(type) {
		case map[string]any:
			v = parent[key]
		case []any:
			v = parent[0] // the only one that is left
		default:
			return nil
		}
	}
	return v
}

// only returns a value reduced to what is on a path, and whether it has that.
func only(v any, path []string) (any, bool) {
	if len(path) == 0 {
		return v, true
	}
	switch parent := v.(type) {
	case map[string]any:
		child, ok := parent[path[0]]
		if !ok {
			return nil, false
		}
		child, ok = only(child, path[1:])
		return map[string]any{path[0]: child}, ok
	case []any:
		i := 0
		if len(path) == 1 {
			i, _ = strconv.Atoi(path[0])
		}
		if i >= len(parent) {
			return nil, false
		}
		child, ok := only(parent[i], path[1:])
		return []any{child}, ok
	}
	return nil, false
}

// placeAt returns the place of a path of a model: that of an attribute of a
// service or section, in the last file that has it.
func (s *source) placeAt(m *model, path []string) workload.Place {
	place := workload.Place{File: s.conversion.file}
	if len(path) == 0 {
		return place
	}
	if path[0] != "services" || len(path) == 1 {
		if root, err := s.root(); err == nil {
			if key, _ := root.Get(path[0]); key != nil {
				return placeOf(s.conversion.file, key)
			}
		}
		return place
	}
	ls := slices.Concat(m.layers[path[1]], s.model[path[1]])
	if len(path) > 2 {
		if at := ls.last(path[2]); at.key != nil {
			return at.place(at.key)
		}
	}
	if len(ls) > 0 {
		return ls[len(ls)-1].place(ls[len(ls)-1].key)
	}
	return place
}

// The bounds of a model, and of the tries with it, for which a part that does not fit
// the others is searched.
const (
	maxFitted = 1000 // values
	maxFits   = 100
)

// blameReference returns the error for a model whose parts do not fit together,
// with the place of the first attribute that refers to something missing.
func blameReference(m *model, models []map[string]any) error {
	unfit := errors.New("docker compose refuses it: its parts do not fit together")
	if len(models) == 0 || size(models[0]) > maxFitted {
		return unfit
	}
	tries := maxFits
	services, _ := models[0]["services"].(map[string]any)
	for _, name := range names(services) {
		service, _ := services[name].(map[string]any)
		for _, attribute := range names(service) {
			for _, value := range entriesOf(service[attribute]) {
				if tries--; tries < 0 {
					return unfit
				}
				alone := map[string]any{"image": "x", attribute: value}
				if err := fits(models[0], name, alone); err != nil {
					at := m.layers[name].last(attribute)
					return &located{at.place(at.key), message(err)}
				}
			}
		}
		if err := fits(models[0], name, service); err != nil {
			return &located{m.layers[name].place(), message(err)}
		}
	}
	if err := checkDependencies(models[0]); err != nil {
		return errors.New(message(err))
	}
	return unfit
}

// entriesOf returns a mapping as mappings of one entry each, and any other value
// unchanged.
func entriesOf(v any) []any {
	m, ok := v.(map[string]any)
	if !ok {
		return []any{v}
	}
	var list []any
	for _, key := range names(m) {
		list = append(list, map[string]any{key: m[key]})
	}
	return list
}

// fits returns the error for a service together with the others and the rest of a
// model.
func fits(model map[string]any, name string, service map[string]any) error {
	copied := map[string]any{}
	for section, v := range model {
		if section != "services" {
			copied[section] = cloneValue(v)
		}
	}
	all := map[string]any{}
	for other := range model["services"].(map[string]any) {
		all[other] = map[string]any{"image": "x", "build": map[string]any{"context": "."}}
	}
	all[name] = cloneValue(service)
	copied["services"] = all
	_, err := project(copied, true)
	return err
}

// message returns an error of compose-go in one line, without the name of the
// file, which the place has.
func message(err error) string {
	msg := strings.TrimPrefix(err.Error(), "validating compose.yaml: ")
	msg = strings.Replace(msg, " false schema", " is not an attribute", 1) // of a closed mapping
	return "docker compose refuses it: " + strings.Join(strings.Fields(msg), " ")
}
