package compose

import (
	"errors"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// maxSuspects is the number of values of a model up to which the part of it that
// compose-go refuses is looked for.
const maxSuspects = 20_000

// suspects returns copies of models for [blame], nil for large ones.
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

// blame returns the error for models that compose-go refuses, with the place of
// the service that it refuses by itself. compose-go goes through a model in the
// order of a Go map, so that its own error would differ from run to run.
func blame(err error, s *source, m *model, models []map[string]any) error {
	refused := &located{workload.Place{File: s.conversion.file}, message(err)}
	sections := map[string]any{}
	services := map[string]any{}
	for _, values := range models {
		for section, v := range values {
			sections[section] = nil
			if entries, ok := v.(map[string]any); ok && section == "services" {
				for name := range entries {
					services[name] = nil
				}
			}
		}
	}
	for _, name := range names(services) {
		if err := mergePart(models, "services", name); err != nil {
			return &located{s.serviceError(m, name, err), message(err)}
		}
	}
	for _, section := range names(sections) {
		if section == "services" {
			continue
		}
		if err := mergePart(models, section, ""); err != nil {
			if root, e := s.root(); e == nil {
				if key, _ := root.Get(section); key != nil {
					refused.place = placeOf(s.conversion.file, key)
				}
			}
			refused.msg = message(err)
			return refused
		}
	}
	return refused
}

// maxFitted is the number of services up to which one that does not fit to the
// others is looked for.
const maxFitted = 100

// blameReference returns the error for a model whose parts do not fit together,
// with the place of the first service that refers to what is not there.
func blameReference(err error, m *model, models []map[string]any) error {
	if len(models) == 0 || len(m.layers) > maxFitted {
		return errors.New("docker compose refuses it: its parts do not fit together")
	}
	services, _ := models[0]["services"].(map[string]any)
	for _, name := range names(services) {
		one := cloneValue(models[0]).(map[string]any)
		others := one["services"].(map[string]any)
		for other := range others {
			if other != name {
				others[other] = map[string]any{"image": "x", "build": map[string]any{"context": "."}}
			}
		}
		if _, err := project(one, true); err != nil {
			return &located{m.layers[name].place(), message(err)}
		}
	}
	return errors.New(message(err))
}

// mergePart merges a section of models alone, of the services only one.
func mergePart(models []map[string]any, section, name string) error {
	var parts []map[string]any
	for _, m := range models {
		v, ok := m[section]
		if services, isMap := v.(map[string]any); isMap && name != "" {
			if v, ok = services[name]; ok {
				v = map[string]any{name: v}
			}
		}
		if ok {
			parts = append(parts, map[string]any{section: cloneValue(v)})
		}
	}
	if len(parts) == 0 {
		return nil
	}
	_, err := merge(whole, parts...)
	return err
}

// serviceError returns the place of an error of a service: that of the attribute
// that it names, or of the service.
func (s *source) serviceError(m *model, name string, err error) workload.Place {
	ls := s.model[name]
	if len(ls) == 0 {
		ls = m.layers[name]
	}
	if len(ls) == 0 {
		return workload.Place{File: s.conversion.file}
	}
	_, rest, _ := strings.Cut(err.Error(), "services."+name+".")
	attribute := strings.FieldsFunc(rest, func(r rune) bool { return r == '.' || r == ' ' || r == '[' || r == ':' })
	if len(attribute) > 0 {
		if at := ls.last(attribute[0]); at.key != nil {
			return at.place(at.key)
		}
	}
	own := ls[len(ls)-1]
	return own.place(own.key)
}

// message returns an error of compose-go in one line, without the name of the
// file, which the place has.
func message(err error) string {
	msg := strings.TrimPrefix(err.Error(), "validating compose.yaml: ")
	msg = strings.Replace(msg, " false schema", " is not an attribute", 1) // of a closed mapping
	return "docker compose refuses it: " + strings.Join(strings.Fields(msg), " ")
}
