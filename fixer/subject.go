package fixer

import "github.com/dockmend/dockmend/fixer/document"

// Subject is what [Run] repairs: a document, and all that is known of how it is used. A
// kind of document has its own, as package imagebuild has for Dockerfiles.
type Subject interface {
	Kind() document.Kind
	// Document returns the document that came in.
	Document() document.Document
	// Views returns the ways in which the document is used, at least one, as they are
	// before any transform. Each call returns new ones, with nothing in them that a
	// transform has left.
	Views() []View
	// Disagreement is the problem where the views need different changes: "its builds
	// need different changes".
	Disagreement() string
	// Create adds a file to a directory of the views, as View.Directory names it: from
	// then on, those that have it see the file.
	Create(views []View, directory any, file NewFile)
}

// View is a document as it is used in one way: a Dockerfile in one of its builds. Each
// transform looks at every view, and a change is made where all views agree on it that
// use that part of the document.
type View interface {
	// Name is for messages: "docker-compose.yml:7: service web".
	Name() string
	// Edited returns the view of the document that edits made of the one before. It
	// fails where they made something of it that no transform should.
	Edited(document.Document) (View, error)
	// Part returns the part of the document that an offset is in, -1 for none. The
	// changes of a transform to one part belong together: a stage of a Dockerfile.
	Part(offset int) int
	// Uses reports whether the part takes effect in this view.
	Uses(part int) bool
	// Directory identifies the directory that a new file of this view is created in. Its
	// value is comparable.
	Directory() any
	// Remarks are what the decisions made in this view rest on, where a reader should know.
	Remarks() []Remark
}

// Remark is something to know of a place of a view's document, of which nothing is to be
// changed.
type Remark struct {
	ID              string // of the finding
	Offset          int
	Problem, Reason string
}
