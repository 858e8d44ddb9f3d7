package document

import (
	"fmt"
	"slices"
)

// Edit is one change to a document: it replaces the bytes of Span by Text. Only a kind's
// own constructors make one that its documents accept.
type Edit struct {
	Span
	Text string
	Role Role
	// Anchor is the instruction or entry that the edit changes, or next to which it
	// inserts.
	Anchor Span
	// Meaning is what the edit does to the meaning of the document, for its kind alone.
	Meaning any
}

// Role is what an edit does to its anchor.
type Role uint8

// The roles.
const (
	Changes       Role = iota + 1 // changes a part of it
	InsertsBefore                 // adds others before it, and leaves it as it is
	InsertsAfter                  // adds others after it, and leaves it as it is
	Deletes                       // removes it
)

// Inserts reports whether the edit only adds, and changes nothing that was there.
func (e Edit) Inserts() bool { return e.Role == InsertsBefore || e.Role == InsertsAfter }

// Sorted returns the edits in the order of their places. Those at one place keep
// their order.
func Sorted(edits []Edit) []Edit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	return edits
}

// Splice returns the bytes with the edits made, which it takes in any order. It fails
// where two of them change the same bytes, with the offset of the second.
func Splice(src []byte, edits []Edit) ([]byte, error) {
	edits = Sorted(edits)
	var out []byte
	pos := 0
	for i, e := range edits {
		if e.Start < pos || e.End < e.Start || e.End > len(src) || (i > 0 && e.Span == edits[i-1].Span && e.Len() > 0) {
			return nil, &OverlapError{Offset: min(max(e.Start, 0), len(src))}
		}
		out = append(out, src[pos:e.Start]...)
		out = append(out, e.Text...)
		pos = e.End
	}
	return append(out, src[pos:]...), nil
}

// OverlapError is the error of [Splice].
type OverlapError struct {
	Offset int // where the later of the two edits begins
}

func (e *OverlapError) Error() string {
	return fmt.Sprintf("two edits overlap at byte %d", e.Offset)
}
