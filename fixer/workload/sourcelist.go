package workload

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// This file lists the sources of a context, and reads them.

// sourceEntry is a file of the context that is read as a source, or a gap in its place.
type sourceEntry struct {
	name     string
	lang     Language // "" if its code is not read
	node     bool     // a source of Node.js, or its configuration
	manifest bool     // a list of packages
	entry    fs.DirEntry
	gap      *sourceGap
	gaps     int // of the walk before it
}

// sourceGap is a gap of the sources.
type sourceGap struct {
	Gap
	node bool // Node.js sources are among what is unknown
}

// sourceList are the sources of a context in the order of the walk.
type sourceList struct {
	files []sourceEntry
	gaps  []sourceGap // of the walk
}

// sourceFiles returns the sources of the context, which are listed once. It reads none
// of them.
func (f *Files) sourceFiles() *sourceList { return f.list() }

func (f *Files) listSources() *sourceList {
	list, left, strange := &sourceList{}, MaxSourceFiles, map[string]bool{}
	w := f.newWalk()
	w.enter = func(dir string) bool {
		base := path.Base(dir)
		return base == "public" || !slices.Contains(notRun, base) && !(base == "wwwroot" && f.isWebProject(path.Dir(dir)))
	}
	w.visit = func(name string, d fs.DirEntry) bool {
		base := path.Base(name)
		s := sourceEntry{name: name, lang: codeLanguage(name), entry: d, gaps: len(w.gaps)}
		s.node = isNodeSource(base) && !outside(name, []string{"public"})
		s.manifest = isManifest(name)
		if other := unread[path.Ext(base)]; other != "" && !strange[other] && !outside(name, notOwn) {
			strange[other] = true
			list.files = append(list.files, sourceEntry{gap: &sourceGap{Gap{Place{File: name}, "sources in " + other + " are not read"}, false}})
		}
		if !d.Type().IsRegular() || s.lang == "" && !s.node && !s.manifest || s.manifest && outside(name, notOwn) {
			return true
		}
		// Lists of packages are few, and are not source files.
		if s.node || s.lang != "" {
			left--
		}
		if left < 0 {
			list.files = append(list.files, sourceEntry{gap: &sourceGap{Gap{Place{File: name}, fmt.Sprintf("there are more than %d source files", MaxSourceFiles)}, true}})
			return false
		}
		list.files = append(list.files, s)
		return true
	}
	for _, g := range w.all() {
		list.gaps = append(list.gaps, sourceGap{g, !outside(path.Join(g.Place.File, "x"), []string{"public"})})
	}
	return list
}

// isWebProject reports whether a directory has a project of .NET, whose wwwroot is served to
// browsers (learn.microsoft.com, "Static files in ASP.NET Core").
func (f *Files) isWebProject(dir string) bool {
	entries, err := f.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return slices.Contains([]string{".csproj", ".fsproj", ".vbproj"}, path.Ext(e.Name()))
	})
}

// eachSource reads the sources one after the other, and calls look with the text of
// each, or with the gap in its place. It ends after MaxSourceBytes, and returns the
// gaps of the walk up to there.
func (f *Files) eachSource(look func(s *sourceEntry, text string, gap *sourceGap)) []sourceGap {
	list, left := f.sourceFiles(), MaxSourceBytes
	for i := range list.files {
		s := &list.files[i]
		if s.gap != nil {
			look(s, "", s.gap)
			continue
		}
		text, err := f.read(s.name, MaxSourceFile, true)
		if err != nil {
			look(s, "", unreadable(s, err))
			continue
		}
		if left -= len(text); left < 0 {
			look(s, "", &sourceGap{Gap{Place{File: s.name}, fmt.Sprintf("the sources have more than %d MiB", MaxSourceBytes>>20)}, true})
			return list.gaps[:min(s.gaps, len(list.gaps))]
		}
		look(s, text, nil)
	}
	return list.gaps
}

func unreadable(s *sourceEntry, err error) *sourceGap {
	return &sourceGap{Gap{Place{File: s.name}, fmt.Sprintf("it can't be read: %v", err)}, s.node}
}

// eachNodeSource is eachSource for the Node.js sources. Others are read only where
// their size decides which sources exceed the bound.
func (f *Files) eachNodeSource(look func(s *sourceEntry, text string, gap *sourceGap)) []sourceGap {
	ofNode := func(s *sourceEntry, text string, gap *sourceGap) {
		if gap != nil && gap.node || gap == nil && s.node {
			look(s, text, gap)
		}
	}
	list := f.sourceFiles()
	if list.size() > MaxSourceBytes {
		return f.eachSource(ofNode)
	}
	for i := range list.files {
		s := &list.files[i]
		switch {
		case s.gap != nil:
			ofNode(s, "", s.gap)
		case s.node:
			if text, err := f.read(s.name, MaxSourceFile, true); err != nil {
				ofNode(s, "", unreadable(s, err))
			} else {
				ofNode(s, text, nil)
			}
		}
	}
	return list.gaps
}

// size returns at least the number of bytes in all sources. Files that are too large
// count as none.
func (l *sourceList) size() (n int64) {
	for _, s := range l.files {
		if s.gap != nil {
			continue
		}
		if info, err := s.entry.Info(); err == nil && info.Size() <= MaxSourceFile {
			n += info.Size()
		}
	}
	return n
}
