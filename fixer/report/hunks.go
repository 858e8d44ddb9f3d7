package report

import (
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/document"
)

// hunk is a run of lines that the fix changes, and whose work that is.
type hunk struct {
	line, lines       int // before: the first, from 1, and how many
	newLine, newLines int // after
	findings          []int
}

// hunks are the changes of the file from top to bottom, each with the indices of the
// findings that touch its lines.
func (f *File) hunks() (list []hunk) {
	before := f.Result.Before
	shift := 0
	starts := lineStarts(before)
	for _, c := range diff.Replacements(before, f.Result.After) {
		h := hunk{line: c.Line, lines: c.Lines, newLine: c.Line + shift, newLines: len(lines(c.Text))}
		shift += h.newLines - h.lines
		for i, found := range f.Result.Findings {
			if found.Status == fixer.Fixed && slices.ContainsFunc(found.Touched, func(s document.Span) bool { return h.has(before, starts, s) }) {
				h.findings = append(h.findings, i)
			}
		}
		list = append(list, h)
	}
	return list
}

// has reports whether a place is in the lines of the hunk. What is put to the end of a
// line becomes the lines below it.
func (h hunk) has(before []byte, starts []int, s document.Span) bool {
	first := lineOf(starts, s.Start)
	last := lineOf(starts, max(s.Start, s.End-1))
	if s.Len() == 0 && (s.End == len(before) || before[s.End] == '\n' || before[s.End] == '\r') {
		last++
	}
	return first <= max(h.line, h.line+h.lines-1) && last >= h.line
}

// lineStarts are the offsets at which lines begin.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for _, line := range lines(text) {
		starts = append(starts, starts[len(starts)-1]+len(line))
	}
	return starts
}

// lineOf is the number, from 1, of the line that an offset is in.
func lineOf(starts []int, offset int) int {
	i, found := slices.BinarySearch(starts, offset)
	if found {
		return i + 1
	}
	return i
}
