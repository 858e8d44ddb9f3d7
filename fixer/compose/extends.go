package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/override"

	"github.com/dockmend/dockmend/fixer/workload"
)

const (
	maxExtends = 50 // services that extend each other in a row

	// maxCopied bounds the values that extends copies, for all services together.
	maxCopied = maxValues
)

// extend merges each service of a file with the one that it extends, as
// compose-go's loader.ApplyExtends does.
func (b *builder) extend(s *source) error {
	services, ok := s.values["services"].(map[string]any)
	if !ok {
		return nil
	}
	for _, name := range names(services) {
		if _, err := b.extended(s, services, name, nil); err != nil {
			return err
		}
	}
	return nil
}

// extended returns how many services a service extends, after it is merged with
// these. chain are those on the way to it.
func (b *builder) extended(s *source, services map[string]any, name string, chain []string) (depth int, err error) {
	if depth, ok := s.depths[name]; ok {
		return depth, nil
	}
	service, ok := services[name].(map[string]any)
	if !ok {
		return 0, nil
	}
	at := s.model[name].last("extends")
	if at.conversion == nil {
		at.layer = layer{conversion: s.conversion, name: name}
	}
	self := s.conversion.file + " " + name
	if slices.Contains(chain, self) {
		return 0, &located{at.place(at.key), "services extend each other: " + name}
	}
	e, ok := service["extends"]
	if !ok {
		return 0, nil
	}
	delete(service, "extends")
	file, ref := extension(e)
	if ref == "" {
		return 0, &located{at.place(at.key), "extends names no service"}
	}
	from, base, depth, err := b.base(s, services, at, file, ref, append(chain, self))
	if err != nil {
		return 0, err
	}
	if depth++; depth > maxExtends {
		return 0, &located{at.place(at.key), fmt.Sprintf("more than %d services extend each other", maxExtends)}
	}
	if base != nil {
		if err := b.mergeBase(s, services, name, from, base, ref); err != nil {
			return 0, err
		}
	}
	s.depths[name] = depth
	return depth, nil
}

// extension returns the file and the service of an extends, "" for a missing one.
func extension(e any) (file, service string) {
	switch e := e.(type) {
	case string:
		return "", e
	case map[string]any:
		file, _ = e["file"].(string)
		service, _ = e["service"].(string)
	}
	return file, service
}

// base returns the extended service, complete, and the file that contains it. It
// returns nil if the file can't be read, which is a gap of the service.
func (b *builder) base(s *source, services map[string]any, at entry, file, ref string, chain []string) (*source, map[string]any, int, error) {
	from := s
	if isUnknown(ref) {
		at.conversion.gap(at.name, at.key, "extends: %s has no value", b.unknowns.written(ref))
		return nil, nil, 0, nil
	}
	if file != "" {
		var why error
		if from, why = b.baseFile(s, file); why != nil {
			at.conversion.gap(at.name, at.key, "extends: %s %v", b.unknowns.written(file), why)
			return nil, nil, 0, nil
		}
		services, _ = from.values["services"].(map[string]any)
	}
	if _, ok := services[ref]; !ok {
		return nil, nil, 0, &located{at.place(at.key), fmt.Sprintf("extends: there is no service %q in %s", ref, from.conversion.file)}
	}
	depth, err := b.extended(from, services, ref, chain)
	if err != nil {
		return nil, nil, 0, err
	}
	base, _ := services[ref].(map[string]any)
	return from, base, depth, nil
}

// baseFile returns the file of an extended service, in compose-go's long
// forms. It is read once for all services; its paths are relative to itself.
func (b *builder) baseFile(s *source, file string) (*source, error) {
	name, err := resolve(s.dir, file)
	if err != nil {
		return nil, err
	}
	id := s.dir + "\x00" + name
	if from, ok := b.bases[id]; ok && sameEnv(from.env, s.env) {
		return from, nil
	}
	from, err := b.source(name, path.Dir(name), s.env)
	if err != nil {
		_, msg := placeOfError(name, err)
		return nil, fmt.Errorf("can't be read: %s", msg)
	}
	if err := b.spend(from.values); err != nil {
		return nil, fmt.Errorf("can't be read: %v", err)
	}
	if from.values, err = merge(part, from.values); err != nil {
		return nil, fmt.Errorf("can't be read: %v", err)
	}
	b.bases[id] = from
	return from, nil
}

// sameEnv reports whether two environments are the same one.
func sameEnv(a, b environment) bool { return fmt.Sprintf("%p", a) == fmt.Sprintf("%p", b) }

// mergeBase merges a service over a copy of what it extends.
func (b *builder) mergeBase(s *source, services map[string]any, name string, from *source, base map[string]any, ref string) (err error) {
	if b.values += size(base); b.values > maxCopied {
		return &located{workload.Place{File: s.conversion.file}, fmt.Sprintf("extends copies more than %d values", maxCopied)}
	}
	if err := b.compare(base, services[name]); err != nil {
		return &located{workload.Place{File: s.conversion.file}, "extends: " + err.Error()}
	}
	copied := cloneValue(base).(map[string]any)
	hide(map[string]any{"services": map[string]any{name: copied}}, s.hidden)
	defer recovered(&err)
	merged, err := override.ExtendService(copied, services[name].(map[string]any))
	if err != nil {
		at := s.model[name].last("extends")
		return &located{at.place(at.key), err.Error()}
	}
	services[name] = merged
	var extended layers
	for _, l := range from.model[ref] {
		l.extended = true
		extended = append(extended, l)
	}
	s.model[name] = append(extended, s.model[name]...)
	return nil
}
