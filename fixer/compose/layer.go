package compose

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// environment is the values of variables of a Compose file: those of .env, which may
// have unknown parts themselves.
type environment map[string]string

func (e environment) lookup(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

// layer is the entry of a service in one file. The service is all its layers
// together, the last before the others.
type layer struct {
	conversion *conversion
	name       string         // of the service in that file
	key, node  *yamlfile.Node // the entry of the service
	dir        string         // that paths are relative to, from the root
	extended   bool           // brought by extends
}

// place returns the place of a node, the zero place if no file has it.
func (l layer) place(n *yamlfile.Node) workload.Place {
	if l.conversion == nil {
		return workload.Place{}
	}
	return placeOf(l.conversion.file, n)
}

// text returns the value of a scalar with variables replaced.
func (l layer) text(n *yamlfile.Node) string {
	r := n.Resolve()
	if r == nil || r.Kind != yamlfile.Scalar {
		return ""
	}
	s, err := l.conversion.unknowns.expand(r.Value, l.conversion.env.lookup)
	if err != nil {
		return ""
	}
	return s
}

// layers are those of a service; the last takes precedence.
type layers []layer

// visible returns the entries of the layers that set an attribute of the service and
// that no later one hides, from the first to the last.
func (ls layers) visible(attribute string) []entry {
	var list []entry
	for _, l := range slices.Backward(ls) {
		key, value := l.node.Get(attribute)
		if key != nil && tag(value) != "!reset" {
			list = append(list, entry{l, key, value})
		}
		if key != nil && (tag(value) == "!reset" || tag(value) == "!override") || tag(l.node) == "!override" {
			break
		}
	}
	slices.Reverse(list)
	return list
}

// last returns the entry of an attribute of the service that counts, a zero entry
// for none.
func (ls layers) last(attribute string) entry {
	if list := ls.visible(attribute); len(list) > 0 {
		return list[len(list)-1]
	}
	return entry{}
}

// parts returns the entries of the service.
func (ls layers) parts() (list []Part) {
	for _, l := range ls {
		list = append(list, Part{l.place(l.key), l.extended})
	}
	return list
}

// attributes returns the places of the attributes that count, by name.
func (ls layers) attributes() map[string]workload.Place {
	places := map[string]workload.Place{}
	for _, l := range ls {
		for key := range effective(l.node) {
			if at := ls.last(key.Resolve().Value); at.key != nil {
				places[key.Resolve().Value] = at.place(at.key)
			}
		}
	}
	return places
}

// tag returns the tag of a value.
func tag(n *yamlfile.Node) string {
	if r := n.Resolve(); r != nil {
		return r.Tag
	}
	return ""
}

// entry is an entry of a mapping in a layer.
type entry struct {
	layer
	key, value *yamlfile.Node
}
