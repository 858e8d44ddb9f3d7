package registry

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/baseimage/history"
	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// The questions to layers that do not ask for a program.
const (
	askPasswd      = "passwd"
	askGroup       = "group"
	askOSRelease   = "os-release"
	askBusybox     = "busybox"
	askNodeHeader  = "node version"
	askNPMManifest = "npm version"
)

// contents are the paths of the files that are read, most likely first:
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

// places are the usual paths of an installed program, most likely first.
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

// programPaths returns the paths where a program may be: the usual ones, and the
// others in the image's PATH.
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
	const maxDirs = 32 // the PATH is untrusted
	for _, dir := range strings.SplitN(dirs, ":", maxDirs+1)[:min(maxDirs, strings.Count(dirs, ":")+1)] {
		if p := path.Join(dir, name); path.IsAbs(dir) && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// layerQuestion returns the question of that name.
func layerQuestion(t *history.Summary, name string) rootfs.Question {
	switch {
	case contents[name] != nil:
		return rootfs.Question{Paths: contents[name], Content: true}
	case name == askBusybox:
		return rootfs.Question{Paths: []string{"/bin/busybox"}}
	}
	return rootfs.Question{Paths: programPaths(name, t.Config.Env)}
}

// needs returns the questions to layers that are necessary to answer a.
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
	// If the layers have to be read for one program, they answer all:
	// a fact is worth more than a hint.
	if a&baseimage.AskRights != 0 || slices.ContainsFunc(programs, func(name string) bool { return t.Programs[name] == "" }) {
		names = append(names, programs...)
	}
	return names
}

// extras returns the questions that are answered in passing.
func extras() []string {
	return append(baseimage.AskPrograms.Programs(), askPasswd, askGroup, askOSRelease, askBusybox, askNodeHeader, askNPMManifest)
}
