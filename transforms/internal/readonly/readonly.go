// Package readonly decides what must stay writable in a container whose root file system is
// read-only.
package readonly

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Directory is one that stays writable, and is empty at each start.
type Directory struct {
	Path string
	// Own: it must be the user's. Otherwise everyone may write there.
	Own bool
}

// Plan returns the directories that must stay writable for what an image is known or was seen to
// write: /tmp, since any library may take it for what it does not keep, and those below which
// nothing is lost. It refuses what would be lost or hidden. mounted reports whether something is
// mounted over a path, which stays writable.
//
// Where nothing was observed, what a library writes is not known, and the plan is in doubt. start is
// that of what runs the image, as [workload.Deployment.Start] has it.
func Plan(c workload.Container, start string, known bool, mounted func(file string) bool) (list []Directory, may fixer.Decision) {
	if !c.Own {
		return nil, fixer.Refusal("what the programs of " + c.Image + " write is not known")
	}
	add := func(d Directory) {
		if !mounted(d.Path) && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	add(Directory{Path: "/tmp"})
	seen, may := observed(c, start, known)
	for _, w := range slices.Concat(c.Writes, seen) {
		if mounted(w.Path) || isKernels(w.Path) {
			continue
		}
		d, ok := scratch(w.Path)
		if !ok {
			return nil, fixer.Refusal(fmt.Sprintf("%s writes %s, which needs a volume, or another place", writer(w), w.Path))
		}
		add(d)
	}
	slices.SortFunc(list[min(1, len(list)):], func(a, b Directory) int { return strings.Compare(a.Path, b.Path) })
	return list, may
}

// observed returns what an image was seen to write when it was started so, and doubts what was not
// seen.
func observed(c workload.Container, start string, known bool) (list []workload.Write, may fixer.Decision) {
	var o workload.Observed
	seen := 0
	for _, one := range c.Observed {
		if one.Start == start {
			seen++
			o.By, o.ReadOnly, o.Wrote = one.By, cmp.Or(o.ReadOnly, one.ReadOnly), append(o.Wrote, one.Wrote...)
		}
	}
	switch {
	case c.Stale != "":
		return nil, fixer.Doubt(c.Stale)
	case len(c.Observed) == 0:
		return nil, fixer.Doubt("what its packages write was not observed")
	case seen == 0 || !known:
		return nil, fixer.Doubt("it was not observed with this command and environment")
	}
	for _, file := range o.Wrote {
		list = append(list, workload.Write{Path: path.Clean(file), Sure: true, By: "it was observed (" + o.By + "), and"})
	}
	if o.ReadOnly != "" {
		return list, fixer.Doubt(o.ReadOnly)
	}
	return list, fixer.Decision{Caveats: []string{"what it writes was observed (" + o.By + ")"}}
}

// writer says what writes.
func writer(w workload.Write) string {
	if w.Place.File != "" {
		return w.Place.String()
	}
	return w.By
}

// isKernels reports whether a path is in a file system that stays as it is.
func isKernels(file string) bool {
	return slices.ContainsFunc([]string{"/dev", "/proc", "/sys"}, func(dir string) bool { return workload.Within(file, dir) })
}

// temporary are the directories whose content nobody expects after a start (FHS 3.0, 3.15,
// 3.18 and 5.15, but for /var/run, which is /run's old name).
var temporary = map[string]string{"/tmp": "/tmp", "/var/tmp": "/var/tmp", "/run": "/run", "/var/run": "/run"}

// caches are the directories whose content programs make again: of the XDG base directory
// specification, npm, yarn, Next.js and Vite.
var caches = []string{".cache", ".npm", ".yarn/cache", ".next/cache", "node_modules/.vite"}

// scratch returns the directory around a file whose content may be lost at each start.
func scratch(file string) (d Directory, ok bool) {
	for dir, mount := range temporary {
		if workload.Within(file, dir) {
			return Directory{Path: mount, Own: mount == "/run"}, true
		}
	}
	for dir := path.Clean(file); dir != "/"; dir = path.Dir(dir) {
		if slices.ContainsFunc(caches, func(cache string) bool { return strings.HasSuffix(dir, "/"+cache) }) {
			return Directory{Path: dir, Own: true}, true
		}
	}
	return Directory{}, false
}
