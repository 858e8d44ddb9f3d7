package fixer

import (
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// notToEdit matches the comment that programs put on top of what they write.
var notToEdit = lazyregexp.New(`(?i)\bdo(?: not|n'?t) (?:edit|modify|change)\b`)

// generated finds the comment, before the first instruction, by which a file says that
// it is the work of a program: its next run would undo a change, and a check that
// compares the two would fail.
func generated(f *dockerfile.File) (c dockerfile.Comment, ok bool) {
	for _, c := range f.Comments() {
		if len(f.Instructions) > 0 && c.Start > f.Instructions[0].Start {
			break
		}
		if notToEdit.MatchString(c.Text) {
			return c, true
		}
	}
	return c, false
}
