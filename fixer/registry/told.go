package registry

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// told is what an image's configuration and history tell. Nothing in it needs
// a layer.
type told struct {
	settings *baseimage.Config
	versions *baseimage.Versions // of the environment; nil when it states none
	distro   *baseimage.Distro   // nil when unknown; a family alone has no ID
	ledger   *ledger
	// stated: the ledger has every user and group that was made on top of a
	// distribution which is known to have none for applications.
	stated   bool
	programs map[string]string // known to be there
	windows  bool
}

// readTold reads a configuration, which was read once before.
func readTold(config json.RawMessage) (*told, error) {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(config, c); err != nil {
		return nil, err
	}
	entries, complete := readHistory(c)
	scripts := readScripts(entries)
	t := &told{
		settings: readSettings(c.Config),
		versions: readVersions(c.Config.Env),
		distro:   readDistro(c, entries, scripts),
		ledger:   readAccounts(entries, scripts, complete),
		windows:  c.OS == "windows",
	}
	archive := archiveOf(entries)
	if slices.ContainsFunc(entries, upgradesRelease) && t.distro != nil {
		t.distro = &baseimage.Distro{Family: t.distro.Family, Source: baseimage.FromHistory}
	}
	l := t.ledger
	t.stated = archive != nil && complete && !l.doubt && !l.changed && len(l.vague) == 0
	t.programs = readPrograms(entries, scripts, archive)
	return t, nil
}

// archiveOf returns the distribution that the first layer is an archive of, nil
// when that isn't told.
func archiveOf(entries []entry) *baseimage.Distro {
	for _, e := range entries {
		if !e.empty {
			return distroOfArchive(e.text) // only the first layer is the distribution's
		}
	}
	return nil
}

// upgradesRelease reports whether a script may make another release of the
// distribution.
func upgradesRelease(e entry) bool {
	return e.kind != inert && slices.ContainsFunc([]string{"dist-upgrade", "full-upgrade", "do-release-upgrade", "--available", "os-release", "sources.list"}, func(s string) bool {
		return strings.Contains(e.text, s)
	})
}

// inArchive are the programs that the archives of the distributions have, with
// all their releases: Debian's of essential and required packages (coreutils,
// dash, apt, passwd), Alpine's of busybox and apk-tools.
var inArchive = map[baseimage.Family]map[string]string{
	baseimage.Debian: {"sh": "/bin/sh", "chown": "/bin/chown", "apt-get": "/usr/bin/apt-get", "useradd": "/usr/sbin/useradd"},
	baseimage.Alpine: {"sh": "/bin/sh", "chown": "/bin/chown", "apk": "/sbin/apk", "adduser": "/usr/sbin/adduser"},
}

// packaged are the programs that come as a package of their own name.
var packaged = map[baseimage.Family]map[string]string{
	baseimage.Debian: {"git": "/usr/bin/git", "tini": "/usr/bin/tini", "dumb-init": "/usr/bin/dumb-init"},
	baseimage.Alpine: {"git": "/usr/bin/git", "tini": "/sbin/tini", "dumb-init": "/usr/bin/dumb-init"},
}

// readPrograms returns the programs that are in the image beyond doubt: those
// of the archive that it begins with, packages that a command installed, and
// the shell that ran scripts. What removes files or packages raises doubts.
func readPrograms(entries []entry, scripts map[int]script, archive *baseimage.Distro) map[string]string {
	found := map[string]string{}
	if slices.ContainsFunc(entries, removesPrograms) {
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
			if packageManagers[c.Name] != family || !c.Plain || !c.Has("install", "add") || c.Has("--virtual", "-t", "--download-only", "-d") {
				continue
			}
			for _, w := range c.Args {
				if where, ok := packaged[family][w.Text]; ok {
					found[w.Text] = where
				}
			}
		}
	}
	return found
}

// words cuts a script into words, without its operators and quotes.
func (e entry) words() []string {
	return strings.FieldsFunc(e.text, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|()\"'`<>{}", r) })
}

// programDirs are where the programs of a distribution lie.
var programDirs = []string{"/bin", "/sbin", "/usr/bin", "/usr/sbin"}

// removesPrograms reports whether a command may remove what a distribution
// can't do without.
func removesPrograms(e entry) bool {
	if e.kind == inert || e.kind == copied {
		return false
	}
	words := e.words()
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, path.Base(w)) })
	}
	if has("--allow-remove-essential", "--force-all", "--force-remove-essential", "chroot") {
		return true
	}
	if removesPackages(e) && has("coreutils", "dash", "busybox", "apk-tools", "apt", "passwd", "shadow", "coreutils-single", "bash") {
		return true
	}
	if !has("rm", "unlink", "mv", "find", "shred", "truncate", "chmod") {
		return false
	}
	for i, w := range words {
		if i > 0 && (words[i-1] == "-s" || words[i-1] == "--shell") || !path.IsAbs(w) {
			continue
		}
		w = path.Clean(w)
		if slices.Contains(programDirs, w) || slices.Contains(programDirs, path.Dir(w)) || w == "/" || w == "/usr" || w == "/*" || w == "/usr/*" {
			return true
		}
	}
	return false
}

// removesPackages reports whether a command may remove a package.
func removesPackages(e entry) bool {
	if e.kind == inert || e.kind == copied {
		return false
	}
	return slices.ContainsFunc(e.words(), func(w string) bool {
		return slices.Contains([]string{"del", "purge", "remove", "autoremove", "erase", "--purge", "--auto-remove", "-r", "-e"}, w)
	})
}
