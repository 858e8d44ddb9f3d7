package history

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// releaseWords occur in commands that may change the release of the distribution, or
// the file that names it.
var releaseWords = []string{
	"dist-upgrade", "full-upgrade", "do-release-upgrade", "--available", "os-release", "sources.list", "debian.sources", "/etc/apt/*", "/etc/apk/",
	"alpine-release", "alpine-base", "apk upgrade",
}

// changesRelease reports whether anything after the first layer may have changed the
// release of the distribution. Alpine's includes the number of its last update.
func changesRelease(entries []entry, scripts map[int]script) bool {
	in := position{dir: "/"}
	base := true
	for i, e := range entries {
		switch {
		case e.kind == inert:
			in.enter(e)
		case e.kind == copied && !base && mayHoldRelease(in.copy(e)):
			return true
		case e.kind == run || e.kind == command:
			if scripts[i].upgrades || slices.ContainsFunc(releaseWords, func(s string) bool { return strings.Contains(e.text, s) }) {
				return true
			}
		}
		base = base && e.empty
	}
	return false
}

// mayHoldRelease reports whether a copy to the path dest may replace the file that
// names the release, or the list of package sources.
func mayHoldRelease(dest string) bool {
	switch dest {
	case "/", "/etc", "/usr", "/usr/lib", "/etc/os-release", "/usr/lib/os-release":
		return true
	}
	return strings.HasPrefix(dest, "/etc/apt") || strings.HasPrefix(dest, "/etc/apk") || strings.ContainsAny(dest, `$"']`)
}

// upgrades reports whether a call upgrades Alpine packages that it doesn't name.
func upgrades(c shell.Call) bool {
	if c.Name != "apk" {
		return false
	}
	return c.Has("upgrade", "fix", "--upgrade") || slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--") && strings.Contains(w.Text, "u")
	})
}
