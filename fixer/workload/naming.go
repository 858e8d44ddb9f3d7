package workload

import (
	"path"
	"slices"
	"strings"
)

// This file searches what a build and its scripts read for names of files.

// maxNamingBytes bounds the texts that are searched for names.
const maxNamingBytes = 4 << 20

// namingFolders are the folders of scripts and settings.
var namingFolders = []string{".", "scripts", "script", "bin", "docker", "build", "config"}

// namingText is a file that may name others.
type namingText struct{ name, text string }

// NameOf returns the first place in the scripts and settings of the context, of
// its root and of its folders of scripts, that names a file. found reports
// whether there is one. Texts that can't be read, and those after 4 MiB, name nothing.
func (f *Files) NameOf(file string) (name Evidence, found bool) {
	for _, t := range f.naming() {
		if at := FileNameIn(t.text, file); at >= 0 {
			return firstIn(t.name, t.text, at).Evidence, true
		}
	}
	return Evidence{}, false
}

func (f *Files) readNamingTexts() (texts []namingText) {
	left := maxNamingBytes
	for _, dir := range namingFolders {
		entries, err := f.ReadDir(dir)
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if !e.Type().IsRegular() || !namesFiles(name) || left < 0 {
				continue
			}
			if text, err := f.ReadFile(name, MaxText); err == nil {
				texts = append(texts, namingText{name, text})
				left -= len(text)
			}
		}
	}
	return texts
}

// namesFiles reports whether a file of that name may name files that the build uses.
func namesFiles(name string) bool {
	base := path.Base(name)
	switch path.Ext(base) {
	case ".sh", ".js", ".cjs", ".mjs", ".ts", ".mts", ".toml":
		return true
	case ".json":
		return !strings.Contains(base, "lock")
	}
	return slices.Contains([]string{"Makefile", "Procfile", "Justfile"}, base)
}

// FileNameIn returns the offset of the first place where a text has the name of a
// file, not as part of a longer one; -1 for none. The name must not be empty.
func FileNameIn(text, name string) int {
	if name == "" {
		return -1
	}
	goesOn := func(c byte) bool { return isWordByte(c) || c == '.' || c == '-' }
	for at := range indexes(text, name) {
		end := at + len(name)
		if (at == 0 || !goesOn(text[at-1])) && (end == len(text) || !goesOn(text[end])) {
			return at
		}
	}
	return -1
}
