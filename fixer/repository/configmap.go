package repository

import (
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads the ConfigMaps of Kubernetes, whose entries containers get as variables.

// configRef is a reference to a ConfigMap: to one of its keys, for a variable, or to all.
type configRef struct{ config, key, variable string }

// configMap records the data of a ConfigMap. Of those with one name the last counts: which
// of them a cluster has is not known.
func (r *reader) configMap(name string, object *yaml.Node) {
	var list []workload.Variable
	for _, p := range pairs(get(object, "data")) {
		if v := scalar(p.value); len(v.text) <= maxVariable && len(list) < maxValues && r.spend(name, 1) {
			list = append(list, workload.Variable{Name: p.key, Value: v.text, Known: v.known, Place: at(name, p.at)})
		}
	}
	if r.configMaps == nil {
		r.configMaps = map[string][]workload.Variable{}
	}
	r.configMaps[scalar(get(object, "metadata", "name")).text] = list
}

// configured gives a container the variables of its ConfigMaps. Those that the repository
// does not have are unknown ones.
func (r *reader) configured(d *run) {
	for _, ref := range d.configs {
		if ref.key != "" {
			d.variable(ref.variable, value{})
		}
		for _, v := range r.configMaps[ref.config] {
			if !r.spend(d.Place.File, 1) || len(d.Env) >= maxValues {
				return
			}
			switch {
			case ref.key == "":
				d.Env = append(d.Env, v)
			case ref.key == v.Name:
				v.Name = ref.variable
				d.Env[len(d.Env)-1] = v
			}
		}
	}
}
