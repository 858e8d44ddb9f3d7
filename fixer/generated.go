package fixer

import (
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// notToEdit matches the comment that programs put on top of what they write.
var notToEdit = lazyregexp.New(`(?i)\bdo(?: not|n'?t) (?:edit|modify|change)\b`)

// generated finds the comment on top of a document by which it says that it is the work
// of a program: its next run would undo a change, and a check that compares the two
// would fail.
func generated(d document.Document) (c document.Comment, ok bool) {
	for _, c := range d.Comments() {
		if !c.GovernsAll(d) {
			break
		}
		if notToEdit.MatchString(c.Text) {
			return c, true
		}
	}
	return c, false
}
