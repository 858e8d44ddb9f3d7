package workload

import "github.com/dockmend/dockmend/fixer/lazyregexp"

var (
	// buildSettings matches the settings files of build tools.
	buildSettings = lazyregexp.New(`^tsconfig[\w.-]*\.json$|^angular\.json$|\.config\.[cm]?[jt]s$|^webpack[\w.-]*\.[cm]?[jt]s$|^(?:gulpfile|gruntfile|Gruntfile)\.[cm]?[jt]s$`)
	// outerDirectory matches a setting that names a directory outside the one where
	// the tool is called.
	outerDirectory = lazyregexp.New(`(?i)\b\w*(?:out|output|dist|dest|build)\w*["']?\s*[:=][^\n]*\.\./|\bpath["']?\s*:[^\n]*\.\.`)
)

// OuterOutput returns the first setting of a build tool, in the root of the context,
// that may make it write outside the directory where it is called. A setting that
// can't be read is a Gap.
func (f *Files) OuterOutput() Answer { return f.outputs() }

func (f *Files) findOuterOutput() Answer {
	entries, err := f.ReadDir(".")
	if err != nil {
		return Answer{Gap: unreadGap("", err)}
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !buildSettings.MatchString(name) {
			continue
		}
		text, err := f.ReadFile(name, MaxText)
		if err != nil {
			return Answer{Gap: unreadGap(name, err)}
		}
		if at := outerDirectory.FindStringIndex(text); at != nil {
			return firstIn(name, text, at[0])
		}
	}
	return Answer{}
}
