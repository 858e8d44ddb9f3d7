package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// conversion converts the nodes of a file to the values that compose-go merges, with
// variables replaced, as compose-go's loader does from bytes.
type conversion struct {
	file     string
	env      environment
	unknowns *unknowns

	// found on the way
	hidden [][]string                // paths of !reset and !override: earlier files do not count there
	gaps   map[string][]workload.Gap // by service: of attributes that are left out
	ports  map[string][]int          // by service: of ranges that are too wide for compose-go
	wide   int                       // the number of these ports
}

func (c *conversion) errorAt(n *yamlfile.Node, format string, args ...any) error {
	return &located{placeOf(c.file, n), fmt.Sprintf(format, args...)}
}

// value returns the value of a node at a path, and whether it counts.
func (c *conversion) value(n *yamlfile.Node, at []string) (value any, counts bool, err error) {
	r := n.Resolve()
	switch r.Tag {
	case "!reset":
		c.hidden = append(c.hidden, clone(at))
		return nil, false, nil
	case "!override":
		c.hidden = append(c.hidden, clone(at))
	}
	switch r.Kind {
	case yamlfile.Mapping:
		m := map[string]any{}
		if err := c.entries(r, at, m); err != nil {
			return nil, false, err
		}
		return m, c.whole(n, at, m), nil
	case yamlfile.Sequence:
		list := make([]any, 0, r.Len())
		for item := range r.Items() {
			v, ok, err := c.value(item, append(at, "[]"))
			if err != nil {
				return nil, false, err
			}
			if ok {
				list = append(list, v)
			}
		}
		return list, true, nil
	}
	return c.scalar(n, at)
}

func clone(path []string) []string { return append([]string(nil), path...) }

// entries stores the entries of a mapping, then those of its merge keys that it
// does not have itself.
func (c *conversion) entries(r *yamlfile.Node, at []string, into map[string]any) error {
	for key, value := range r.Entries() {
		k := key.Resolve()
		if k.Tag == "!!merge" {
			continue
		}
		if k.Kind != yamlfile.Scalar || k.Tag != "!!str" {
			return c.errorAt(key, "a key that is not a string")
		}
		if _, ok := into[k.Value]; ok || isExtension(at, k.Value) {
			continue
		}
		v, ok, err := c.value(value, append(at, k.Value))
		if err != nil {
			return err
		}
		if ok {
			into[k.Value] = v
		}
	}
	for from := range r.Merged() {
		if from.Kind != yamlfile.Mapping {
			return c.errorAt(from, "a merge key takes mappings only")
		}
		if err := c.entries(from, at, into); err != nil {
			return err
		}
	}
	return nil
}

// isExtension reports whether an entry is an extension of the file or of a
// service, which means nothing to docker compose.
func isExtension(at []string, key string) bool {
	return strings.HasPrefix(key, "x-") && (len(at) == 0 || len(at) == 2 && at[0] == "services")
}

// whole reports whether a mapping has what compose-go requires of it, after entries
// without a value were left out.
func (c *conversion) whole(n *yamlfile.Node, at []string, m map[string]any) bool {
	if len(at) != 4 || at[0] != "services" || at[2] != "ports" || m["target"] != nil {
		return true
	}
	if _, target := n.Get("target"); target == nil {
		return true // compose-go refuses it
	}
	c.gap(at[1], n, "ports: an entry without a known target")
	return false
}

// scalar returns the value of a scalar, cast to the type that compose-go has for
// a string at that path.
func (c *conversion) scalar(n *yamlfile.Node, at []string) (value any, counts bool, err error) {
	r := n.Resolve()
	if err := r.Decode(&value); err != nil {
		return nil, false, c.errorAt(n, "%s is no value of %s", r.Value, r.Tag)
	}
	s, ok := value.(string)
	if !ok {
		return value, true, nil
	}
	s, err = c.unknowns.expand(s, c.env.lookup)
	if err != nil {
		return nil, false, c.errorAt(n, "%v", err)
	}
	if len(at) == 4 && at[0] == "services" && at[2] == "ports" {
		return c.port(n, at[1], s)
	}
	cast := castFor(at)
	if isUnknown(s) && (cast != nil || !isRead(at)) {
		if isRead(at) {
			c.gap(at[1], n, "%s: %s has no value", at[2], c.unknowns.written(s))
		}
		return nil, false, nil
	}
	if cast == nil {
		return s, true, nil
	}
	value, err = cast(s)
	if err != nil {
		return nil, false, c.errorAt(n, "%s: %v", strings.Join(at, "."), err)
	}
	return value, true, nil
}

func (c *conversion) gap(service string, n *yamlfile.Node, format string, args ...any) {
	c.gaps[service] = append(c.gaps[service], workload.Gap{Place: placeOf(c.file, n), What: fmt.Sprintf(format, args...)})
}

// port returns an entry of ports in the short form. An unknown host part is left out,
// as only the container's counts; a wide range is kept separately.
func (c *conversion) port(n *yamlfile.Node, service, s string) (any, bool, error) {
	container := s[strings.LastIndexByte(s, ':')+1:]
	if isUnknown(container) {
		c.gap(service, n, "ports: %s has no value", c.unknowns.written(s))
		return nil, false, nil
	}
	if isUnknown(s) {
		s = container
	}
	if from, to, ok := portRange(container); ok && to-from >= maxPortRange {
		if c.wide += to - from; c.wide > maxPorts {
			return nil, false, c.errorAt(n, "more than %d ports", maxPorts)
		}
		c.ports[service] = appendRange(c.ports[service], from, to)
		return nil, false, nil
	}
	return s, true, nil
}

// readAttributes are the attributes of a service in which a string with an
// unknown part is kept, so that the rest of it can be read.
var readAttributes = map[string]bool{
	"image": true, "build": true, "user": true, "entrypoint": true, "command": true, "working_dir": true,
	"environment": true, "env_file": true, "volumes": true, "tmpfs": true, "configs": true, "secrets": true,
	"extends": true, "expose": true, "init": true, "volumes_from": true,
	"read_only": true, "cap_add": true, "cap_drop": true, "group_add": true, "security_opt": true,
}

// isRead reports whether the value at a path of a Compose file is read.
func isRead(at []string) bool {
	switch at[0] {
	case "services":
		return len(at) >= 3 && (readAttributes[at[2]] || isDependency(at))
	case "include":
		return true
	}
	return false
}

// isDependency reports whether the value at a path of a service is the name of another one, in the
// list of depends_on or of links.
func isDependency(at []string) bool {
	return len(at) == 4 && (at[2] == "depends_on" || at[2] == "links")
}
