package fixer

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/internal/clip"
)

// Status is what became of a finding.
type Status string

// The statuses, by what they ask of a reader.
const (
	Fixed   Status = "fixed"   // the change is made
	Offered Status = "offered" // there is a change, below the threshold
	Refused Status = "refused" // there is none, and Reason says why
	Stated  Status = "stated"  // something to know, of which nothing is to be changed
	Failed  Status = "failed"  // the transform failed, and what it did was taken back
)

// Finding is something that a transform changes, would change, or deliberately
// leaves alone.
type Finding struct {
	ID     string // of the transform, or of what the engine looks at: base-image, ignore, syntax
	Status Status
	// Severity is the transform's; Info for what the engine says.
	Severity Severity
	Safety   Safety // of the change; Note where there is none
	// The place, in the text that came in, from 1; columns count bytes. The end is that
	// of the last byte and one more; it is the beginning where nothing more is known.
	Line, Col, EndLine, EndCol int

	Problem string   // what is wrong, a statement: "runs as root"
	Change  string   // what is done about it: "USER node"; "" where nothing is
	Reason  string   // the evidence for the change, or why there is none
	Caveats []string // what a reviewer of the change should know
	// Evidence is what the decision rests on, where it is a place or an image: the first
	// entry is what Reason is about.
	Evidence []Evidence
	// Touched are the places of the text that came in that a change that is made takes
	// text from, or puts text to. What it does to lines that this run inserted is at the
	// place of those.
	Touched []document.Span
	// Edits make the change in the text that came in, without the changes of others, by
	// document.Splice. [Separate] sets them, where the change can be made so: one that adds a
	// file has none.
	Edits []document.Edit

	offset, end int             // in the text that the transform saw
	first       []document.Edit // where that is the text that came in, the edits of the change
	order       int             // of the transform in the list, after all others for statements; -1 for the engine's own findings
	group       int             // the line of the instruction in the text that came in
}

// Evidence is one thing that was read and that a decision rests on: a place in a file, or
// what is known of an image.
type Evidence struct {
	File string // slash-separated; "" for an image
	Root Root   // of File
	Line int    // from 1; 0 for the whole file

	Image  string // as BuildKit would pull it; "" for a file
	Source string // of what is known of the image: "registry", "config", "history", "layer", "table"

	What string // what is seen there: "script start", "the account node"
}

// Root is the directory that a file of [Evidence] is named from.
type Root string

// The roots.
const (
	Repository Root = "repository"
	Directory  Root = "directory" // of the view: a Dockerfile's build context
)

// maxText bounds each text of a finding in bytes: they quote what a repository says,
// which may be of any length.
const maxText = 1000

// bounded returns the finding with no text longer than maxText.
func (f Finding) bounded() Finding {
	f.Problem, f.Change, f.Reason = clip.Text(f.Problem, maxText), clip.Text(f.Change, maxText), clip.Text(f.Reason, maxText)
	for i, caveat := range f.Caveats {
		if len(caveat) > maxText {
			f.Caveats = slices.Clone(f.Caveats)
			f.Caveats[i] = clip.Text(caveat, maxText)
		}
	}
	return f
}

// StatedAt returns a finding of which nothing is to be changed: what the engine, or who
// calls it, has to say of a file.
func StatedAt(id string, line, col int, problem, reason string) Finding {
	return Finding{ID: id, Status: Stated, Line: line, Col: col, EndLine: line, EndCol: col, Problem: problem, Reason: reason}.bounded()
}

// refused returns the finding as one of which nothing is changed.
func (f Finding) refused(reason string) Finding {
	f.Status, f.Safety, f.Change, f.Reason, f.Caveats, f.Evidence = Refused, Note, "", reason, nil, nil
	return f.bounded()
}

// ChangesNothing reports whether a finding has no change to offer, and is no failure.
func (f Finding) ChangesNothing() bool { return f.Status == Refused || f.Status == Stated }

// Sentence returns all that the finding says, in one line. What it takes to have a
// change that was not made is not part of it.
func (f Finding) Sentence() string {
	switch f.Status {
	case Refused:
		return joined(f.Problem+" (unchanged)", ": ", f.Reason)
	case Stated, Failed:
		return joined(f.Problem, ": ", f.Reason)
	}
	text := joined(f.Problem, ": ", f.Change)
	if f.Reason != "" {
		text += " (" + f.Reason + ")"
	}
	return strings.Join(append([]string{text}, f.Caveats...), "; ")
}

// joined puts a sign between two texts where there are two.
func joined(a, sign, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sign + b
}

// equal reports whether two findings say the same of the same place.
func (f Finding) equal(g Finding) bool {
	return f.ID == g.ID && f.Status == g.Status && f.Safety == g.Safety && f.Line == g.Line && f.Col == g.Col && f.Sentence() == g.Sentence()
}

// Step is one transform that changed the text.
type Step struct {
	ID   string
	Text []byte // after it
}

// NewFile is a file that a transform adds beside the document: to the build context of a
// Dockerfile, to the folder of a Compose file.
type NewFile struct {
	ID   string // the transform's
	Name string // in the view's directory
	Text []byte
}

// equal reports whether two findings add one file.
func (f *NewFile) equal(other NewFile) bool {
	return f.ID == other.ID && f.Name == other.Name && bytes.Equal(f.Text, other.Text)
}

// Result is what became of one document.
type Result struct {
	Before, After []byte
	// Findings are in the order of the instructions that came in; those of one
	// instruction in the order of the transforms, with those that only make statements
	// last. What a transform changes of lines
	// that an earlier one inserted is no finding of its own.
	Findings []Finding
	Steps    []Step
	// Created are the files that the fix adds, in the order of their transforms.
	// They were not there when their transform looked; those that run later see them
	// there.
	Created []NewFile
}
