package yamlfile

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// indexed is the number of keys above which a mapping gets an index.
const indexed = 8

// builder builds the nodes of a file from those of the parser.
type builder struct {
	file  *File
	nodes map[*yaml.Node]*Node // of anchors
	uses  int                  // nodes so far, each use of an anchor counted
	sizes map[*Node]int        // of what is anchored
}

// document returns the root of a document, null if it is empty.
func (b *builder) document(doc *yaml.Node) (*Node, error) {
	if len(doc.Content) == 0 {
		return nil, b.file.errorAt(b.file.lines.offset(doc.Line, doc.Column), Syntax, "a document without a value")
	}
	clear(b.nodes)
	b.sizes = map[*Node]int{}
	return b.node(doc.Content[0], 0)
}

// node builds a node and all below it. Aliases follow their anchors in a file, so that
// they find them; the size of an anchor is counted when it is complete.
func (b *builder) node(raw *yaml.Node, depth int) (*Node, error) {
	offset := b.file.lines.offset(raw.Line, raw.Column)
	n := &Node{Tag: raw.ShortTag(), Value: raw.Value, Anchor: raw.Anchor, Offset: offset, raw: raw}
	n.Line, n.Col = b.file.Position(offset)
	if depth > MaxDepth {
		return nil, b.file.errorAt(offset, TooDeep, errDepth.Error())
	}
	before := b.uses
	if err := b.count(offset, 1); err != nil {
		return nil, err
	}
	if n.Anchor != "" {
		b.nodes[raw] = n
	}
	var err error
	switch raw.Kind {
	case yaml.AliasNode:
		n.Kind = Alias
		err = b.alias(n, raw)
	case yaml.SequenceNode:
		n.Kind = Sequence
		err = b.children(n, raw, depth)
	case yaml.MappingNode:
		n.Kind = Mapping
		if err = b.children(n, raw, depth); err == nil {
			err = b.keys(n)
		}
	}
	if err != nil {
		return nil, err
	}
	if n.Anchor != "" {
		b.sizes[n] = b.uses - before
	}
	return n, nil
}

func (b *builder) children(n *Node, raw *yaml.Node, depth int) error {
	n.content = make([]*Node, len(raw.Content))
	for i, c := range raw.Content {
		child, err := b.node(c, depth+1)
		if err != nil {
			return err
		}
		n.content[i] = child
	}
	return nil
}

// alias connects an alias to its anchor, and counts what that adds.
func (b *builder) alias(n *Node, raw *yaml.Node) error {
	n.target = b.nodes[raw.Alias]
	size, complete := b.sizes[n.target]
	if !complete {
		return b.file.errorAt(n.Offset, Cycle, fmt.Sprintf("anchor %q contains an alias to itself", n.Value))
	}
	n.Tag = n.target.Tag
	return b.count(n.Offset, size)
}

func (b *builder) count(offset, size int) error {
	if b.uses += size; b.uses > MaxNodes {
		return b.file.errorAt(offset, TooLarge, fmt.Sprintf("more than %d values, each use of an anchor counted", MaxNodes))
	}
	return nil
}

// keys refuses duplicate keys and those of templates, and indexes the keys of a large
// mapping.
func (b *builder) keys(n *Node) error {
	seen := make(map[string]int, len(n.content)/2)
	for i := 0; i < len(n.content); i += 2 {
		key := n.content[i]
		k := key.Resolve()
		if k.Kind != Scalar {
			if bytes.HasPrefix(b.file.src[n.Offset:], []byte("{{")) {
				return b.file.errorAt(n.Offset, Template, "a template, which is not YAML until it is rendered")
			}
			continue
		}
		if first, ok := seen[k.Value]; ok {
			line := n.content[first].Line
			return b.file.errorAt(key.Offset, DuplicateKey, fmt.Sprintf("key %q is in line %d already", k.Value, line))
		}
		seen[k.Value] = i
	}
	if len(seen) > indexed {
		n.index = seen
	}
	return nil
}
