package registry

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/baseimage/history"
	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// The questions to layers that are not for a program.
const (
	askPasswd      = "passwd"
	askGroup       = "group"
	askOSRelease   = "os-release"
	askBusybox     = "busybox"
	askNodeHeader  = "node version"
	askNPMManifest = "npm version"
)

// contents are the files that are read, and where they lie, most likely first:
// the last two in the official images, in packages of NodeSource and Alpine,
// and in Debian's.
var contents = map[string][]string{
	askPasswd:    {"/etc/passwd"},
	askGroup:     {"/etc/group"},
	askOSRelease: {"/etc/os-release", "/usr/lib/os-release"},
	askNodeHeader: {
		"/usr/local/include/node/node_version.h", "/usr/include/node/node_version.h", "/usr/include/nodejs/src/node_version.h",
	},
	askNPMManifest: {
		"/usr/local/lib/node_modules/npm/package.json", "/usr/lib/node_modules/npm/package.json", "/usr/share/nodejs/npm/package.json",
	},
}

// places are where a program lies that was installed in a usual way, most
// likely first.
var places = map[string][]string{
	"sh":       {"/bin/sh"}, // which a shell-form RUN starts by this path
	"chown":    {"/bin/chown", "/usr/bin/chown"},
	"git":      {"/usr/bin/git", "/usr/local/bin/git"},
	"apk":      {"/sbin/apk", "/usr/bin/apk"},
	"useradd":  {"/usr/sbin/useradd", "/sbin/useradd"},
	"adduser":  {"/usr/sbin/adduser", "/bin/adduser"},
	"tini":     {"/usr/bin/tini", "/sbin/tini", "/usr/local/bin/tini", "/tini"},
	"node":     {"/usr/local/bin/node", "/usr/bin/node", "/nodejs/bin/node"},
	"npm":      {"/usr/local/bin/npm", "/usr/bin/npm"},
	"yarn":     {"/usr/local/bin/yarn", "/usr/bin/yarn"},
	"pnpm":     {"/usr/local/bin/pnpm", "/usr/bin/pnpm"},
	"corepack": {"/usr/local/bin/corepack", "/usr/bin/corepack"},
}

// programPaths lists where to look for a program: where it usually lies, and
// wherever else the image's PATH would find it.
func programPaths(name string, env []string) []string {
	list := slices.Clone(places[name])
	if list == nil {
		list = []string{"/usr/bin/" + name}
	}
	if name == "sh" {
		return list
	}
	dirs := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		if value, ok := strings.CutPrefix(e, "PATH="); ok {
			dirs = value
		}
	}
	const maxDirs = 32 // anybody may write anything there
	for _, dir := range strings.SplitN(dirs, ":", maxDirs+1)[:min(maxDirs, strings.Count(dirs, ":")+1)] {
		if p := path.Join(dir, name); path.IsAbs(dir) && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// layerQuestion makes the question of that name.
func layerQuestion(t *history.Summary, name string) rootfs.Question {
	switch {
	case contents[name] != nil:
		return rootfs.Question{Paths: contents[name], Content: true}
	case name == askBusybox:
		return rootfs.Question{Paths: []string{"/bin/busybox"}}
	}
	return rootfs.Question{Paths: programPaths(name, t.Config.Env)}
}

// needs returns the questions to layers that asking for a takes.
func needs(t *history.Summary, a baseimage.Ask) (names []string) {
	if t.Windows {
		return nil
	}
	if a&baseimage.AskDistro != 0 && !t.ReleaseKnown {
		names = append(names, askOSRelease)
	}
	if a&baseimage.AskAccounts != 0 || a&baseimage.AskUsers != 0 && !t.UsersKnown {
		names = append(names, askPasswd, askGroup)
	}
	if a&baseimage.AskVersions != 0 {
		names = append(names, askNPMManifest)
		if t.Versions == nil || t.Versions.Node == "" {
			names = append(names, askNodeHeader)
		}
	}
	programs := a.Programs()
	// Where the layers have to be read for one program, they tell of them all:
	// a fact is worth more than a hint.
	if slices.ContainsFunc(programs, func(name string) bool { return t.Programs[name] == "" }) {
		names = append(names, programs...)
	}
	return names
}

// extras are the questions that are answered in passing.
func extras() []string {
	return append(baseimage.AskPrograms.Programs(), askPasswd, askGroup, askOSRelease, askBusybox, askNodeHeader, askNPMManifest)
}
