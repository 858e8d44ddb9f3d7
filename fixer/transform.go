package fixer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/document"
)

// Safety says how sure a change is to keep a working build working. The order
// is meaningful: a threshold is one comparison.
type Safety int

const (
	// Note changes nothing.
	Note Safety = iota
	// Unsafe may change what the image does; a person must look at it.
	Unsafe
	// Safe keeps what the image does, as far as the facts go that it rests on.
	Safe
)

func (s Safety) String() string {
	switch s {
	case Note:
		return "note"
	case Unsafe:
		return "unsafe"
	case Safe:
		return "safe"
	}
	return fmt.Sprintf("Safety(%d)", int(s))
}

// Doc explains a transform to the people who review its changes. What and Why are
// paragraphs; an entry of a list is one fact, without a full stop.
type Doc struct {
	What        string   // what it changes, an imperative: "Adds USER …"; or states: "Names …"
	Why         string   // what is wrong without it
	Checks      []string // what is verified before a change, or a statement, is made
	LeavesAlone []string // where it makes none
	NeedsUnsafe []string // which of its changes are made only with Unsafe as the threshold
	See         []string // the pages that the facts come from: URLs, the best one first
}

// Transform is one small named change. It is a value: Pass is its whole world.
type Transform struct {
	ID       string        // "nonroot-user": stable, used in findings, flags and comments
	Title    string        // one line
	Since    string        // the version that brought it
	Kind     document.Kind // of the documents that it runs on
	Severity Severity      // of what it repairs
	// Safety is that of its changes, where a change does not say otherwise. Note: it
	// changes nothing, and only makes statements.
	Safety Safety
	Doc    Doc
	// RestsOn are the transforms that run later and whose work a change of this one
	// may count on. Such a change says, with [Reported.Provided], what that work
	// must have come to in the end; where RestsOn is empty, that is a failure of the
	// transform.
	RestsOn []*Transform
	// Flags are the options of this transform. One of the same name, of several
	// transforms, is one flag: they share the value.
	Flags []*Flag
	// Run looks at the document and reports findings. An error is a failure of the
	// transform itself, never a property of the document. It must be idempotent: on
	// the text that it made it reports no edit.
	Run func(*Pass) error
}

// Options change what the transforms do.
type Options struct {
	// Threshold is the least safety of a change that is made. The zero value
	// means Safe.
	Threshold Safety
	// Flags are the values of the transforms' flags, by name; those that are not set
	// have their default.
	Flags map[string]string
	// KnownIDs are the transforms that a comment may ignore beside those that run.
	KnownIDs []string
}

// Flag is an option of a transform. The command line, its configuration and the golden
// cases bind it by what is said here.
type Flag struct {
	Name        string // "user-style": of the command line's --user-style and of the key
	Help        string // what the value does, a sentence or two
	Placeholder string // for the value in the help: "NAME"
	Default     string // where it is not set; "" for none
	Enum        []string
	Number      bool // the value is an integer
	// Off is a value with which the transform does not run at all, "" for none.
	Off string
	// Check says what is wrong with a value that is set, "" for nothing, and what to do
	// about it. nil: each of Enum, or any, is right.
	Check func(value string) (problem, hint string)
}

// IsOff reports whether one of its flags keeps the transform from running at all.
func (t *Transform) IsOff(o Options) bool {
	return slices.ContainsFunc(t.Flags, func(f *Flag) bool { return f.Off != "" && f.Of(o) == f.Off })
}

// Of returns the value of the flag.
func (f *Flag) Of(o Options) string { return cmp.Or(o.Flags[f.Name], f.Default) }
