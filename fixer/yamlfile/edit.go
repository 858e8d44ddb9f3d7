package yamlfile

import (
	"bytes"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"go.yaml.in/yaml/v4"
)

// meaning is what an edit does to the tree: it adds values to the content of a node, or
// puts one in the place of a node.
type meaning struct {
	file  *File
	node  *Node
	at    int // where in the content, for what is added
	key   string
	added bool // an entry or an item
	value Value
	flow  bool
	depth int // the column of what is added
}

// AddEntry returns the edit that adds an entry to a mapping: after the last of its entries
// that have one of the names in after, or after all where it has none of them. It returns
// a [*RefusedError] where the mapping cannot be edited, or has the key.
func (f *File) AddEntry(m *Node, key string, v Value, after ...string) (document.Edit, error) {
	if err := f.Editable(m); err != nil {
		return document.Edit{}, err
	}
	switch k, _ := m.own(key); {
	case m.Kind != Mapping || m.Len() == 0:
		return document.Edit{}, refuse(m, "it is no mapping with entries")
	case k != nil:
		return document.Edit{}, refuse(m, "it has the key %s", key)
	}
	i := len(m.content) - 2
	for j := 0; j < len(m.content); j += 2 {
		for _, name := range after {
			if m.content[j].Value == name && m.content[j].Kind == Scalar {
				i = j
			}
		}
	}
	column, err := f.column(m.content[0].Offset)
	if err != nil {
		return document.Edit{}, refuse(m, "%v", err)
	}
	for j := 0; j < len(m.content); j += 2 {
		if _, ok := f.colon(m.content[j]); !ok {
			return document.Edit{}, refuse(m, "the key in line %d is not a simple one", m.content[j].Line)
		}
	}
	e, err := f.endOf(m.content[i], m.content[i+1], column)
	if err != nil {
		return document.Edit{}, err
	}
	lines := v.entry(key, column, f.layout())
	lines[0] = strings.Repeat(" ", column) + lines[0]
	return f.edit(e, lines, m.content[i], meaning{node: m, at: i + 2, key: key, value: v, added: true, depth: column}), nil
}

// AddItem returns the edit that adds an item after all others of a sequence, which is in
// block style, or in flow style on one line. It returns a [*RefusedError] where the
// sequence cannot be edited.
func (f *File) AddItem(s *Node, v Value) (document.Edit, error) {
	if err := f.Editable(s); err != nil {
		return document.Edit{}, err
	}
	if s.Kind != Sequence || len(s.content) == 0 {
		return document.Edit{}, refuse(s, "it is no list with items")
	}
	if s.raw.Style&yaml.FlowStyle != 0 {
		return f.addFlow(s, v)
	}
	if f.src[s.Offset] != '-' {
		return document.Edit{}, refuse(s, "the list has a tag")
	}
	column, err := f.column(s.Offset)
	if err != nil {
		return document.Edit{}, refuse(s, "%v", err)
	}
	last := s.content[len(s.content)-1]
	e, err := f.endOf(s, last, column)
	if err != nil {
		return document.Edit{}, err
	}
	lines := v.item(column, f.layout())
	lines[0] = strings.Repeat(" ", column) + lines[0]
	return f.edit(e, lines, last, meaning{node: s, at: len(s.content), value: v, added: true, depth: column}), nil
}

// as returns a string in the quotes of a scalar.
func (v Value) as(n *Node) Value {
	switch {
	case v.tag != "" || v.quote != 0:
	case n.raw.Style&yaml.DoubleQuotedStyle != 0:
		v.quote = '"'
	case n.raw.Style&yaml.SingleQuotedStyle != 0:
		v.quote = '\''
	}
	return v
}

// addFlow adds a scalar to a list such as [a, b], in the quotes of its last one.
func (f *File) addFlow(s *Node, v Value) (document.Edit, error) {
	last := s.content[len(s.content)-1]
	at, ok := f.scalarEnd(last)
	if v.kind != Scalar || !ok || f.yamlLine(s.Offset) != f.yamlLine(last.Offset) {
		return document.Edit{}, refuse(s, "the list is in flow style ([…]), and not of simple values on one line")
	}
	v = v.as(last)
	rest := f.src[at:f.lineEndAfter(at)]
	text := ", " + v.scalar(true)
	trimmed := bytes.TrimLeft(rest, " \t")
	if bytes.HasPrefix(trimmed, []byte(",")) { // [a, b,]
		at += len(rest) - len(trimmed) + 1
		trimmed = bytes.TrimLeft(trimmed[1:], " \t")
		text = " " + v.scalar(true)
	}
	if !bytes.HasPrefix(trimmed, []byte("]")) {
		return document.Edit{}, refuse(s, "the list is in flow style ([…]), and not of simple values on one line")
	}
	return document.Edit{
		Span: document.Span{Start: at, End: at}, Text: text, Role: document.Changes, Anchor: document.Span{Start: s.Offset, End: at},
		Meaning: &meaning{file: f, node: s, at: len(s.content), value: v, added: true, flow: true},
	}, nil
}

// SetValue returns the edit that puts a value in the place of that of an entry, which is a
// scalar on one line, {}, [] or left out; a scalar keeps its quotes. It returns a
// [*RefusedError] where the value cannot be edited.
func (f *File) SetValue(key, old *Node, v Value) (document.Edit, error) {
	if err := f.Editable(old); err != nil {
		return document.Edit{}, err
	}
	flow := f.tree().inFlow(key)
	start, stop, ok := f.replaceable(key, old)
	if !ok || old.Anchor != "" || flow && len(v.entries)+len(v.items) > 0 {
		return document.Edit{}, refuse(old, "its value in line %d is not a simple one", old.Line)
	}
	if v.kind == Scalar {
		v = v.as(old)
	}
	text := " " + v.inline(flow)
	if len(v.entries)+len(v.items) > 0 {
		column, err := f.column(key.Offset)
		if err != nil {
			return document.Edit{}, refuse(old, "%v", err)
		}
		lines := v.entry("", column, f.layout())[1:]
		lineEnd := f.lineEndAfter(stop)
		text = string(f.src[stop:lineEnd]) + f.eol() + strings.Join(lines, f.eol())
		stop = lineEnd
	}
	return document.Edit{
		Span: document.Span{Start: start, End: stop}, Text: text, Role: document.Changes,
		Anchor: document.Span{Start: key.Offset, End: stop}, Meaning: &meaning{file: f, node: old, value: v, flow: flow},
	}, nil
}

// replaceable returns the bytes from after the colon of an entry to the end of its value.
func (f *File) replaceable(key, old *Node) (start, stop int, ok bool) {
	if start, ok = f.colon(key); !ok {
		return 0, 0, false
	}
	start++
	line := f.src[start:f.lineEndAfter(start)]
	value := bytes.TrimLeft(line, " \t")
	switch at := start + len(line) - len(value); {
	case len(value) == 0, value[0] == '#':
		return start, start, old.IsNull() && old.Value == ""
	case at != old.Offset:
		return 0, 0, false
	case old.Kind == Scalar:
		stop, ok = f.scalarEnd(old)
		return start, stop, ok
	default:
		empty := map[Kind]string{Mapping: "{}", Sequence: "[]"}[old.Kind]
		return start, at + len(empty), bytes.HasPrefix(value, []byte(empty))
	}
}

// colon returns the offset of the colon after a key that is a scalar on one line.
func (f *File) colon(key *Node) (offset int, ok bool) {
	end, ok := f.scalarEnd(key)
	rest := f.src[end:f.lineEndAfter(end)]
	at := len(rest) - len(bytes.TrimLeft(rest, " \t"))
	return end + at, ok && at < len(rest) && rest[at] == ':'
}

// scalarEnd returns the offset after a scalar that is written on one line as it is read,
// apart from its quotes.
func (f *File) scalarEnd(n *Node) (offset int, ok bool) {
	if n.Kind != Scalar || n.raw.Style&(yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 || n.Anchor != "" {
		return 0, false
	}
	if e := f.extent(n); e.end > 0 {
		return e.end, f.yamlLine(e.start) == f.yamlLine(e.end-1)
	}
	return n.Offset + len(n.Value), n.Value != "" && bytes.HasPrefix(f.src[n.Offset:], []byte(n.Value))
}

func (f *File) edit(e end, lines []string, anchor *Node, m meaning) document.Edit {
	m.file = f
	return document.Edit{
		Span: document.Span{Start: e.offset, End: e.offset}, Text: e.insert(lines), Role: document.InsertsAfter,
		Anchor: document.Span{Start: anchor.Offset, End: e.offset}, Meaning: &m,
	}
}
