package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// bakeTarget is a target of a bake file, without inherited values.
type bakeTarget struct {
	name     string
	place    workload.Place
	values   map[string]value // context, dockerfile, target, network
	args     []bakeArg
	contexts []bakeContext
	inherits []string
	tags     []value
	platform []value
	unread   bool // a value of it is not a literal
}

type bakeArg struct {
	name string
	value
}

// bakeContext is the name of an image or stage that a target takes from elsewhere.
type bakeContext struct {
	name, source string
	place        workload.Place
}

// bakeJSON reads docker-bake.json with the YAML parser, whose nodes have positions.
func (r *reader) bakeJSON(name string, text []byte) {
	// A tab may not indent YAML, but is a blank in JSON.
	docs := r.yaml(name, []byte(strings.ReplaceAll(string(text), "\t", " ")))
	var list []*bakeTarget
	for _, doc := range docs {
		for _, p := range pairs(get(doc, "target")) {
			t := &bakeTarget{name: p.key, place: at(name, p.at), values: map[string]value{}}
			for _, field := range pairs(p.value) {
				t.json(name, field)
			}
			list = append(list, t)
		}
	}
	r.bake(name, list)
}

// json reads one field of a file. An interpolation is an unknown value.
func (t *bakeTarget) json(file string, field pair) {
	text := func(n *yaml.Node) value {
		v := scalar(n)
		v.known = v.known && !strings.Contains(v.text, "${")
		return v
	}
	var list []value
	for _, n := range items(field.value) {
		list = append(list, text(n))
	}
	if field.key == "contexts" {
		for _, c := range pairs(field.value) {
			t.contexts = append(t.contexts, bakeContext{c.key, text(c.value).text, at(file, c.at)})
		}
		return
	}
	if field.key == "args" {
		for _, a := range pairs(field.value) {
			t.args = append(t.args, bakeArg{a.key, text(a.value)})
		}
		return
	}
	t.set(field.key, list)
}

// set sets the values of one attribute.
func (t *bakeTarget) set(key string, list []value) {
	switch key {
	case "context", "dockerfile", "target", "dockerfile-inline", "network":
		if len(list) == 1 {
			t.values[key] = list[0]
		}
	case "inherits":
		for _, v := range list {
			t.inherits = append(t.inherits, v.text)
			t.unread = t.unread || !v.known
		}
	case "tags":
		t.tags = list
	case "platforms":
		t.platform = list
	}
}

// bake records the targets, each with what it inherits. It leaves out those that serve
// only as bases.
func (r *reader) bake(name string, list []*bakeTarget) {
	byName, inherited := map[string]*bakeTarget{}, map[string]bool{}
	for _, t := range list {
		byName[t.name] = t
		for _, other := range t.inherits {
			inherited[other] = true
		}
	}
	for _, t := range list {
		if inherited[t.name] && !t.has("context") && !t.has("dockerfile") && t.tags == nil {
			continue
		}
		whole := t.whole(byName)
		if !r.spend(name, len(whole.args)+len(whole.contexts)+len(whole.tags)) {
			continue
		}
		b := whole.build(path.Dir(name))
		if text := whole.or("dockerfile-inline", ""); whole.has("dockerfile-inline") {
			r.inline(b, text.text, whole.place)
			continue
		}
		r.add(b)
	}
}

func (t *bakeTarget) has(key string) bool {
	_, ok := t.values[key]
	return ok
}

// or returns the value of an attribute, or its default.
func (t *bakeTarget) or(key, without string) value {
	if v, ok := t.values[key]; ok {
		return v
	}
	return literal(without)
}

// build returns the build of a target in a bake file of that directory (docker
// documentation, "Bake file reference"): the context is relative to the directory,
// the Dockerfile to the context.
func (t *bakeTarget) build(dir string) build {
	b := build{}
	b.By, b.Place = "target "+t.name, t.place
	if t.unread {
		b.gap("not all of it is literal")
	}
	for _, a := range t.args {
		b.arg(a.name, a.value)
	}
	for _, c := range t.contexts {
		b.namedContext(c.name, c.source, c.place)
	}
	for _, tag := range t.tags {
		b.tag(tag)
	}
	if len(t.platform) == 1 {
		b.platforms(t.platform[0])
	}
	b.target(t.or("target", ""))
	b.network(t.or("network", "").text, t.place)
	context := t.or("context", ".")
	below, why := local(literal(dir), context)
	b.paths(literal(dir), context, value{below, why == ""}, t.or("dockerfile", ""))
	return b
}

// maxInherited bounds the targets that one target inherits from.
const maxInherited = 32

// whole returns the target with what it inherits: later entries of the list override
// earlier ones, and the target's own values override all.
func (t *bakeTarget) whole(byName map[string]*bakeTarget) *bakeTarget {
	w := &bakeTarget{name: t.name, place: t.place, values: map[string]value{}}
	seen := map[*bakeTarget]bool{}
	var take func(t *bakeTarget)
	take = func(t *bakeTarget) {
		if t == nil || seen[t] || len(seen) >= maxInherited {
			w.unread = w.unread || t == nil
			return
		}
		seen[t] = true
		for _, name := range t.inherits {
			take(byName[name])
		}
		for key, v := range t.values {
			w.values[key] = v
		}
		w.args = append(w.args, t.args[:min(len(t.args), maxValues)]...)
		w.contexts = append(w.contexts, t.contexts[:min(len(t.contexts), maxValues)]...)
		if t.tags != nil {
			w.tags = t.tags
		}
		if t.platform != nil {
			w.platform = t.platform
		}
		w.unread = w.unread || t.unread
	}
	take(t)
	return w
}
