package repository

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// documents parses a YAML file. Aliases are not expanded, so that there are no more
// nodes than in the text.
func documents(text []byte) (list []*yaml.Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	for len(list) < maxValues {
		var n yaml.Node
		switch err := d.Decode(&n); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return list, err
		}
		if len(n.Content) == 0 {
			continue
		}
		if nodes, aliases := count(&n); nodes*aliases > maxAliased {
			return list, errors.New("it has more aliases than are written by hand")
		}
		list = append(list, n.Content[0])
	}
	return list, fmt.Errorf("it has more than %d documents", maxValues)
}

// count returns how many nodes there are, and how many of them are aliases.
func count(root *yaml.Node) (nodes, aliases int) {
	for left := []*yaml.Node{root}; len(left) > 0; nodes++ {
		n := left[len(left)-1]
		left = append(left[:len(left)-1], n.Content...)
		if n.Kind == yaml.AliasNode {
			aliases++
		}
	}
	return nodes, aliases
}

// yaml parses a file. What can't be parsed is a gap, and the documents before it
// count.
func (r *reader) yaml(name string, text []byte) []*yaml.Node {
	list, err := documents(text)
	if err != nil {
		place := workload.Place{File: name}
		var load *yaml.LoadError
		if errors.As(err, &load) {
			place.Line, place.Col = load.Mark.Line, load.Mark.Column
		}
		r.gap(place, "not read: "+cause(err))
	}
	return list
}

// target returns the node that n means: for an alias, that of its anchor.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// maxMerges bounds the mappings that one lookup reaches by merge keys.
const maxMerges = 32

// get follows a path of keys, and returns nil if there is none.
func get(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = entry(n, key)
	}
	return target(n)
}

// entry returns the value of a key: the mapping's own, else that of the first
// mapping merged into it that has one (YAML, "Merge Key Language-Independent
// Type").
func entry(n *yaml.Node, key string) *yaml.Node {
	left := []*yaml.Node{n}
	for merges := 0; len(left) > 0 && merges <= maxMerges; merges++ {
		n, left = target(left[0]), left[1:]
		if n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		var merged []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			switch n.Content[i].Value {
			case key:
				return n.Content[i+1]
			case "<<":
				merged = []*yaml.Node{n.Content[i+1]}
				if m := target(n.Content[i+1]); m != nil && m.Kind == yaml.SequenceNode {
					merged = m.Content[:min(len(m.Content), maxMerges)]
				}
			}
		}
		left = append(merged[:len(merged):len(merged)], left...)
	}
	return nil
}

// pair is an entry of a mapping.
type pair struct {
	key   string
	at    *yaml.Node // the key's
	value *yaml.Node
}

// pairs returns the entries that a mapping has itself, in their order.
func pairs(n *yaml.Node) (list []pair) {
	if n = target(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, pair{n.Content[i].Value, n.Content[i], target(n.Content[i+1])})
	}
	return list
}

// items returns the elements of a sequence, or a scalar in place of one.
func items(n *yaml.Node) []*yaml.Node {
	n = target(n)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		return []*yaml.Node{n}
	}
	return nil
}

// scalar returns the text of a scalar: "" if it is null, missing or not a scalar. A
// template's is unknown.
func scalar(n *yaml.Node) value {
	if n = target(n); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return literal("")
	}
	return value{n.Value, !strings.Contains(n.Value, "{{") && !strings.Contains(n.Value, unknownToHelm)}
}

// at returns the place of a node.
func at(name string, n *yaml.Node) workload.Place {
	if n == nil {
		return workload.Place{File: name}
	}
	return workload.Place{File: name, Line: n.Line, Col: n.Column}
}

// inside returns the place of the first line of a scalar's text, and whether the lines
// of the text are those of the file.
func inside(name string, n *yaml.Node) (place workload.Place, block bool) {
	place = at(name, n)
	block = n.Style&yaml.LiteralStyle != 0
	if block {
		place.Line, place.Col = place.Line+1, 0
	}
	return place, block
}
