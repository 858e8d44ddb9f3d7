package workload

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// MaxListed bounds the files of the context that are checked for one copy.
const MaxListed = 500

// maxPlaces bounds the places whose answer Private keeps.
const maxPlaces = 10_000

// Private returns the first file at or below a place of the context that users other
// than its owner can't read, or can't run though the owner can, or the first directory
// that they can't enter: COPY keeps the mode. Its Text is the mode. found reports
// whether there is one among the first MaxListed files. It skips .git, node_modules
// and links. What can't be read is not private: the build fails on it, or ignores it.
func (f *Files) Private(place string) (file Evidence, found bool) {
	a, ok := f.modes.of(place, maxPlaces, func() Answer { return f.findPrivate(place) })
	if !ok {
		a = f.findPrivate(place)
	}
	return a.Evidence, !a.None()
}

func (f *Files) findPrivate(place string) Answer {
	info, err := f.Stat(place)
	if err != nil {
		return Answer{}
	}
	left := MaxListed
	a, _ := f.privateAt(place, fs.FileInfoToDirEntry(info), &left)
	return a
}

// privateAt checks a file and what is below it. left counts the files that may still
// be checked; goOn reports whether to check others.
func (f *Files) privateAt(name string, d fs.DirEntry, left *int) (a Answer, goOn bool) {
	if *left--; *left < 0 {
		return Answer{}, false
	}
	if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
		return Answer{}, true
	}
	if mode, ok := f.mode(d); ok && name != "." && (mode&0o004 == 0 || mode&0o100 != 0 && mode&0o001 == 0) {
		return Answer{Evidence: Evidence{Place{File: name}, fmt.Sprintf("mode %#o", mode)}}, false
	}
	if !d.IsDir() {
		return Answer{}, true
	}
	entries, err := f.ReadDir(name)
	if err != nil {
		return Answer{}, false
	}
	for _, e := range entries {
		if a, goOn := f.privateAt(path.Join(name, e.Name()), e, left); !goOn {
			return a, false
		}
	}
	return Answer{}, true
}

// mode returns the permissions of a directory or regular file. ok is false for other
// files, and where they can't be read.
func (f *Files) mode(d fs.DirEntry) (mode fs.FileMode, ok bool) {
	if !d.IsDir() && !d.Type().IsRegular() {
		return 0, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := d.Info()
	if err != nil {
		return 0, false
	}
	return info.Mode().Perm(), true
}

// ContextPath returns the path in the context of a source of COPY or ADD that is in
// the context: "." for all of it.
func ContextPath(source string) string {
	return cmp.Or(strings.TrimPrefix(path.Clean("/"+source), "/"), ".")
}
