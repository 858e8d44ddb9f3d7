package rootfs

import "strings"

// outcome is the result of following a path.
type outcome struct {
	verdict verdict
	at      id    // the path of the file or directory
	entry   int32 // the file's own, after hard links
	dir     spot  // the directory
	names   []string
	// wait is the name to look at again when a layer has it.
	wait key
}

// walk follows a path through the merged file system.
func (t *tree) walk(path string) (outcome, error) {
	var o outcome
	way := newTrail(path)
	dirs := []spot{t.top(everything)}
	for name, ok := way.next(); ok; name, ok = way.next() {
		if err := t.step(1); err != nil {
			return o, err
		}
		in := dirs[len(dirs)-1]
		switch name {
		case "", ".":
			continue
		case "..":
			dirs = dirs[:max(1, len(dirs)-1)]
			continue
		}
		o.names = append(o.names, name)
		found, i, v := t.look(in, name, everything)
		if v == isLeaf {
			i, v = t.original(i, &o)
		}
		switch v {
		case isDir:
			dirs = append(dirs, found)
			continue
		case waiting:
			o.wait = t.awaited(in, found, i, name)
		case isLeaf:
			if t.entries[i].kind == symlink {
				target := t.links[t.entries[i].link]
				if strings.HasPrefix(target, "/") {
					dirs = dirs[:1]
				}
				if way.follow(target) {
					continue
				}
				v = missing
			} else if way.more() {
				v = missing
			}
			o.at, o.entry = t.children[key{in.node, name}], i
		}
		o.verdict = v
		return o, nil
	}
	o.verdict, o.dir = isDir, dirs[len(dirs)-1]
	o.at = o.dir.node
	return o, nil
}

// awaited returns the name that a look-up waits for: the one that it didn't find,
// or that of the pending directory in which it found a directory or a leaf.
func (t *tree) awaited(in, found spot, leaf int32, name string) key {
	var n node
	switch {
	case found.node != in.node:
		n = t.nodes[found.pending]
	case leaf != none:
		n = t.nodes[in.pending]
	default:
		return key{in.node, name}
	}
	return key{n.parent, n.name}
}

// original returns the target entry of hard links, which must be in the same layer,
// before or after.
func (t *tree) original(i int32, o *outcome) (int32, verdict) {
	for range MaxLinks {
		e := &t.entries[i]
		if e.kind != hardlink {
			if e.kind == directory {
				return i, tangled
			}
			return i, isLeaf
		}
		var v verdict
		if i, v = t.linked(t.links[e.link], int(e.layer), o); v != isLeaf {
			return i, v
		}
	}
	return i, tangled
}

// linked returns the entry that a hard link of a layer names. Only the
// directories on the way may be symbolic links. A missing one is tangled: a
// runtime that unpacks the layer alone fails.
func (t *tree) linked(path string, layer int, o *outcome) (int32, verdict) {
	absent := tangled
	if layer == t.layer {
		absent = waiting
	}
	at := root
	way := newTrail(path)
	for name, ok := way.next(); ok; name, ok = way.next() {
		if t.steps++; t.steps > t.max.steps {
			return none, waiting // the caller notices
		}
		switch name {
		case "", ".":
			continue
		case "..":
			at = t.nodes[at].parent
			continue
		}
		o.names = append(o.names, name)
		i := t.of(at, name, layer)
		if i == none || t.entries[i].kind == unset {
			return none, absent
		}
		switch e := &t.entries[i]; {
		case !way.more():
			if v := t.reach(at, layer); v != isDir {
				return none, v
			}
			return i, isLeaf
		case e.kind == directory:
			at = t.children[key{at, name}]
		case e.kind == symlink && way.follow(t.links[e.link]):
			if strings.HasPrefix(t.links[e.link], "/") {
				at = root
			}
		default:
			return none, tangled
		}
	}
	return none, tangled
}

// of returns a layer's entry for a name in a directory, or none.
func (t *tree) of(dir id, name string, layer int) int32 {
	n, ok := t.children[key{dir, name}]
	if !ok {
		return none
	}
	for i := t.nodes[n].first; i != none; i = t.entries[i].next {
		t.steps++
		if int(t.entries[i].layer) == layer {
			return i
		}
	}
	return none
}
