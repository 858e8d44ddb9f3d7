package proof

import (
	"cmp"
	"fmt"
	"path"
	"strings"
)

// This file judges what a command writes. Whether a path that it may not write matters
// to it was not observed: programs swallow errors, so such a change is not proved.

// lacks finds what after's command writes, if it can, and its user may not. It is no
// regression if before's command lacked the same.
func lacks(before, after *Observation) *Verdict {
	lacked := map[string]bool{}
	if before.Run != nil {
		for _, name := range before.Run.lacking() {
			lacked[generic(name)] = true
		}
	}
	home := after.Image.home()
	for _, name := range after.Run.lacking() {
		if !lacked[generic(name)] && !isCache(name, home) {
			return mayNot(after, "it writes %s, which user %d may not", name)
		}
	}
	return nil
}

// writes finds what before wrote, and after's user may not write. After's command does
// not try to, or else lacks finds it; it is not known why. No reason is missing where
// it writes the same under another number; for what is in /tmp, as what Yarn leaves
// there in the image and in the container, and node started without Yarn does not; nor
// for what before's user has in its home: after's user has another one.
func writes(before, after *Observation) *Verdict {
	if before.Run == nil {
		return nil
	}
	home := before.Image.home()
	if inside(before.Image.WorkDir, home) {
		home = "" // the application's own files are there
	}
	instead := map[string]bool{}
	for _, name := range after.Run.Wrote {
		if after.Run.Writable[name] {
			instead[generic(name)] = true
		}
	}
	for _, name := range before.Run.Wrote {
		might, known := before.Run.Writable[name]
		may, asked := after.Run.Writable[name]
		if !asked || may || known && !might || instead[generic(name)] || isCache(name, home) || inside(name, "/tmp") {
			continue
		}
		if home == "" || !inside(name, home) {
			return mayNot(after, "before, it wrote %s, which user %d may not", name)
		}
	}
	return nil
}

func mayNot(after *Observation, format, name string) *Verdict {
	return &Verdict{Outcome: NotProved, Reason: fmt.Sprintf(format, name, after.uid())}
}

// lacking returns the paths that the command writes, and its user may not.
func (r *Run) lacking() (list []string) {
	for _, name := range r.Wrote {
		if may, asked := r.Writable[name]; asked && !may {
			list = append(list, name)
		}
	}
	return list
}

// generic returns a path without what differs from one run to the next.
func generic(name string) string { return digits.ReplaceAllString(name, "0") }

// rootsYarn is where Yarn 1 has what it has in the home of other users.
const rootsYarn = "/usr/local/share"

// compiledCode is where Node.js keeps code that it has compiled, for npm since node 22.
const compiledCode = "/tmp/node-compile-cache"

// yarnsCompiledCode begins the name of the directory where Yarn 1 keeps code that it has compiled,
// one for each user. It does without, too (zertosh/v8-compile-cache).
const yarnsCompiledCode = "/tmp/v8-compile-cache-"

// isCompiledCode reports whether a path is a cache of compiled code.
func isCompiledCode(name string) bool {
	return inside(name, compiledCode) || strings.HasPrefix(name, yarnsCompiledCode)
}

// isCache reports whether a path is in the cache of npm or of Yarn 1, or in that of
// compiled code. The first two run a script all the same where they can't write it, as
// they say in their source and at run: "Log files were not written due to an error",
// "Selected the next writable cache folder"; Node.js does without (nodejs.org,
// "module.enableCompileCache").
func isCache(name, home string) bool {
	name = strings.TrimSuffix(name, "/")
	return inside(name, path.Join(rootsYarn, ".cache/yarn")) || inside(name, compiledCode) ||
		home != "" && (inside(name, path.Join(home, ".npm")) || inside(name, path.Join(home, ".cache/yarn")))
}

// home returns the home directory of the user that the command runs as; "" if it has
// none of its own.
func (i *Image) home() string {
	home := ""
	if i.RunsAs != nil {
		home = i.RunsAs.Home
	}
	for _, e := range i.env {
		if value, ok := strings.CutPrefix(e, "HOME="); ok {
			home = value
		}
	}
	if home = path.Clean(cmp.Or(home, "/")); home == "/" {
		return ""
	}
	return home
}

// uid returns the user that the command runs as, -1 if that was not observed.
func (o *Observation) uid() int {
	switch {
	case o.Run.Process != nil:
		return o.Run.Process.UID
	case o.Image.RunsAs != nil:
		return o.Image.RunsAs.UID
	}
	return -1
}
