package workload

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file looks at scripts that a build runs by node: whether anything else runs them,
// and where they write.

var (
	// computedImport matches an import or require of what is not written there.
	computedImport = lazyregexp.New("\\b(?:require|import)\\s*\\(\\s*(?:[^\"'`\\s)]|`[^`\\n]*\\$\\{|[\"'][^\"'\\n]*[\"']\\s*\\+)")
	quotedPath     = lazyregexp.New("[\"'`]([^\"'`\\s]+)[\"'`]")
	// outerPath matches a setting that names an absolute path.
	outerPath = lazyregexp.New("(?i)\\b\\w*(?:out|output|dist|dest|dir)\\w*[\"']?\\s*[:=]\\s*[\"'`]/")
)

// LoadedBy returns the first source that may load a file of the context: it names the
// file or the directory of it, or imports what it computes. Development files and the
// file itself are not looked at.
func (f *Files) LoadedBy(file string) (a Answer) {
	base := path.Base(file)
	names := []string{base, strings.TrimSuffix(base, path.Ext(base))}
	if dir := path.Dir(file); dir != "." {
		names = append(names, path.Base(dir))
	}
	loads := func(name, text string) Answer {
		if at := computedImport.FindStringIndex(text); at != nil {
			return firstIn(name, text, at[0])
		}
		for _, m := range quotedPath.FindAllStringSubmatchIndex(text, -1) {
			if slices.Contains(names, path.Base(text[m[2]:m[3]])) {
				return firstIn(name, text, m[0])
			}
		}
		return Answer{}
	}
	gaps := f.Walk(func(dir string) bool { return !IsDevelopmentFile(dir) }, func(name string, d fs.DirEntry) bool {
		if !d.Type().IsRegular() || name == file || IsDevelopmentFile(name) || !usingFile.MatchString(name) {
			return true
		}
		if text, err := f.read(name, MaxText, true); err != nil {
			a = Answer{Gap: unreadGap(name, err)}
		} else {
			a = loads(name, text)
		}
		return a.None()
	})
	if a.None() && len(gaps) > 0 {
		a = Answer{Gap: gaps[0]}
	}
	return a
}

// WritesOutside returns the first place in a script of the context where it may write
// outside of the context: to an absolute path, above, or where no source says.
func (f *Files) WritesOutside(script string) Answer {
	text, err := f.ReadFile(script, MaxSourceFile)
	if err != nil {
		return Answer{Gap: unreadGap(script, err)}
	}
	for _, pattern := range []*lazyregexp.Regexp{outerDirectory, outerPath} {
		if at := pattern.FindStringIndex(text); at != nil {
			return firstIn(script, text, at[0])
		}
	}
	s, ok := f.started.of(script, maxStarted, func() *Sources { return f.readSource(script) })
	if !ok {
		s = f.readSource(script)
	}
	switch {
	case len(s.Gaps) > 0:
		return Answer{Gap: s.Gaps[0]}
	case len(s.Unplaced) > 0:
		return Answer{Evidence: s.Unplaced[0]}
	case len(s.ChildProcesses) > 0:
		return Answer{Evidence: s.ChildProcesses[0].Evidence}
	}
	for _, p := range s.Paths {
		if p.Kind == Written {
			return Answer{Evidence: p.Evidence}
		}
	}
	for _, w := range s.RelativeWrites {
		if leaves(w.Path) {
			return Answer{Evidence: w.Evidence}
		}
	}
	return Answer{}
}
