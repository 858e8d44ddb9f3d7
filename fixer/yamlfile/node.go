package yamlfile

import (
	"iter"

	"go.yaml.in/yaml/v4"
)

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Sequence
	Mapping
	Alias
)

// Node is a value of a file. Callers must not change nodes.
type Node struct {
	Kind   Kind
	Tag    string // "!!str", "!!int", "!!null", "!!map", "!reset"; for an alias, of its target
	Value  string // of a scalar, without quotes and escapes; the name of an alias
	Anchor string // without "&"; "" for none

	// Where the node starts in the bytes: at its anchor or tag if it has one, at
	// the quote, the "|", the first dash, the first key. A value that is left
	// out has the place where it would be.
	Offset    int
	Line, Col int // from 1, Col in bytes; a byte order mark is no column

	target  *Node   // of an alias
	content []*Node // items of a sequence; keys and values of a mapping, in turn
	index   map[string]int
	raw     *yaml.Node
}

// Resolve returns the node that an alias means, and n for any other node. It returns
// nil for nil.
func (n *Node) Resolve() *Node {
	if n != nil && n.Kind == Alias {
		return n.target
	}
	return n
}

// IsNull reports whether n is nil, left out, or null in one of its spellings.
func (n *Node) IsNull() bool {
	r := n.Resolve()
	return r == nil || r.Kind == Scalar && r.Tag == "!!null"
}

// Len returns the number of items of a sequence or of entries of a mapping, 0
// for a scalar.
func (n *Node) Len() int {
	switch r := n.Resolve(); {
	case r == nil:
		return 0
	case r.Kind == Mapping:
		return len(r.content) / 2
	default:
		return len(r.content)
	}
}

// Index returns item i of a sequence, from 0, as written: an alias is returned as
// alias. It returns nil if there is no such item.
func (n *Node) Index(i int) *Node {
	r := n.Resolve()
	if r == nil || r.Kind != Sequence || i < 0 || i >= len(r.content) {
		return nil
	}
	return r.content[i]
}

// Items yields the items of a sequence, as written.
func (n *Node) Items() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for i := range n.Len() {
			if item := n.Index(i); item == nil || !yield(item) {
				return
			}
		}
	}
}

// Entries yields the keys and values of a mapping in the order of the file, as
// written: "<<" is a key like any other.
func (n *Node) Entries() iter.Seq2[*Node, *Node] {
	return func(yield func(key, value *Node) bool) {
		r := n.Resolve()
		if r == nil || r.Kind != Mapping {
			return
		}
		for i := 0; i+1 < len(r.content); i += 2 {
			if !yield(r.content[i], r.content[i+1]) {
				return
			}
		}
	}
}

// Get returns the key and the value of the entry of that name in a mapping, as
// written: its own entries come before those of its merge keys ("<<"), and of these
// the first counts. Both are nil if there is none.
func (n *Node) Get(name string) (key, value *Node) {
	return n.get(name, map[*Node]bool{})
}

// get is Get without the mappings that were searched already.
func (n *Node) get(name string, seen map[*Node]bool) (key, value *Node) {
	r := n.Resolve()
	if r == nil || r.Kind != Mapping || seen[r] {
		return nil, nil
	}
	if i, ok := r.find(name); ok {
		return r.content[i], r.content[i+1]
	}
	seen[r] = true
	for from := range r.Merged() {
		if key, value = from.get(name, seen); key != nil {
			return key, value
		}
	}
	return nil, nil
}

// find returns the position of the key of that name in the content of n.
func (n *Node) find(name string) (int, bool) {
	if n.index != nil {
		i, ok := n.index[name]
		return i, ok
	}
	for i := 0; i < len(n.content); i += 2 {
		if k := n.content[i].Resolve(); k.Kind == Scalar && k.Value == name {
			return i, true
		}
	}
	return 0, false
}

// Merged yields the mappings that the merge key of a mapping names; earlier ones take
// precedence.
func (n *Node) Merged() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		r := n.Resolve()
		if r == nil || r.Kind != Mapping {
			return
		}
		i, ok := r.find("<<")
		if !ok || r.content[i].Tag != "!!merge" {
			return
		}
		switch from := r.content[i+1].Resolve(); from.Kind {
		case Mapping:
			yield(from)
		case Sequence:
			for item := range from.Items() {
				if !yield(item.Resolve()) {
					return
				}
			}
		}
	}
}

// Decode stores the value of a scalar in v as the YAML parser does: a bool, an
// int, a float64, nil, a string, a time.Time for a *any.
func (n *Node) Decode(v any) error {
	return n.raw.Decode(v)
}
