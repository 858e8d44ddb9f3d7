package rootfs

import "strings"

// add unpacks a member of the current layer. It returns the entry and its path, or
// none if it added nothing that a question could ask for.
func (t *tree) add(m member, ordinal int) (int32, id, error) {
	if err := t.tally(); err != nil {
		return none, root, err
	}
	if m.mark == ignored {
		return none, root, nil
	}
	dir, err := t.enter(m.dir)
	if err != nil || t.torn {
		return none, root, err
	}
	switch {
	case m.mark == opaque:
		t.hide(dir, isOpaque)
		return none, root, nil
	case m.base == "":
		if m.kind == directory {
			e := &t.entries[t.own(root)]
			e.mode, e.flags = m.mode, e.flags|isStated
		}
		return t.own(root), root, nil
	}
	n, err := t.place(dir, m.base)
	if err != nil {
		return none, root, err
	}
	i := t.own(n)
	if m.mark == removed {
		t.hide(n, isRemoved)
		return none, root, nil
	}
	return i, n, t.set(i, m, ordinal)
}

// hide marks a path as removed or opaque. If something was unpacked in it already,
// perhaps through a link that the mark is about, its place depends on the runtime.
func (t *tree) hide(n id, f flags) {
	e := &t.entries[t.own(n)]
	if e.flags.has(isUsed) && t.implies {
		t.torn = true
		return
	}
	e.flags |= f
	if f == isOpaque {
		e.flags |= isUsed
		if e.flags.has(isImplied) {
			t.doubtAny(n, t.layer)
		}
	}
}

// set sets the content of an entry. If the archive had it before, it's replaced, as
// long as nothing else depends on the old one.
func (t *tree) set(i int32, m member, ordinal int) error {
	e := &t.entries[i]
	if e.kind != unset {
		t.lastName, t.lastDir = "", root
		wasDir, isDir := e.kind == directory, m.kind == directory
		if wasDir && !isDir && e.flags.has(isUsed) || !wasDir && isDir {
			t.torn = true
			return nil
		}
	}
	e.kind, e.mode, e.ordinal, e.link = m.kind, m.mode, int32(ordinal), none
	e.flags &^= isStated | isBig | isCapable
	if m.kind == directory {
		e.flags |= isStated
	}
	if m.big {
		e.flags |= isBig
	}
	if m.capable {
		e.flags |= isCapable
	}
	if m.kind == symlink || m.kind == hardlink {
		if t.bytes += len(m.link); t.bytes > t.max.names {
			return exceeded(t.max.names, "bytes of names")
		}
		e.link = int32(len(t.links))
		t.links = append(t.links, m.link)
	}
	return nil
}

// enter returns the directory for entries whose names begin with dir. It follows the
// layer's links and makes missing directories.
func (t *tree) enter(dir string) (id, error) {
	if dir == t.lastName {
		return t.lastDir, nil
	}
	at := root
	way := newTrail(dir)
	for name, ok := way.next(); ok; name, ok = way.next() {
		if err := t.step(1); err != nil {
			return root, err
		}
		switch name {
		case "", ".":
			continue
		case "..":
			// From a directory that may be somewhere else, or not exist:
			// runtimes don't make those that a link only leads through.
			if t.entries[t.own(at)].flags.has(isImplied) {
				t.torn = true
				return root, nil
			}
			at = t.nodes[at].parent
			continue
		}
		next, err := t.inner(at, name)
		if err != nil {
			return root, err
		}
		switch e := t.entries[t.own(next)]; {
		case e.kind == directory:
			at = next
		case e.kind == symlink && way.follow(t.links[e.link]):
			if strings.HasPrefix(t.links[e.link], "/") {
				at = root
			}
		default: // no runtime unpacks what is below a file
			t.torn = true
			return root, nil
		}
	}
	t.lastName, t.lastDir = strings.Clone(dir), at
	return at, nil
}

// inner returns this layer's node for a name in a directory: a directory, if it
// had nothing so far.
func (t *tree) inner(dir id, name string) (id, error) {
	if n, ok := t.children[key{dir, name}]; ok {
		if i := t.own(n); i != none && t.entries[i].kind != unset {
			return n, nil
		}
	}
	if err := t.tally(); err != nil {
		return root, err
	}
	n, err := t.place(dir, name)
	if err != nil {
		return root, err
	}
	e := &t.entries[t.own(n)]
	e.kind = directory
	e.flags |= isImplied | isLoose
	t.implies = true
	t.imply(n, t.layer)
	return n, nil
}

// place returns the path of a name in a directory, which then has an entry of this
// layer.
func (t *tree) place(dir id, name string) (id, error) {
	n, err := t.child(dir, name)
	if err != nil || t.own(n) != none {
		return n, err
	}
	parent := &t.entries[t.own(dir)]
	parent.flags |= isUsed
	loose := parent.flags & isLoose
	t.append(n, entry{flags: loose, link: none})
	if loose != 0 {
		t.doubtName(t.nodes[n].name, dir, t.layer)
	}
	return n, nil
}
