// Package readonly decides what must stay writable in a container whose root file system is
// read-only.
package readonly

import (
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

// Plan returns the directories that must stay writable for what an image is known to write:
// /tmp, and those below which nothing is lost. It refuses what would be lost or hidden.
// mounted reports whether something is mounted over a path, which stays writable.
//
// Nothing was observed: what a library writes is not known, so that the plan is in doubt.
func Plan(c workload.Container, mounted func(file string) bool) (list []Directory, may fixer.Decision) {
	if !c.Own {
		return nil, fixer.Refusal("what the programs of " + c.Image + " write is not known")
	}
	add := func(d Directory) {
		if !mounted(d.Path) && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	add(Directory{Path: "/tmp"})
	for _, w := range c.Writes {
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
	return list, fixer.Doubt("what its packages write was not observed")
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
