package workload

import "cmp"

// Answer is the result of a search through the context for the first thing of a kind:
// the line that has it, or a Gap before any, which leaves the question open. The zero
// value is neither: all was searched, and there is none.
type Answer struct {
	Evidence Evidence
	Gap      Gap
}

// None reports whether everything was searched and nothing was found.
func (a Answer) None() bool { return a == Answer{} }

// File returns the file of the Evidence or of the Gap, "" for none.
func (a Answer) File() string { return cmp.Or(a.Evidence.Place.File, a.Gap.Place.File) }

// Place returns the place of the Evidence or of the Gap.
func (a Answer) Place() Place {
	if a.Gap != (Gap{}) {
		return a.Gap.Place
	}
	return a.Evidence.Place
}

// openAnswer returns the Answer that a file or directory leaves open.
func openAnswer(file, what string) Answer { return Answer{Gap: Gap{Place{File: file}, what}} }

// unreadGap returns the Gap of a file or directory that can't be read.
func unreadGap(file string, err error) Gap {
	return Gap{Place{File: file}, "it can't be read: " + err.Error()}
}

// firstIn returns the Evidence of an offset in a file.
func firstIn(file, text string, offset int) Answer {
	return Answer{Evidence: (&lines{text: text}).evidence(file, offset)}
}
