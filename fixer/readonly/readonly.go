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

// Way is one way to run an image.
type Way struct {
	Start    string // that of what runs it, as [workload.Deployment.Start] has it
	UID, GID int
	Needs    []workload.Beside // what it depends on, sorted by name
	// Unknown is why it can't have been observed that way, "" where it can: in words after "it was not
	// observed: ".
	Unknown string
	Tmpfs   []string // directories that are empty and writable already
	// Limit is the place of what limits its memory, where files in memory count; the zero Place for
	// nothing.
	Limit workload.Place
	// Pod: what stays writable outlasts a container that ends, as an emptyDir does.
	Pod bool
	// Probes are the pages that are requested of it, by what runs it: ":3000/health", or "/health" of
	// a port that is named.
	Probes []string
	// Mounted reports whether something is mounted over a path, which stays writable.
	Mounted func(file string) bool
}

// Plan returns the directories that must stay writable for what an image is known or was seen to
// write: /tmp, since any library may take it for what it does not keep, and those below which
// nothing is lost. It refuses what would be lost or hidden.
//
// The plan is in doubt where the image was not observed to work so, with a read-only root file
// system and these directories alone: what a library writes is not known.
func Plan(c workload.Container, w Way) (list []Directory, may fixer.Decision) {
	if !c.Own {
		return nil, fixer.Refusal("what the programs of " + c.Image + " write is not known")
	}
	mounted := func(file string) bool {
		return w.Mounted(file) || slices.ContainsFunc(c.Volumes, func(v string) bool { return workload.Within(file, path.Clean("/"+v)) })
	}
	add := func(d Directory) {
		if !mounted(d.Path) && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	add(Directory{Path: "/tmp"})
	seen, may := observed(c, w)
	for _, write := range slices.Concat(c.Writes, written(seen)) {
		if mounted(write.Path) || isKernels(write.Path) {
			continue
		}
		d, ok := scratch(write.Path)
		if !ok || strings.ContainsAny(d.Path, ":,") { // which end a path in a Compose file
			return nil, fixer.Refusal(fmt.Sprintf("%s writes %s, which needs a volume, or another place", writer(write), write.Path))
		}
		add(d)
	}
	slices.SortFunc(list[min(1, len(list)):], func(a, b Directory) int { return strings.Compare(a.Path, b.Path) })
	if may.Safety == 0 && !slices.Equal(Paths(list, w.Tmpfs), seen.Mounts) {
		may = fixer.Doubt("it was observed with other directories writable: " + strings.Join(seen.Mounts, ", "))
	}
	return list, may.And(w.unlike(c, seen, mounted))
}

// Paths returns the paths of directories, and more paths, sorted.
func Paths(list []Directory, more []string) []string {
	paths := slices.Clone(more)
	for _, d := range list {
		paths = append(paths, d.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// observed returns what was seen of an image that was run so, and doubts what was not seen.
func observed(c workload.Container, w Way) (seen workload.Observed, may fixer.Decision) {
	switch {
	case c.Stale != "":
		return seen, fixer.Doubt(c.Stale)
	case len(c.Observed) == 0:
		return seen, fixer.Doubt("what its packages write was not observed")
	case w.Unknown != "":
		return seen, fixer.Doubt("it was not observed as it runs: " + w.Unknown)
	}
	seen, ok := c.Seen(w.Start, w.Needs, w.UID, w.GID)
	switch {
	case !ok && len(w.Needs) > 0:
		return seen, fixer.Doubt("it was not observed as it runs, beside " + names(w.Needs) + " as the Compose file starts it (verify --record --with-compose)")
	case !ok:
		return seen, fixer.Doubt("it was not observed with this command, environment, user and volumes")
	case seen.ReadOnly != "":
		return seen, fixer.Doubt(seen.ReadOnly)
	}
	return seen, fixer.Decision{Caveats: []string{"what it writes was observed (" + seen.By + ")"}}
}

// names returns what runs beside it, for messages.
func names(needs []workload.Beside) string {
	var list []string
	for _, n := range needs {
		list = append(list, n.String())
	}
	return strings.Join(list, ", ")
}

// written returns what an observation wrote.
func written(seen workload.Observed) (list []workload.Write) {
	for _, file := range seen.Wrote {
		list = append(list, workload.Write{Path: path.Clean(file), Sure: true, By: "it was observed (" + seen.By + "), and"})
	}
	return list
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
