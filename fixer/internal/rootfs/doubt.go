package rootfs

import "slices"

// doubts are the entries that a runtime may have unpacked elsewhere: to the target of
// a link in a lower layer, in place of a directory which is only implied. They all lie
// below such a directory.
//
// The target of the link is not known until it's read, so an entry may change every
// file of its name, and every directory.
type doubts struct {
	all   []doubt
	named map[string]int32 // the last of each name
	// any is the last opaque directory that may be another one.
	any int32
	// implied is the last directory. The target of a link is made if it doesn't exist:
	// no file is known to be missing while one of them is in doubt.
	implied int32
}

// doubt ends as soon as a directory is known to be one, with no link in its place or
// on the way to it in any layer up to the given one.
type doubt struct {
	dir   id
	layer uint16
	next  int32 // index into doubts.all, or none
}

func newDoubts() doubts {
	return doubts{named: map[string]int32{}, any: none, implied: none}
}

// push puts a doubt at the front of a list, and returns the new front.
func (d *doubts) push(list int32, dir id, layer int) int32 {
	d.all = append(d.all, doubt{dir, uint16(layer), list})
	return int32(len(d.all) - 1)
}

func (d *doubts) doubtName(name string, dir id, layer int) {
	list, ok := d.named[name]
	if !ok {
		list = none
	}
	d.named[name] = d.push(list, dir, layer)
}

func (d *doubts) doubtAny(dir id, layer int) { d.any = d.push(d.any, dir, layer) }

func (d *doubts) imply(dir id, layer int) { d.implied = d.push(d.implied, dir, layer) }

// doubtful returns waiting or tangled if a file at the end of these names may be
// changed, and else isLeaf.
func (t *tree) doubtful(names []string) verdict {
	worst := t.review(&t.any)
	for _, name := range names {
		if list, ok := t.named[name]; ok {
			worst = max(worst, t.review(&list))
			t.named[name] = list
		}
	}
	return worst
}

// complete is doubtful for a file that is missing.
func (t *tree) complete() verdict { return max(t.review(&t.any), t.review(&t.implied)) }

// review removes the ended doubts from the front of the list. It returns isLeaf if
// that is all of them, and else the verdict of the next. Beyond the limit of steps it
// gives up, and the caller has to notice.
func (t *tree) review(list *int32) verdict {
	for *list != none {
		d := t.all[*list]
		if t.steps > t.max.steps {
			return waiting
		}
		if v := t.reach(d.dir, int(d.layer)); v != isDir {
			return v
		}
		*list = d.next
	}
	return isLeaf
}

// reach looks up a directory of a layer in the layers up to that one:
// isDir, waiting or tangled.
func (t *tree) reach(dir id, layer int) verdict {
	var way []id
	for n := dir; n != root; n = t.nodes[n].parent {
		way = append(way, n)
	}
	at := t.top(layer)
	for _, n := range slices.Backward(way) {
		next, _, v := t.look(at, t.nodes[n].name, layer)
		if v != isDir {
			return v
		}
		at = next
	}
	return isDir
}
