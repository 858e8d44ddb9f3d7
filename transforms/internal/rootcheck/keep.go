package rootcheck

import (
	"slices"

	"github.com/dockmend/dockmend/transforms/internal/blockers"
)

// This file puts the reasons to stay root together: all that are known, those of one cause
// once.

// ofApplication returns the reasons to leave an application root.
func (x *examiner) ofApplication() (keep blockers.List) {
	if windows := x.windows(); windows != "" {
		return blockers.Of(windows) // whatever else is in it
	}
	onbuild := x.onbuild()
	keep.Add(blockers.Of(x.comment(), onbuild)...)
	start := x.start()
	keep.Add(start...)
	if x.drops {
		return keep // the rest of the start counts on it, and the application is not root
	}
	keep.Add(rootsHome(x.paths(), x.installers())...)
	keep.Add(blockers.Of(x.browsers())...)
	keep.Add(x.privateFiles()...)
	keep.Add(blockers.Of(x.filledHome()...)...)
	keep.Add(blockers.Of(x.plugAndPlay(), x.action())...)
	if onbuild == "" { // which means the same
		keep.Add(blockers.Of(x.bare())...)
	}
	if len(keep) == 0 {
		keep.Add(blockers.Of(x.baseStart())...) // which may ask for layers
	}
	if len(start) == 0 {
		keep.Add(blockers.Of(x.packages())...) // for starts that do not name their programs
	}
	keep.Add(x.sources()...)
	if len(keep) == 0 {
		keep.Add(blockers.Of(x.application())...) // a guess at what the image is for
	}
	return keep
}

// ofServer returns the reasons to leave an nginx image root.
func (x *examiner) ofServer() (keep blockers.List) {
	if windows := x.windows(); windows != "" {
		return blockers.Of(windows)
	}
	keep.Add(blockers.Of(x.comment(), x.onbuild())...)
	if empty := x.server.Empty(); empty != "" {
		keep.Add(blockers.Of(empty)...)
		return keep // of what it serves nothing is known
	}
	start := x.start()
	keep.Add(start...)
	if x.drops {
		return keep
	}
	keep.Add(blockers.Of(x.paths())...)
	keep.Add(x.server.RootsGroup()...)
	keep.Add(x.privateFiles()...)
	if len(start) > 0 {
		return keep // it decides which configuration is read, and what packages are for
	}
	keep.Add(blockers.Of(x.packages(), x.server.Volumes())...)
	keep.Add(blockers.Of(x.configuration()...)...)
	return keep
}

// rootsHome returns reasons as those of one cause: a tool in root's home, its installer
// and the way to it.
func rootsHome(reasons ...string) []blockers.Blocker {
	list := blockers.Of(reasons...)
	for i := range list {
		list[i].Cause = "root's home"
	}
	return list
}

// privateFiles returns the instructions that make files which only root can use, each
// once: a key often gets its mode where it is made.
func (x *examiner) privateFiles() []blockers.Blocker {
	return slices.Concat(x.modes(), x.downloads(), x.keys(), x.privateScripts())
}
