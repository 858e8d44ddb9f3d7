package yamlfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Value is a value to be written into a file. The zero Value is the empty string.
type Value struct {
	kind    Kind
	tag     string // of a scalar; "" for a string
	text    string
	quote   byte    // of a string: '"' or '\'', 0 for none where it needs none
	entries []Entry // of a mapping
	items   []Value // of a sequence
}

// Entry is an entry of a mapping to be written.
type Entry struct {
	Key   string
	Value Value
}

// String returns the value of a string. It is written without quotes where every YAML
// parser reads it as that string, and otherwise in double quotes.
func String(s string) Value { return Value{text: s} }

// Quoted returns the value of a string that is written in double quotes, as people write
// what looks like a number: "1000:1000".
func Quoted(s string) Value { return Value{text: s, quote: '"'} }

// Int returns the value of an integer.
func Int(i int) Value { return Value{tag: "!!int", text: strconv.Itoa(i)} }

// Bool returns the value of true or false.
func Bool(b bool) Value { return Value{tag: "!!bool", text: strconv.FormatBool(b)} }

// List returns the value of a sequence. It is written in block style, and as [] where it
// is empty.
func List(items ...Value) Value { return Value{kind: Sequence, items: items} }

// Map returns the value of a mapping. It is written in block style, and as {} where it is
// empty.
func Map(entries ...Entry) Value { return Value{kind: Mapping, entries: entries} }

// plain matches the strings that mean the same in YAML 1.1 and 1.2, in block and, without
// their commas and colons, in flow style. What starts with a digit may be a number, a date or a
// sexagesimal.
var plain = regexp.MustCompile(`^[A-Za-z/](?:[\w./=,@%+-]|:[\w./=,@%+-])*$`)

// words are what YAML 1.1 reads as a boolean or as null.
var words = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

// scalar returns the text of a scalar.
func (v Value) scalar(flow bool) string {
	switch {
	case v.tag != "", v.quote == 0 && plain.MatchString(v.text) && !slices.Contains(words, strings.ToLower(v.text)) && !(flow && strings.ContainsAny(v.text, ",:")):
		return v.text
	case v.quote == '\'' && !strings.ContainsFunc(v.text, func(r rune) bool { return r == '\'' || r < ' ' || r > '~' }):
		return "'" + v.text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range v.text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r >= 0x7f && !strconv.IsPrint(r):
			q := strconv.QuoteRuneToASCII(r) // '\n', '\u2028': of the escapes, all are YAML's too
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// style is how the values of a file are laid out.
type style struct {
	step int // by which a mapping is deeper than its key
	dash int // by which the dashes of a sequence are deeper than its key
}

// entry returns the lines of "key: value", the first of them without an indentation, for a
// key at column indent.
func (v Value) entry(key string, indent int, s style) []string {
	key = String(key).scalar(false) + ":"
	switch {
	case v.kind == Mapping && len(v.entries) > 0:
		return append([]string{key}, v.block(indent+s.step, s, true)...)
	case v.kind == Sequence && len(v.items) > 0:
		return append([]string{key}, v.block(indent+s.dash, s, true)...)
	}
	return []string{key + " " + v.inline(false)}
}

// inline returns a scalar, and what is empty, as it is written after a key or a dash.
func (v Value) inline(flow bool) string {
	switch v.kind {
	case Mapping:
		return "{}"
	case Sequence:
		return "[]"
	}
	return v.scalar(flow)
}

// block returns the lines of a mapping or a sequence at column indent. The first one is
// indented only if indented is set.
func (v Value) block(indent int, s style, indented bool) (lines []string) {
	add := func(first string, more []string) {
		if indented || len(lines) > 0 {
			first = strings.Repeat(" ", indent) + first
		}
		lines = append(append(lines, first), more...)
	}
	for _, e := range v.entries {
		l := e.Value.entry(e.Key, indent, s)
		add(l[0], l[1:])
	}
	for _, item := range v.items {
		l := item.item(indent, s)
		add(l[0], l[1:])
	}
	return lines
}

// item returns the lines of "- value" for a dash at column indent.
func (v Value) item(indent int, s style) []string {
	if len(v.entries) == 0 && len(v.items) == 0 {
		return []string{"- " + v.inline(false)}
	}
	l := v.block(indent+len("- "), s, false)
	return append([]string{"- " + l[0]}, l[1:]...)
}

// is reports whether a node that was parsed is the value.
func (v Value) is(n *Node, flow bool) bool {
	if n.Kind != v.kind || n.Anchor != "" {
		return false
	}
	switch v.kind {
	case Mapping:
		if n.Tag != "!!map" || n.Len() != len(v.entries) {
			return false
		}
		for i, e := range v.entries {
			if !String(e.Key).is(n.content[2*i], false) || !e.Value.is(n.content[2*i+1], false) {
				return false
			}
		}
		return true
	case Sequence:
		return n.Tag == "!!seq" && n.Len() == len(v.items) &&
			!slices.ContainsFunc(indexes(v.items), func(i int) bool { return !v.items[i].is(n.content[i], false) })
	}
	tag := v.tag
	if tag == "" {
		tag = "!!str"
	}
	var style yaml.Style
	switch v.scalar(flow)[0] {
	case '"':
		style = yaml.DoubleQuotedStyle
	case '\'':
		style = yaml.SingleQuotedStyle
	}
	return n.Tag == tag && n.Value == v.text && n.raw.Style == style
}

func indexes[T any](list []T) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}
