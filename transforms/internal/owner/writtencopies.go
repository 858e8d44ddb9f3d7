package owner

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds the copies whose files the application writes, where these are root's.

// written is what the application writes, by what decides over the owner.
type written struct {
	load   *workload.Workload
	names  []string // of the user
	owners map[string]workload.Owner
	sure   map[int]string   // by the line of a copy: what certainly writes what it brings
	likely map[int]string   // what may write it
	trees  []workload.Write // below which something is written that nobody names
}

func newWritten(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) *written {
	w := &written{
		load: p.Workload(run), names: slices.DeleteFunc([]string{id.Name, id.User, strconv.Itoa(id.UID)}, func(name string) bool { return name == "" }),
		owners: map[string]workload.Owner{}, sure: map[int]string{}, likely: map[int]string{},
	}
	others := otherStarts(p, run)
	for _, one := range w.load.Writes() {
		if one.Variable != "" || one.Command != nil || w.load.Runs(one.Place.File) && !others.Has(one.Place.File) {
			w.add(one)
		}
	}
	return w
}

// add records one write.
func (w *written) add(one workload.Write) {
	targets := []string{one.Path}
	if one.Tree && one.Command != nil {
		targets = w.load.OwnDirectories(one.Command)
	}
	for _, file := range targets {
		w.target(one, file)
	}
	if one.Tree && one.Path != "/" && (one.Command == nil || targets == nil) &&
		!slices.ContainsFunc(w.trees, func(t workload.Write) bool { return t.Path == one.Path }) {
		w.trees = append(w.trees, one)
	}
}

// target records what decides whether the user can write a file, or make it: the copy that
// brought it, or else the directory that is there.
func (w *written) target(one workload.Write, file string) {
	lines := []int{}
	for dir := path.Clean(file); dir != "/"; dir = path.Dir(dir) {
		o := w.owner(dir)
		if o.Made == workload.Unmade {
			continue
		}
		if !o.MayWrite(w.names...) {
			lines = append(lines, o.Line)
		}
		if o.Made == workload.Made {
			break
		}
	}
	lines = slices.Compact(lines)
	for _, line := range lines {
		if len(lines) == 1 && one.Sure {
			w.sure[line] = cmp.Or(w.sure[line], says(one))
		} else {
			w.likely[line] = cmp.Or(w.likely[line], says(one))
		}
	}
}

// owner is the model's, asked once for a path.
func (w *written) owner(file string) workload.Owner {
	o, ok := w.owners[file]
	if !ok {
		o = w.load.Owner(file)
		w.owners[file] = o
	}
	return o
}

// by tells what writes something that a copy brings, "" for nothing, and whether that is
// certain.
func (w *written) by(c stage.Copy) (why string, sure bool) {
	if why = w.sure[c.In.Line]; why != "" {
		return why, true
	}
	if why = w.likely[c.In.Line]; why != "" {
		return why, false
	}
	for _, t := range w.trees {
		if c.Dest != t.Path && workload.Within(c.Dest, t.Path) {
			return says(t), false
		}
	}
	return "", false
}

// says words a write.
func says(w workload.Write) string {
	if w.Place.File == "" {
		return fmt.Sprintf("%s writes %s", w.By, w.Path)
	}
	return fmt.Sprintf("%s writes %s", w.Place, w.Path)
}
