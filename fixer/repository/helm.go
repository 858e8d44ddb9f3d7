package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads the templates of Helm charts with the values that the chart has itself, as
// far as it goes without a template engine: blocks whose condition is false are left out, all
// others are taken once, and what else a template computes is unknown (Helm documentation,
// "Chart Template Guide").

const (
	maxChartBlocks = 200 // blocks in one another
	// unknownToHelm stands for what a template computes.
	unknownToHelm = "__helm__"
)

var (
	helmControl = lazyregexp.New(`^\s*\{\{-?\s*(?:/\*.*|(if|else|end|range|with|define|block|include|template|toYaml|tpl|fail|\$\w+\s*:?=|\.|-)\b?(.*?))-?\}\}\s*$`)
	helmAction  = lazyregexp.New(`\{\{-?\s*(.*?)\s*-?\}\}`)
	helmValue   = lazyregexp.New(`^(?:quote\s+|int\s+|toString\s+)?\$?\.Values\.([\w.]+)(?:\s*\|\s*(?:quote|squote|int|toString|trim))*$`)
	helmYAML    = lazyregexp.New(`^\s*toYaml\s+(\$?\.[\w.]*)\s*\|\s*n?indent\s+(\d+)\s*$`)
	helmTruth   = lazyregexp.New(`^\s*(not\s+)?\$?\.Values\.([\w.]+)\s*$`)
)

// isTemplate reports whether a file is a template of a Helm chart.
func (r *reader) isTemplate(name string) (chart string, ok bool) {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" && r.exists[path.Join(path.Dir(dir), "Chart.yaml")] {
			return path.Dir(dir), true
		}
	}
	return "", false
}

// helm is a template under reading.
type helm struct {
	values *yaml.Node
	blocks []helmBlock
}

// helmBlock is an if, a with, a range or a definition.
type helmBlock struct {
	skipped bool
	known   bool // the condition
	dot     *yaml.Node
}

// rendered returns a template with what is known put in, line by line.
func (r *reader) rendered(name, chart string, text []byte) []byte {
	h := &helm{}
	if values, err := r.text(path.Join(chart, "values.yaml")); err == nil {
		if docs, err := documents(values); err == nil && len(docs) > 0 {
			h.values = docs[0]
		}
	}
	var out strings.Builder
	for l := range strings.Lines(string(text)) {
		l = strings.TrimRight(l, "\r\n")
		if !r.spend(name, 1) || out.Len() > maxFile {
			break
		}
		out.WriteString(h.line(l))
		out.WriteByte('\n')
	}
	return []byte(out.String())
}

// line returns what a line becomes.
func (h *helm) line(l string) string {
	if m := helmControl.FindStringSubmatch(l); m != nil {
		return h.control(m[1], m[2], l)
	}
	if h.skips() {
		return ""
	}
	return helmAction.ReplaceAllStringFunc(l, func(action string) string {
		body := helmAction.FindStringSubmatch(action)[1]
		if m := helmYAML.FindStringSubmatch(body); m != nil {
			return h.flow(m[1])
		}
		if m := helmValue.FindStringSubmatch(body); m != nil {
			if v := scalar(h.value(m[1])); v.text != "" && plainPath.MatchString(strings.ReplaceAll(v.text, ":", "")) {
				return v.text
			}
		}
		return unknownToHelm
	})
}

// control follows an action that has a line of its own.
func (h *helm) control(word, rest, l string) string {
	switch word {
	case "if", "with":
		b := helmBlock{dot: h.dot()}
		if m := helmTruth.FindStringSubmatch(rest); m != nil {
			v := h.value(m[2])
			b.known, b.skipped = true, isFalse(v) == (m[1] == "")
			if word == "with" {
				b.dot = v
			}
		}
		h.push(b)
	case "range", "block":
		h.push(helmBlock{})
	case "define":
		h.push(helmBlock{skipped: true})
	case "else":
		if n := len(h.blocks); n > 0 && h.blocks[n-1].known {
			h.blocks[n-1].skipped = !h.blocks[n-1].skipped
		}
	case "end":
		h.blocks = h.blocks[:max(0, len(h.blocks)-1)]
	case "toYaml":
		if m := helmYAML.FindStringSubmatch("toYaml" + rest); m != nil && !h.skips() {
			return strings.Repeat(" ", len(l)-len(strings.TrimLeft(l, " "))) + h.flow(m[1])
		}
	}
	return ""
}

func (h *helm) push(b helmBlock) {
	if len(h.blocks) < maxChartBlocks {
		h.blocks = append(h.blocks, b)
	}
}

func (h *helm) skips() bool {
	for _, b := range h.blocks {
		if b.skipped {
			return true
		}
	}
	return false
}

// dot returns what "." is.
func (h *helm) dot() *yaml.Node {
	if n := len(h.blocks); n > 0 {
		return h.blocks[n-1].dot
	}
	return nil
}

func (h *helm) value(dotted string) *yaml.Node {
	return get(h.values, strings.Split(dotted, ".")...)
}

// flow returns a value in one line, "" for an unknown one.
func (h *helm) flow(what string) string {
	n := h.dot()
	if dotted, ok := strings.CutPrefix(strings.TrimPrefix(what, "$"), ".Values."); ok {
		n = h.value(dotted)
	}
	if n == nil {
		return ""
	}
	styled := *n
	styled.Style = yaml.FlowStyle
	text, err := yaml.Marshal(&styled)
	if err != nil || len(text) > maxVariable {
		return ""
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// isFalse reports whether a value is empty in Helm's sense.
func isFalse(n *yaml.Node) bool {
	switch {
	case n == nil:
		return true
	case n.Kind == yaml.ScalarNode:
		return n.Value == "" || n.Value == "false" || n.Value == "0" || n.Tag == "!!null"
	}
	return len(n.Content) == 0
}
