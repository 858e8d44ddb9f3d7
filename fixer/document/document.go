// Package document is what every kind of file offers the engine: bytes, the places in
// them, comments, and edits that the kind itself makes and proves. It knows no language.
//
// A kind is a package such as fixer/dockerfile. Its file type is a [Document], and its
// constructors are the only source of an [Edit]: they know where in the language a change
// may be made, and put into the edit what the file must mean afterwards. Edited holds the
// result against that.
package document

import "fmt"

// Kind is the name of a kind of document, for messages: "Dockerfile".
type Kind string

// Document is one parsed file. It does not change: an edit makes another one.
type Document interface {
	// Name is the file's, for messages.
	Name() string
	// Bytes are those of the file. They must not be changed.
	Bytes() []byte
	// Position returns the line and the column of an offset, both from 1; the column
	// counts bytes.
	Position(offset int) (line, col int)
	// FirstLine returns the line in which the instruction or entry begins that the line
	// is part of, and the line itself where it is part of none. Findings of one entry are
	// listed together.
	FirstLine(line int) int
	// Comments are the comments of the file, in its order.
	Comments() []Comment
	// Edited returns the document that the edits make of this one, after it has proved
	// that they changed what they were meant to change and nothing else: the rest has
	// moved at most. The edits may come in any order; those that insert at one place
	// keep theirs. It fails where two edits overlap, where an edit is of another
	// document's kind, and with a *TooLargeError where the result is larger than a
	// document of the kind may be.
	Edited(edits []Edit) (Document, error)
}

// TooLargeError is the error of Edited where the result would be too large.
type TooLargeError struct {
	Max int // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the file would have more than %d bytes", e.Max)
}

// Span is a half-open range [Start, End) of the bytes of a document.
type Span struct{ Start, End int }

// Len returns the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether the other span is part of this one.
func (s Span) Contains(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// Comment is a comment of a document.
type Comment struct {
	Span        // from its mark to the end of the line, the line end excluded
	Text string // of the span
	// Governs is the part of the document that a remark such as "# dockmend ignore=ID"
	// in this comment is about: the instruction or entry below it; the whole document for
	// a comment above the first one; empty for a comment that is about none.
	Governs Span
}

// GovernsAll reports whether the comment is about the whole document d.
func (c Comment) GovernsAll(d Document) bool {
	return c.Governs == Span{0, len(d.Bytes())}
}
