package rootfs

import (
	"io/fs"
	"math"
)

// verdict is the result of a look-up.
type verdict uint8

const (
	missing verdict = iota // nothing is there, whatever else the layers contain
	isDir
	isLeaf  // anything else
	waiting // more has to be read
	tangled // runtimes don't agree; reading more doesn't help
)

// spot is a directory of the merged file system.
type spot struct {
	node id
	// floor is the oldest layer whose contents count here: zero is as good as one.
	floor int
	// base is the same for its own entry, which an opaque directory doesn't hide.
	base int
	// firm is the oldest layer whose contents are known to be here. Those of
	// older layers were unpacked into a directory that is only implied, and a
	// still older layer may have a link in its place.
	firm    int
	pending id // the directory that makes it so
	// knot: there is such a link.
	knot bool
}

// everything is a layer above all layers.
const everything = math.MaxUint16

// unfirm is the firm of a directory that no layer has an entry for.
const unfirm = math.MaxInt

// sealed reports whether all layers that count were read if floor is the oldest of
// them.
func (t *tree) sealed(floor int) bool { return max(floor, 1) > t.layer }

// top returns the root directory in the layers up to the given one.
func (t *tree) top(layer int) spot {
	s := spot{node: root}
	for i := t.nodes[root].first; i != none && s.floor == 0; i = t.entries[i].next {
		if e := &t.entries[i]; int(e.layer) <= layer && e.flags.has(isOpaque) {
			s.floor = int(e.layer)
		}
	}
	return s
}

// look finds a name in a directory in the layers up to the given one: a directory (the
// spot), a leaf (its entry), or neither.
func (t *tree) look(in spot, name string, layer int) (spot, int32, verdict) {
	out := spot{node: root, firm: unfirm}
	floor := in.floor // of the name itself; its contents may have a higher one
	first := -1       // the newest layer that has a directory
	implied := false
	t.steps++
	if n, ok := t.children[key{in.node, name}]; ok {
		out.node = n
		for i := t.nodes[n].first; i != none; i = t.entries[i].next {
			e := &t.entries[i]
			t.steps++
			l := int(e.layer)
			if l > layer {
				continue
			}
			if l < floor {
				break
			}
			switch {
			case e.kind == unset:
			case e.kind == directory:
				first = max(first, l)
				if implied = e.flags.has(isImplied); !implied {
					out.firm = l
				}
			case first < 0:
				return in, i, in.certain(l, isLeaf)
			default: // the directory replaced something else
				out.knot = implied
				floor = l
			}
			if e.flags.has(isOpaque) {
				out.floor = max(out.floor, l)
			}
			if e.flags.has(isRemoved) {
				floor = l
			}
		}
	}
	out.floor, out.base = max(out.floor, floor), floor
	switch {
	case first >= 0:
		if implied && !out.knot && t.sealed(floor) {
			out.firm = 0
		}
		out.inherit(in)
		return out, none, out.certain(first, isDir)
	case in.knot:
		return in, none, tangled
	case t.sealed(floor):
		return in, none, missing
	}
	return in, none, waiting
}

// inherit adds the uncertainty of the directory that contains this one.
func (s *spot) inherit(in spot) {
	s.pending = s.node
	if in.firm >= s.firm {
		s.firm, s.pending = in.firm, in.pending
	}
	s.knot = s.knot || in.knot
}

// certain returns v if the contents of the layer are known to be in this
// directory.
func (s *spot) certain(layer int, v verdict) verdict {
	switch {
	case layer >= s.firm:
		return v
	case s.knot:
		return tangled
	}
	return waiting
}

// dirMode returns the mode of a directory, which is that of the newest entry. A
// directory that is only implied has the mode that runtimes give it.
func (t *tree) dirMode(s spot) (fs.FileMode, bool) {
	for i := t.nodes[s.node].first; i != none; i = t.entries[i].next {
		e := &t.entries[i]
		if int(e.layer) < max(s.base, s.firm) {
			break
		}
		if e.kind == directory && e.flags.has(isStated) {
			return e.mode, true
		}
	}
	return fs.ModeDir | 0o755, t.sealed(s.base)
}
