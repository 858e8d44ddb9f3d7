package workload

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// MaxListed is how many files of the context one copy is looked at for.
const MaxListed = 500

// maxPlaces bounds the places of which Private keeps the answer.
const maxPlaces = 10_000

// Private returns the first file at or below a place of the context that others than
// its owner can't read, or as its owner may, run, or the first directory that they
// can't enter: COPY keeps the mode. Its Text is the mode. found reports whether there is
// one among the first MaxListed; .git, node_modules and links are not looked at, and
// what can't be read is not private: the build fails on it, or ignores it.
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

// privateAt looks at a file and at what is below it. left counts the files that may
// still be looked at; goOn reports whether it is of use to look at others.
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

// mode returns the permissions of a directory or regular file. ok is false for others,
// and where they can't be read.
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

// ContextPath returns the path in the context of a source of COPY or ADD that comes
// from it: "." for all of it.
func ContextPath(source string) string {
	return cmp.Or(strings.TrimPrefix(path.Clean("/"+source), "/"), ".")
}
