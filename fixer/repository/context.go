package repository

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/discover"
)

// The bounds of the search for the context of one Dockerfile.
const (
	maxSources = 256    // sources
	maxLevels  = 64     // directories from the Dockerfile's up
	maxMatched = 10_000 // directory entries for all patterns in one directory
)

// lockFiles are what package managers write: a repository without one still has the
// other sources.
var lockFiles = words("package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock poetry.lock uv.lock Pipfile.lock Gemfile.lock composer.lock Cargo.lock go.sum")

// FindContext returns the nearest directory at or above a Dockerfile, up to the
// root, that has all its sources as a builder sees them: without what an ignore file
// hides. sources lists alternatives: of the paths and patterns in each entry, one has
// to exist. A source that git ignores is made before the build, and need not exist. If
// no directory has all of them, it is the nearest one that has some and
// lacks nothing but lock files. Without sources it is the Dockerfile's own directory.
//
// ok is false if there is none. dir is then the nearest directory with most of the
// sources, "" if none has any.
//
// The paths are slash-separated, from the root; dockerfile is that of a file.
func FindContext(root fs.FS, dockerfile string, sources [][]string) (dir string, ok bool) {
	dir = path.Dir(dockerfile)
	if len(sources) == 0 {
		return dir, true
	}
	sources = bounded(sources)
	ignores := discover.NewIgnores(root)
	best, most, unlocked := "", 0, ""
	for range maxLevels {
		there, missing := present(root, dir, dockerfile, sources, ignores)
		if len(missing) == 0 {
			return dir, true
		}
		if unlocked == "" && there > 0 && !slices.ContainsFunc(missing, func(entry []string) bool { return !lockFiles[path.Base(entry[0])] }) {
			unlocked = dir
		}
		if there > most {
			best, most = dir, there
		}
		if dir == "." {
			break
		}
		dir = path.Dir(dir)
	}
	if unlocked != "" {
		return unlocked, true
	}
	return best, false
}

// bounded returns the first entries, up to maxSources sources in all.
func bounded(sources [][]string) [][]string {
	left := maxSources
	for i, entry := range sources {
		if left -= len(entry); left < 0 {
			return sources[:i]
		}
	}
	return sources
}

// present returns how many of the sources a directory has, and which it lacks that
// git does not ignore there.
func present(root fs.FS, dir, dockerfile string, sources [][]string, ignores discover.Ignores) (there int, missing [][]string) {
	below, err := fs.Sub(root, dir)
	if err != nil {
		return 0, sources
	}
	seen := buildcontext.Open(below, dockerfile)
	left := maxMatched
	for _, entry := range sources {
		switch {
		case slices.ContainsFunc(entry, func(src string) bool { return has(seen, src, &left) }):
			there++
		case !slices.ContainsFunc(entry, func(src string) bool { return ignores.Hide(path.Join(dir, src)) }):
			missing = append(missing, entry)
		}
	}
	return there, missing
}

// has reports whether a file or a match of a pattern exists. What can't be read exists.
func has(fsys fs.FS, src string, left *int) bool {
	if strings.ContainsAny(src, "*?[") {
		return matches(fsys, ".", strings.Split(src, "/"), left)
	}
	_, err := fs.Stat(fsys, src)
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// matches reports whether a pattern, given by its parts, matches something in a
// directory. It returns true if there are too many entries to decide.
func matches(fsys fs.FS, dir string, parts []string, left *int) bool {
	if len(parts) == 0 {
		return true
	}
	if !strings.ContainsAny(parts[0], `*?[\`) {
		name := path.Join(dir, parts[0])
		_, err := fs.Stat(fsys, name)
		return err == nil && matches(fsys, name, parts[1:], left)
	}
	list, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return false
	}
	for _, e := range list {
		if *left--; *left < 0 {
			return true
		}
		if ok, err := path.Match(parts[0], e.Name()); err == nil && ok && (len(parts) == 1 || e.IsDir()) && matches(fsys, path.Join(dir, e.Name()), parts[1:], left) {
			return true
		}
	}
	return false
}
