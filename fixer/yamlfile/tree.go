package yamlfile

import "go.yaml.in/yaml/v4"

// tree is the order of all nodes of a file, and what is above each.
type tree struct {
	order  []*Node         // as they start in the file
	index  map[*Node]int   // in order
	size   []int           // of the subtree of each node of order, itself included
	parent []int           // in order; -1 for a root
	slot   []int           // in the content of the parent
	used   map[*Node]*Node // of an anchor, the first alias that means it
}

func newTree(documents []*Node) *tree {
	t := &tree{index: map[*Node]int{}, used: map[*Node]*Node{}}
	var walk func(n *Node, parent, slot int)
	walk = func(n *Node, parent, slot int) {
		i := len(t.order)
		t.order = append(t.order, n)
		t.index[n] = i
		t.size = append(t.size, 0)
		t.parent = append(t.parent, parent)
		t.slot = append(t.slot, slot)
		if n.Kind == Alias && t.used[n.target] == nil {
			t.used[n.target] = n
		}
		for k, c := range n.content {
			walk(c, i, k)
		}
		t.size[i] = len(t.order) - i
	}
	for _, d := range documents {
		walk(d, -1, 0)
	}
	return t
}

// last returns the last node of the subtree of n.
func (t *tree) last(n *Node) *Node {
	i := t.index[n]
	return t.order[i+t.size[i]-1]
}

// next returns the first node after the subtree of n, nil at the end of the file.
func (t *tree) next(n *Node) *Node {
	i := t.index[n]
	if i += t.size[i]; i < len(t.order) {
		return t.order[i]
	}
	return nil
}

// anchor returns the node at or above n that has an anchor, and an alias that means it;
// nil where a change of n changes nothing elsewhere.
func (t *tree) anchor(n *Node) (anchored, alias *Node) {
	for i := t.index[n]; i >= 0; i = t.parent[i] {
		if alias := t.used[t.order[i]]; alias != nil {
			return t.order[i], alias
		}
	}
	return nil, nil
}

// valueOf returns the value of the entry that n is the key of, nil for any other node.
func (t *tree) valueOf(n *Node) *Node {
	i := t.index[n]
	if t.parent[i] < 0 {
		return nil
	}
	if parent := t.order[t.parent[i]]; parent.Kind == Mapping && t.slot[i]%2 == 0 {
		return parent.content[t.slot[i]+1]
	}
	return nil
}

// inFlow reports whether n is part of a collection in flow style.
func (t *tree) inFlow(n *Node) bool {
	for i := t.parent[t.index[n]]; i >= 0; i = t.parent[i] {
		if t.order[i].raw.Style&yaml.FlowStyle != 0 {
			return true
		}
	}
	return false
}
