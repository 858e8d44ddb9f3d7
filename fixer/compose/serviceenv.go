package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// maxVariables bounds the variables of all environment files of the services of a
// project: many may share a large file.
const maxVariables = 100_000

// variable returns the value of a variable or an argument; nil means the environment's
// value.
func (g *gathering) variable(l layer, name string, value *string) (string, bool) {
	if value == nil {
		if l.conversion == nil {
			return "", false
		}
		v, ok := l.conversion.env.lookup(name)
		if !ok {
			return "", false
		}
		value = &v
	}
	if isUnknown(*value) {
		return "", false
	}
	return *value, true
}

// environment returns the variables of env_file, overridden by those of environment.
func (g *gathering) environment() []workload.Variable {
	set := map[string]workload.Variable{}
	for _, v := range g.envFiles() {
		set[v.Name] = v
	}
	places := map[string]entry{}
	for _, at := range g.layers.visible("environment") {
		for name, n := range variables(at.layer, at.value) {
			places[name] = entry{at.layer, n, nil}
		}
	}
	for name, value := range g.config.Environment {
		v := workload.Variable{Name: name, Place: g.to.Place}
		at, ok := places[name]
		if ok {
			v.Place = at.place(at.key)
		}
		v.Value, v.Known = g.variable(at.layer, name, value)
		set[name] = v
	}
	var list []workload.Variable
	for _, name := range names(set) {
		list = append(list, set[name])
	}
	return list
}

// variables returns the places of the variables of an environment, in either form.
func variables(l layer, n *yamlfile.Node) map[string]*yamlfile.Node {
	places := map[string]*yamlfile.Node{}
	for key := range effective(n) {
		places[key.Resolve().Value] = key
	}
	for item := range n.Items() {
		name, _, _ := strings.Cut(l.text(item), "=")
		places[name] = item
	}
	return places
}

// envFiles returns the variables of the files of env_file; of equal names the last
// counts. A file that can't be read is a gap.
func (g *gathering) envFiles() []workload.Variable {
	var list []workload.Variable
	for _, at := range g.layers.visible("env_file") {
		items := []*yamlfile.Node{at.value}
		if r := at.value.Resolve(); r.Kind == yamlfile.Sequence {
			items = slices.Collect(r.Items())
		}
		for _, item := range items {
			name, required, raw := envFile(at.layer, item)
			file, err := resolve(at.dir, name)
			if err == nil && !required && !g.exists(file) {
				continue
			}
			g.to.Deployment.EnvFiles = append(g.to.Deployment.EnvFiles, g.unknowns.written(name))
			var own []workload.Variable
			if err == nil {
				own, err = g.envFile(at.layer, file, raw)
			}
			if err != nil && file != "" && !g.exists(file) {
				list = append(list, g.exampleOf(at.layer, file, raw)...)
			}
			if err != nil {
				g.gapAt(at.place(item), "env_file %s %v", g.unknowns.written(name), err)
				continue
			}
			list = append(list, own...)
		}
	}
	return list
}

// examples are the endings of files that show what a file holds that is not committed.
var examples = strings.Fields(".example .sample .dist .template")

// exampleOf returns the variables of an example of a file that is not there; none for none.
func (g *gathering) exampleOf(l layer, file string, raw bool) []workload.Variable {
	for _, ending := range examples {
		if !g.exists(file + ending) {
			continue
		}
		if list, err := g.envFile(l, file+ending, raw); err == nil {
			return list
		}
	}
	return nil
}

// envFile returns the parts of an item of env_file.
func envFile(l layer, n *yamlfile.Node) (name string, required, raw bool) {
	if n.Resolve().Kind == yamlfile.Scalar {
		return l.text(n), true, false
	}
	_, file := n.Get("path")
	_, needed := n.Get("required")
	_, format := n.Get("format")
	return l.text(file), !strings.EqualFold(l.text(needed), "false"), l.text(format) == "raw"
}

// envFile returns the variables of a file.
func (g *gathering) envFile(l layer, file string, raw bool) ([]workload.Variable, error) {
	list, err := g.assignments(file, raw)
	if err != nil {
		return nil, err
	}
	if g.variables -= len(list); g.variables < 0 {
		return nil, fmt.Errorf("is not read: more than %d variables of all services", maxVariables)
	}
	env, err := g.unknowns.assign(list, func(name string) (string, bool) {
		if v, ok := l.conversion.env.lookup(name); ok {
			return v, true
		}
		if v := g.config.Environment[name]; v != nil {
			return *v, true
		}
		return "", false
	})
	if err != nil {
		return nil, err
	}
	var vars []workload.Variable
	for _, a := range list {
		if v, ok := env[a.name]; ok {
			known := !isUnknown(v)
			if !known {
				v = ""
			}
			vars = append(vars, workload.Variable{Name: a.name, Value: v, Known: known, Place: workload.Place{File: file, Line: a.line, Col: 1}})
		}
	}
	return vars, nil
}
