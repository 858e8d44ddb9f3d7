package workload

import "cmp"

// Answer is what a look through the context for the first of a kind ended at: the
// line that is one, or a Gap before any, which leaves the question open. The zero
// value is neither: all was looked at, and there is none.
type Answer struct {
	Evidence Evidence
	Gap      Gap
}

// None reports whether all was looked at and nothing was found.
func (a Answer) None() bool { return a == Answer{} }

// File returns the file of the Evidence or of the Gap, "" for none.
func (a Answer) File() string { return cmp.Or(a.Evidence.Place.File, a.Gap.Place.File) }

// openAnswer is a question that a file or directory leaves open.
func openAnswer(file, what string) Answer { return Answer{Gap: Gap{Place{File: file}, what}} }

// unreadGap is the Gap of a file or directory that can't be read.
func unreadGap(file string, err error) Gap {
	return Gap{Place{File: file}, "it can't be read: " + err.Error()}
}

// firstIn returns the Evidence of an offset in a file.
func firstIn(file, text string, offset int) Answer {
	return Answer{Evidence: (&lines{text: text}).evidence(file, offset)}
}
