package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// bakeTarget is a target of a bake file, without inherited values.
type bakeTarget struct {
	name     string
	place    workload.Place
	values   map[string]value // context, dockerfile, target, network
	args     []bakeArg
	inherits []string
	tags     []value
	platform []value
	unread   bool // a value of it is not a literal
}

type bakeArg struct {
	name string
	value
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
				t.json(field)
			}
			list = append(list, t)
		}
	}
	r.bake(name, list)
}

// json reads one field. An interpolation is an unknown value.
func (t *bakeTarget) json(field pair) {
	text := func(n *yaml.Node) value {
		v := scalar(n)
		v.known = v.known && !strings.Contains(v.text, "${")
		return v
	}
	var list []value
	for _, n := range items(field.value) {
		list = append(list, text(n))
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
		if !whole.has("dockerfile-inline") && r.spend(name, len(whole.args)+len(whole.tags)) {
			r.add(whole.build(path.Dir(name)))
		}
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

var (
	hclBlock  = lazyregexp.New(`^\s*(\w+)\s+"([^"]*)"\s*\{\s*$`)
	hclAssign = lazyregexp.New(`^\s*"?([\w.-]+)"?\s*[=:]\s*(.*)$`)
	hclText   = lazyregexp.New(`^"((?:[^"\\]|\\.)*)"\s*,?\s*(?:#.*|//.*)?$`)
	hclTexts  = lazyregexp.New(`"((?:[^"\\]|\\.)*)"`)
)

// bakeHCL reads the literal attributes of the targets of docker-bake.hcl: a text
// in double quotes, a list of them, args with a text each. The default of a
// variable is its value, as bake has it without an environment. Other values of a
// target are unknown.
func (r *reader) bakeHCL(name string, text []byte) {
	h := hcl{file: name, variables: map[string]value{}}
	number := 0
	for l := range strings.Lines(string(text)) {
		number++
		h.line(strings.TrimRight(l, "\r\n"), number)
	}
	r.bake(name, h.targets)
}

// hcl reads a bake file line by line.
type hcl struct {
	file      string
	targets   []*bakeTarget
	variables map[string]value
	kind      string // of the block that the line is in, "" for none
	variable  string
	depth     int // of braces and brackets in the block
	list      string
	items     []value // of a list that continues on the next line
	args      bool    // in args = {
}

func (h *hcl) line(text string, number int) {
	if strings.HasPrefix(strings.TrimSpace(text), "#") || strings.HasPrefix(strings.TrimSpace(text), "//") {
		return
	}
	if h.kind == "" {
		h.open(text, number)
		return
	}
	assign := hclAssign.FindStringSubmatch(text)
	switch {
	case h.list != "":
		h.elements(text)
	case h.args && assign != nil:
		t := h.targets[len(h.targets)-1]
		t.args = append(t.args, bakeArg{assign[1], h.text(assign[2])})
	case h.args:
		h.args = !strings.Contains(text, "}")
	case h.depth == 1 && assign != nil:
		h.attribute(assign[1], strings.TrimSpace(assign[2]))
	default:
		h.depth += brackets(text)
	}
	if h.depth <= 0 {
		h.kind = ""
	}
}

// open starts a block.
func (h *hcl) open(text string, number int) {
	block := hclBlock.FindStringSubmatch(text)
	if block == nil {
		return
	}
	h.kind, h.depth = block[1], 1
	switch block[1] {
	case "target":
		h.targets = append(h.targets, &bakeTarget{name: block[2], place: workload.Place{File: h.file, Line: number}, values: map[string]value{}})
	case "variable":
		h.variable = block[2]
	}
}

// attribute reads one of a block's own attributes.
func (h *hcl) attribute(key, text string) {
	if h.kind == "variable" && key == "default" {
		h.variables[h.variable] = h.text(text)
	}
	if h.kind != "target" {
		h.depth += brackets(text)
		return
	}
	t := h.targets[len(h.targets)-1]
	switch {
	case strings.HasPrefix(text, "["):
		h.list, h.items = key, []value{}
		h.elements(text[1:])
	case key == "args" && text == "{":
		h.args = true
	default:
		v := h.text(text)
		t.set(key, []value{v})
		t.unread = t.unread || !v.known && (key == "args" || key == "inherits")
		if n := brackets(text); !v.known {
			h.depth += n
		}
	}
}

// elements reads the elements of a list that are on one line.
func (h *hcl) elements(text string) {
	inside, _, ended := strings.Cut(hclTexts.ReplaceAllStringFunc(text, func(s string) string {
		return strings.NewReplacer("]", "\x00", "[", "\x01").Replace(s)
	}), "]")
	restored := strings.NewReplacer("\x00", "]", "\x01", "[").Replace(inside)
	for _, m := range hclTexts.FindAllString(restored, maxValues) {
		if len(h.items) < maxValues {
			h.items = append(h.items, h.text(m))
		}
	}
	if left := strings.Trim(hclTexts.ReplaceAllString(restored, ""), ", \t"); left != "" && !strings.HasPrefix(left, "#") && !strings.HasPrefix(left, "//") {
		h.items = append(h.items, value{})
	}
	if ended {
		h.targets[len(h.targets)-1].set(h.list, h.items)
		h.list = ""
	}
}

// text returns the value of a text in double quotes, with the known variables
// substituted, or of a variable.
func (h *hcl) text(s string) value {
	s = strings.TrimSpace(s)
	if v, ok := h.variables[strings.TrimSuffix(s, ",")]; ok {
		return v
	}
	m := hclText.FindStringSubmatch(s)
	if m == nil || strings.ContainsAny(m[1], `\%`) {
		return value{}
	}
	text, known := m[1], true
	for strings.Contains(text, "${") && known {
		before, rest, _ := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		v := h.variables[strings.TrimSpace(name)]
		known = closed && v.known && !strings.Contains(v.text, "${") && len(v.text)+len(text) <= maxVariable
		text = before + v.text + after
	}
	return value{text, known}
}

// brackets returns how many more braces and brackets a line opens than it closes,
// outside texts.
func brackets(text string) int {
	text = hclTexts.ReplaceAllString(text, "")
	text, _, _ = strings.Cut(text, "#")
	return strings.Count(text, "{") + strings.Count(text, "[") - strings.Count(text, "}") - strings.Count(text, "]")
}
