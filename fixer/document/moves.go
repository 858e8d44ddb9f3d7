package document

import (
	"cmp"
	"slices"
	"sort"
)

// Moves maps the offsets of a document to those of the text that edits made of it, and
// back. A lookup takes logarithmic time in the number of edits.
type Moves struct {
	list []move // by their place
}

// move is one edit at its place in both texts.
type move struct {
	edit  Edit
	index int // in the edits that NewMoves was given
	start int // in the new text
}

// NewMoves returns the mapping for edits that [Splice] accepted.
func NewMoves(edits []Edit) *Moves {
	m := &Moves{list: make([]move, len(edits))}
	for i, e := range edits {
		m.list[i] = move{edit: e, index: i}
	}
	slices.SortStableFunc(m.list, func(a, b move) int {
		return cmp.Or(a.edit.Start-b.edit.Start, a.edit.End-b.edit.End)
	})
	shift := 0
	for i := range m.list {
		e := m.list[i].edit
		m.list[i].start = e.Start + shift
		shift += len(e.Text) - e.Len()
	}
	return m
}

// Original returns the offset in the old text that an offset of the new one comes
// from. In the text of an edit that is the edit's own place; inserted is then the
// edit's index where it only inserts, and -1 everywhere else.
func (m *Moves) Original(offset int) (original, inserted int) {
	i := sort.Search(len(m.list), func(i int) bool { return m.list[i].start > offset })
	if i == 0 {
		return offset, -1
	}
	switch last := m.list[i-1]; {
	case offset >= last.start+len(last.edit.Text):
		return offset - last.start - len(last.edit.Text) + last.edit.End, -1
	case last.edit.Inserts():
		return last.edit.Start, last.index
	default:
		return last.edit.Start, -1
	}
}

// Edited returns the offset in the new text of the instruction or entry that starts at
// offset in the old one. It is false where the edits delete it.
func (m *Moves) Edited(offset int) (int, bool) {
	// The edits that are wholly before it.
	i := sort.Search(len(m.list), func(i int) bool {
		e := m.list[i].edit
		return e.Start > offset || e.Start == offset && e.Role != InsertsBefore
	})
	for _, near := range m.list[max(i-1, 0):min(i+1, len(m.list))] {
		if e := near.edit; e.Role == Deletes && e.Start <= offset && offset < e.End {
			return 0, false
		}
	}
	if i == 0 {
		return offset, true
	}
	last := m.list[i-1]
	return offset - last.edit.End + last.start + len(last.edit.Text), true
}
