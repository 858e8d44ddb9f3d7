package history

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
)

// inArchive are the programs that the archives of the distributions contain, in
// all their releases: Debian's of essential and required packages (coreutils,
// dash, apt, passwd), Alpine's of busybox and apk-tools.
var inArchive = map[baseimage.Family]map[string]string{
	baseimage.Debian: {"sh": "/bin/sh", "chown": "/bin/chown", "apt-get": "/usr/bin/apt-get", "useradd": "/usr/sbin/useradd"},
	baseimage.Alpine: {"sh": "/bin/sh", "chown": "/bin/chown", "apk": "/sbin/apk", "adduser": "/usr/sbin/adduser"},
}

// packaged are the programs that come in a package of the same name.
var packaged = map[baseimage.Family]map[string]string{
	baseimage.Debian: {"git": "/usr/bin/git", "tini": "/usr/bin/tini", "dumb-init": "/usr/bin/dumb-init"},
	baseimage.Alpine: {"git": "/usr/bin/git", "tini": "/sbin/tini", "dumb-init": "/usr/bin/dumb-init"},
}

// readPrograms returns the programs that are in the image beyond doubt: those
// of the archive that it begins with, packages that a command installed, and
// the shell that ran scripts. What removes files or packages raises doubts. The
// history must be followed.
func readPrograms(entries []entry, scripts map[int]script, archive *baseimage.Distro) map[string]string {
	found := map[string]string{}
	if replacesPrograms(entries) || slices.ContainsFunc(entries, removesPrograms) {
		return found
	}
	for _, e := range entries {
		if e.kind == run && e.shell == "/bin/sh" {
			found["sh"] = "/bin/sh"
		}
	}
	family := archive.FamilyOf()
	for name, where := range inArchive[family] {
		found[name] = where
	}
	if slices.ContainsFunc(entries, removesPackages) {
		return found
	}
	for i := range entries {
		for _, c := range scripts[i].calls {
			for _, name := range installs(c, family) {
				if where, ok := packaged[family][name]; ok {
					found[name] = where
				}
			}
		}
	}
	return found
}

// installOptions are options of apk add and apt-get install that take no value,
// and don't affect what is installed where.
var installOptions = []string{
	"-y", "-q", "-qq", "-qy", "-yq", "-yqq", "-qqy", "--yes", "--assume-yes", "--quiet", "--no-install-recommends", "--no-install-suggests",
	"--no-cache", "-U", "--update", "--update-cache", "--no-progress",
}

// installs returns the packages that a call has installed in the image itself.
func installs(c shell.Call, family baseimage.Family) (names []string) {
	verbs := map[string]string{"apk": "add", "apt-get": "install", "apt": "install"}
	if packageManagers[c.Name] != family || !c.Plain {
		return nil
	}
	for _, w := range c.Args {
		switch {
		case slices.Contains(installOptions, w.Text):
		case strings.HasPrefix(w.Text, "-"):
			return nil
		default:
			names = append(names, w.Text)
		}
	}
	if len(names) == 0 || names[0] != verbs[c.Name] {
		return nil
	}
	return names[1:]
}

// words splits a script into words, without its operators and quotes.
func (e entry) words() []string {
	return strings.FieldsFunc(e.text, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|()\"'`<>{}", r) })
}

// programDirs are where the programs of a distribution lie.
var programDirs = []string{"/bin", "/sbin", "/usr/bin", "/usr/sbin"}

// replacesPrograms reports whether something was copied over the programs of
// the distribution.
func replacesPrograms(entries []entry) bool {
	in := position{dir: "/"}
	base := true
	for _, e := range entries {
		switch e.kind {
		case inert:
			in.enter(e)
		case run:
			if slices.Contains(programDirs, in.dir) {
				return true
			}
		case copied:
			if dest := in.copy(e); !base && (dest == "/" || dest == "/usr" || isProgram(dest) || strings.ContainsAny(dest, `$"']`)) {
				return true
			}
		}
		base = base && e.empty
	}
	return false
}

// isProgram reports whether a path is one of programDirs, or in one.
func isProgram(p string) bool {
	return slices.Contains(programDirs, p) || slices.Contains(programDirs, path.Dir(p))
}

// forcing are words of commands that remove essential packages, or that work on
// another system.
var forcing = []string{"--allow-remove-essential", "--force-all", "--force-remove-essential", "--force-remove-protected", "chroot", "dpkg-divert"}

// essential are the packages that contain the programs of the archives.
var essential = []string{"coreutils", "coreutils-single", "dash", "busybox", "busybox-binsh", "apk-tools", "apt", "passwd", "shadow", "bash"}

// removers are the programs that remove files, or their permission to run.
var removers = []string{"rm", "unlink", "mv", "find", "shred", "truncate", "chmod", "rsync", "tar", "bsdtar", "unzip"}

// removesPrograms reports whether a command may remove essential parts of a
// distribution.
func removesPrograms(e entry) bool {
	if e.kind == inert || e.kind == copied {
		return false
	}
	words := e.words()
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, path.Base(w)) })
	}
	if has(forcing...) {
		return true
	}
	if removesPackages(e) && slices.ContainsFunc(words, func(w string) bool {
		name := strings.TrimRight(strings.TrimLeft(w, "!"), "-")
		if i := strings.IndexAny(name, "=:<>~"); i >= 0 { // a version or an architecture
			name = name[:i]
		}
		return slices.Contains(essential, path.Base(name))
	}) {
		return true
	}
	if !has(removers...) {
		return false
	}
	if has("rm", "mv", "unlink", "xargs", "chmod") && has("which", "whereis", "command", "type") {
		return true
	}
	for i, w := range words {
		if i > 0 && (words[i-1] == "-s" || words[i-1] == "--shell") {
			continue
		}
		if namesPrograms(w) {
			return true
		}
	}
	return e.namesRoot()
}

// namesRoot reports whether "/" is a word of a script, and not of one in another
// language (awk's "/=>/"). Changing to it does no harm.
func (e entry) namesRoot() bool {
	fields := strings.Fields(e.text)
	for i, f := range fields {
		if strings.Trim(f, `"'`+"`;&|()<>{}") == "/" && (i == 0 || fields[i-1] != "cd") {
			return true
		}
	}
	return false
}

// namesPrograms reports whether a word names programs of the distribution, or a
// directory that contains them. A relative one may mean the root.
func namesPrograms(w string) bool {
	if w == "." {
		return true
	}
	if !strings.Contains(w, "/") {
		return slices.Contains(programDirs, "/"+w)
	}
	if strings.HasPrefix(w, "/usr") && path.Clean(w) == "/usr" {
		return true
	}
	w = path.Clean("/" + w)
	first, _, deeper := strings.Cut(w[1:], "/")
	return isProgram(w) || w == "/usr/*" || strings.ContainsAny(first, "*?[") || deeper && strings.Contains(first, "$")
}

// removals are words of commands that remove packages.
var removals = []string{
	"del", "purge", "remove", "autoremove", "autopurge", "erase", "--purge", "--remove", "--auto-remove", "--autoremove", "-r", "-e", "-P",
	"dist-upgrade", "full-upgrade", "--available", "--prune", "fix", "/etc/apk/world",
}

// removesPackages reports whether a command may remove a package. apt-get
// install and apk add do so for "git-" and "!git".
func removesPackages(e entry) bool {
	if e.kind == inert || e.kind == copied {
		return false
	}
	return slices.ContainsFunc(e.words(), func(w string) bool {
		return slices.Contains(removals, w) || len(w) > 1 && (strings.HasSuffix(w, "-") || w[0] == '!' && w[1] != '=')
	})
}
