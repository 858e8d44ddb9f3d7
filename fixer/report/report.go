// Package report writes the results of a run in the output formats of dockmend: one
// model, Report, and a renderer for each format.
//
// The output is a function of the report alone: no clock, no environment, no map
// order. Names of files, messages and Dockerfiles are untrusted text; each renderer
// quotes them as its format demands.
package report

import (
	"io"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
)

// Report is the result of one run.
type Report struct {
	Version    string             // of dockmend, as --version says it
	Transforms []*fixer.Transform // all that there are, in their order
	Files      []File             // in the order in which they were found
}

// File is the result for one Dockerfile.
type File struct {
	// Path is slash-separated, and relative to the root of the repository that the
	// current directory is in, or to that directory if it is in none, provided the file
	// is below it. It may hold any byte but NUL. "<stdin>" is standard input.
	Path string
	// Target is the file that changes if Path is a link to it, in the same form; "" if
	// it is not a link.
	Target string
	// Kind is that of the document; "" means dockerfile.Kind.
	Kind document.Kind
	// Err says why nothing is known of the file, or why it was not written; nil
	// when all went well. Its Name is the file's Path, or that of a file that was
	// to be added.
	Err *document.Error
	// Result has the findings; it is the zero value where Err came first.
	Result fixer.Result
	// Images are the facts of images that were asked for.
	Images []*baseimage.Facts
	// Directory is that of the build context, or of a Compose file, in the form of Path; "" for
	// none. Files are added to it.
	Directory string
	// Known reports for each finding of Result, by its index, whether a baseline has
	// it. nil: there is no baseline.
	Known []bool
	// Written: the file has been replaced.
	Written bool
	// Proofs are those of the stages that become images, if proofs were requested.
	Proofs []Proof
}

// Proof is what was observed of a stage before and after, or of what a Compose file or a manifest
// runs, as it says and without that.
type Proof struct {
	Target  string // the stage, "" for the last one
	Service string // the service or the container; "" for a stage
	Outcome string // proved, repaired, not proved, same failure, broken by the fix
	Reason  string
	Seen    []Seen
	Notes   []string
	// Details is all that was observed, for machines: it marshals to JSON.
	Details any
}

// Seen is one observation before and after.
type Seen struct{ What, Before, After string }

// Changed reports whether the fix changes the file, or adds one to its directory.
func (f *File) Changed() bool {
	return string(f.Result.Before) != string(f.Result.After) || len(f.Result.Created) > 0
}

// known reports whether a baseline has the i-th finding.
func (f *File) known(i int) bool { return f.Known != nil && f.Known[i] }

// annotates reports whether a finding is shown at its line in the formats that
// annotate lines: as a comment, an alert or a mark. What is left alone is for readers
// of a report; at the lines it would bury what can be done.
func annotates(f fixer.Finding) bool { return !f.ChangesNothing() }

// message returns the finding's text, with how to get the change.
func message(f fixer.Finding) string {
	if f.Status == fixer.Offered {
		return f.Sentence() + "; only with --unsafe"
	}
	return f.Sentence()
}

// transform returns the transform of that ID, nil for findings of the engine itself
// (base-image, build-context, ignore, syntax).
func (r *Report) transform(id string) *fixer.Transform {
	if i := slices.IndexFunc(r.Transforms, func(t *fixer.Transform) bool { return t.ID == id }); i >= 0 {
		return r.Transforms[i]
	}
	return nil
}

// pathOf returns where evidence is, in the form of Path; "" for that of an image.
func (f *File) pathOf(e fixer.Evidence) string {
	if e.File != "" && e.Root == fixer.Directory {
		return path.Join(f.Directory, e.File)
	}
	return e.File
}

// Format is a form that a whole report is written in.
type Format struct {
	Name string // for --format
	Help string
	// Separate: it has the edits of each change that can be made alone, and wants
	// imagebuild.Source.Separate.
	Separate bool
	// Write writes the report. The error is the writer's.
	Write func(io.Writer, *Report) error
}

// Formats are the formats, in the order of --help.
var Formats = []Format{
	{"json", "all that is known of each file, by a schema with a version", true, JSON},
	{"sarif", "SARIF 2.1.0, with fixes, for code scanning", true, SARIF},
	{"github", "workflow commands, which GitHub shows at the lines", false, GitHub},
	{"rdjson", "reviewdog's diagnostics, with suggestions", true, RDJSON},
	{"markdown", "the body of a pull request", false, Markdown},
}
