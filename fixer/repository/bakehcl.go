package repository

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	hclBlock  = lazyregexp.New(`^\s*(\w+)\s+"([^"]*)"\s*\{\s*$`)
	hclAssign = lazyregexp.New(`^\s*"?([\w.-]+)"?\s*[=:]\s*(.*)$`)
	hclEntry  = lazyregexp.New(`(?:"((?:[^"\\]|\\.)*)"|([\w.-]+))\s*[=:]\s*("(?:[^"\\]|\\.)*"|[^",{}#\s]+)`)
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
	object    string  // "args" or "contexts" between its braces, "" elsewhere
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
	case h.object != "":
		h.entries(text, number)
	case h.depth == 1 && assign != nil:
		h.attribute(assign[1], strings.TrimSpace(assign[2]), number)
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
func (h *hcl) attribute(key, text string, number int) {
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
	case (key == "args" || key == "contexts") && strings.HasPrefix(text, "{"):
		h.object = key
		h.entries(text[1:], number)
	default:
		v := h.text(text)
		t.set(key, []value{v})
		t.unread = t.unread || !v.known && (key == "args" || key == "inherits")
		if n := brackets(text); !v.known {
			h.depth += n
		}
	}
}

// entries reads the entries of an object that are on one line. What is not a literal is
// unknown.
func (h *hcl) entries(text string, number int) {
	t := h.targets[len(h.targets)-1]
	rest := text
	for _, m := range hclEntry.FindAllStringSubmatchIndex(text, maxValues) {
		key := text[max(m[2], m[4]):max(m[3], m[5])]
		rest = text[m[1]:]
		if h.object == "contexts" {
			t.contexts = append(t.contexts, bakeContext{key, h.text(text[m[6]:m[7]]).text, workload.Place{File: h.file, Line: number}})
			continue
		}
		t.args = append(t.args, bakeArg{key, h.text(text[m[6]:m[7]])})
	}
	rest, _, _ = strings.Cut(hclTexts.ReplaceAllString(rest, ""), "#")
	if strings.Contains(rest, "}") {
		h.object = ""
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
