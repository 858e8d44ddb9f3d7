package rootfs

import (
	"io/fs"
	"slices"
	"strings"
)

// id is the number of a path, an index into tree.nodes.
type id int32

const root id = 0

// none ends a list of entries.
const none int32 = -1

// key is a name in a directory.
type key struct {
	dir  id
	name string
}

// node is a path. Its entries are those of all layers, newest first.
type node struct {
	parent      id // the root's is the root
	name        string
	first, last int32
}

// entry is a path in one layer. A layer has at most one for a path.
type entry struct {
	layer   uint16
	kind    kind
	flags   flags
	mode    fs.FileMode
	link    int32 // index into tree.links
	next    int32 // the same path in an older layer
	ordinal int32 // of the header, in the layer
}

type flags uint8

const (
	// isRemoved: lower layers' entries don't count, nor does what is below them.
	isRemoved flags = 1 << iota
	// isOpaque: those below this directory don't count either.
	isOpaque
	// isImplied: the directory had no entry yet when something in it had one.
	isImplied
	// isStated: the directory has an entry of its own.
	isStated
	// isUsed: the directory contains something, or a mark.
	isUsed
	// isLoose: a directory on the way, or this one, is implied.
	isLoose
	// isBig: the content is larger than allowed.
	isBig
	// isCapable: the file has capabilities of its own.
	isCapable
)

func (f flags) has(g flags) bool { return f&g != 0 }

// tree has the entries of all layers that were read, each as if unpacked alone.
type tree struct {
	max      limits
	nodes    []node
	entries  []entry
	links    []string
	children map[key]id

	layer int // the current one, counted from 1; those below it are unread
	count int // against limits.entries
	bytes int // against limits.names
	steps int // against limits.steps
	doubts

	// torn: runtimes fail to unpack the layer, or don't agree on it as a whole.
	torn bool

	// implies: there are implied directories in this layer.
	implies bool

	// The last directory that was looked up, since most entries follow their siblings.
	lastName string
	lastDir  id
}

func newTree(max limits) *tree {
	return &tree{
		max:      max,
		nodes:    []node{{parent: root, first: none, last: none}},
		children: map[key]id{},
		doubts:   newDoubts(),
	}
}

// begin starts the layer l.
func (t *tree) begin(l int) {
	t.layer, t.implies = l, false
	t.lastName, t.lastDir = "", root
	t.append(root, entry{kind: directory})
}

// append adds an entry of this layer to a path that has none.
func (t *tree) append(n id, e entry) int32 {
	e.layer, e.next = uint16(t.layer), none
	i := int32(len(t.entries))
	t.entries = append(t.entries, e)
	if p := &t.nodes[n]; p.last == none {
		p.first, p.last = i, i
	} else {
		t.entries[p.last].next, p.last = i, i
	}
	return i
}

// own returns this layer's entry for a path, or none.
func (t *tree) own(n id) int32 {
	if i := t.nodes[n].last; i != none && int(t.entries[i].layer) == t.layer {
		return i
	}
	return none
}

// child returns the path of a name in a directory, and adds it if it is new.
func (t *tree) child(dir id, name string) (id, error) {
	if n, ok := t.children[key{dir, name}]; ok {
		return n, nil
	}
	if t.bytes += len(name); t.bytes > t.max.names {
		return root, exceeded(t.max.names, "bytes of names")
	}
	name = strings.Clone(name) // the rest of the path is not needed
	n := id(len(t.nodes))
	t.nodes = append(t.nodes, node{parent: dir, name: name, first: none, last: none})
	t.children[key{dir, name}] = n
	return n, nil
}

// tally counts what is kept, against the limits.
func (t *tree) tally() error {
	if t.count++; t.count > t.max.entries {
		return exceeded(t.max.entries, "entries")
	}
	return nil
}

// step counts n look-ups.
func (t *tree) step(n int) error {
	if t.steps += n; t.steps > t.max.steps {
		return exceeded(t.max.steps, "steps along paths")
	}
	return nil
}

// path returns the absolute path of a node.
func (t *tree) path(n id) string {
	if n == root {
		return "/"
	}
	var names []string
	for ; n != root; n = t.nodes[n].parent {
		names = append(names, t.nodes[n].name)
	}
	var b strings.Builder
	for _, name := range slices.Backward(names) {
		b.WriteByte('/')
		b.WriteString(name)
	}
	return b.String()
}
