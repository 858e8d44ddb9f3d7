package rootfs

// doubts are the entries that a runtime may have unpacked elsewhere, where a
// link leads that a lower layer has in the place of a directory which is only
// implied. They all lie below such a directory.
//
// Where the link leads is not known until it's read, so an entry of some name is
// taken to be able to change every file of that name, and every directory.
type doubts struct {
	named map[string][]doubt
	// any are opaque directories that may be other directories.
	any []doubt
	// implied are the directories. The place that a link leads to is made if it
	// isn't there: no file is known to be missing while one of them is in doubt.
	implied []doubt
}

// doubt ends as soon as a directory is known to be one, on the way to which, and
// in whose place, no layer up to the given one has a link.
type doubt struct {
	dir   id
	layer uint16
}

func newDoubts() doubts { return doubts{named: map[string][]doubt{}} }

func (d *doubts) doubt(name string, dir id, layer int) {
	d.named[name] = append(d.named[name], doubt{dir, uint16(layer)})
}

func (d *doubts) doubtAll(dir id, layer int) { d.any = append(d.any, doubt{dir, uint16(layer)}) }

func (d *doubts) imply(dir id, layer int) { d.implied = append(d.implied, doubt{dir, uint16(layer)}) }

// doubtful returns waiting or tangled if a file may be changed on the way to
// which the names are, and else isLeaf.
func (t *tree) doubtful(names []string) verdict {
	worst := t.review(&t.any)
	for _, name := range names {
		list, ok := t.named[name]
		if !ok {
			continue
		}
		worst = max(worst, t.review(&list))
		if len(list) == 0 {
			delete(t.named, name)
		} else {
			t.named[name] = list
		}
	}
	return worst
}

// complete is doubtful for a file that is missing.
func (t *tree) complete() verdict { return max(t.review(&t.any), t.review(&t.implied)) }

// review strikes the doubts from the end of the list that have ended. It returns
// isLeaf if that is all of them, and else what is to be said of the last. Beyond
// the limit of steps it gives up, for the caller to notice.
func (t *tree) review(list *[]doubt) verdict {
	for d := *list; len(d) > 0; d = *list {
		if t.steps > t.max.steps {
			return waiting
		}
		if v := t.reach(d[len(d)-1]); v != isDir {
			return v
		}
		*list = d[:len(d)-1]
	}
	return isLeaf
}

// reach looks up the directory of a doubt, as the layers up to the doubt's have
// it, which is isDir, waiting or tangled.
func (t *tree) reach(d doubt) verdict {
	var way []id
	for n := d.dir; n != root; n = t.nodes[n].parent {
		way = append(way, n)
	}
	at := t.top(int(d.layer))
	for i := len(way) - 1; i >= 0; i-- {
		next, _, v := t.look(at, t.nodes[way[i]].name, int(d.layer))
		if v != isDir {
			return v
		}
		at = next
	}
	return isDir
}
