// Package fixer is the engine: it runs transforms over a Dockerfile one after
// the other, checks what each did to the bytes, and takes back what fails the
// check. It names no transform and opens no connection.
package fixer

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/workload"
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

// Doc explains a transform to the people who review its changes.
type Doc struct {
	What   string   // what it changes
	Why    string   // what is wrong without it
	Safety string   // what it checks first, and when it leaves a file alone
	See    []string // the pages that the facts come from
}

// Transform is one small named change. It is a value: Pass is its whole world.
type Transform struct {
	ID     string // "nonroot-user": stable, used in findings, flags and comments
	Title  string // one line
	Since  string // the version that brought it
	Safety Safety // of its changes, where a change does not say otherwise
	Doc    Doc
	// Run looks at the file and reports findings. An error is a failure of the
	// transform itself, never a property of the file. It must be idempotent: on
	// the text that it made it reports no edit.
	Run func(*Pass) error
}

// Options change what the transforms do.
type Options struct {
	// Threshold is the least safety of a change that is made. The zero value
	// stands for Safe.
	Threshold Safety
	// NumericUser writes USER 1000:1000 instead of USER node, for Kubernetes'
	// runAsNonRoot, which can't check a name.
	NumericUser bool
	// User is the name, or the number, of who containers shall run as; "" for the
	// one that fits the image best. UID is the number of a user that has to be
	// made, 0 for the first free one.
	User string
	UID  int
	// Pin is how an image gets a name that stays.
	Pin   Pin
	Build chain.Options
	// KnownIDs are the transforms that a comment may ignore beside those that run.
	KnownIDs []string
}

// Pin is a way to name an image so that the name stays the image's.
type Pin string

const (
	// PinTag names a version, as in node:20.19.5-bookworm. It's the default, and
	// the zero value stands for it.
	PinTag Pin = "tag"
	// PinDigest keeps the tag and adds the digest of what it names.
	PinDigest Pin = "digest"
	// PinNone leaves images as they are named.
	PinNone Pin = "none"
)

// Source is a Dockerfile and what belongs to it.
type Source struct {
	Name string // for messages
	Src  []byte
	// Context is the directory that the build context is made of, nil when there
	// is none to look at. It is only read.
	Context fs.FS
	// Beside are the names of other Dockerfiles that have the same context.
	Beside []string
}

// Pass is what one transform sees of one file.
type Pass struct {
	File  *dockerfile.File
	Graph *chain.Graph
	// Context is the build context, without what its ignore file hides; nil when
	// there is none to look at. IgnoreFile is that file's name, "" when there is
	// none.
	Context    fs.FS
	IgnoreFile string
	// Directory is the one that the context is made of, with what is hidden: for
	// files that stand beside a Dockerfile, as a compose file does. nil without a
	// context.
	Directory fs.FS
	// Beside are the other Dockerfiles that are known to have the same context.
	Beside  []string
	Options Options

	ctx       context.Context
	images    *images
	memo      map[string]any
	workloads map[*chain.Run]*workload.Workload
	transform *Transform
	ignores   []ignore // that name it
	heeded    func(ignore)
	findings  []Finding
	edits     [][]dockerfile.Edit // of each finding
	created   []*NewFile          // of each finding, nil for none
}

// Base tells what is known of the image at the bottom of n's chain. The error
// says in one line why nothing is.
func (p *Pass) Base(n *chain.Node, ask baseimage.Ask) (*baseimage.Facts, error) {
	root := n.Root()
	if root.Err != nil {
		return nil, root.Err
	}
	return p.Image(root.Image, root.Platform, ask)
}

// Image tells what is known of an image that need not be the base of a stage, by
// its name as BuildKit would pull it. The error says in one line why nothing is;
// it wraps baseimage.ErrNotFound when there is no such image or tag.
func (p *Pass) Image(name, platform string, ask baseimage.Ask) (*baseimage.Facts, error) {
	return p.images.inspect(p.ctx, imageKey{name, platform}, ask)
}

// Workload returns the model of what a container of the stage does, made once for
// an evaluation.
func (p *Pass) Workload(run *chain.Run) *workload.Workload {
	w, ok := p.workloads[run]
	if !ok {
		w = workload.Of(workload.Input{Run: run, Context: p.Context, Ask: func(ask baseimage.Ask) (*baseimage.Facts, error) {
			return p.Base(run.Node, ask)
		}})
		p.workloads[run] = w
	}
	return w
}

// Transform is the transform that runs.
func (p *Pass) Transform() *Transform { return p.transform }

// Memo returns what make made for that key, once for one Dockerfile: for
// questions to the build context, which are asked of many instructions.
func (p *Pass) Memo(key string, make func() any) any {
	v, ok := p.memo[key]
	if !ok {
		v = make()
		p.memo[key] = v
	}
	return v
}

// Report records a finding at a place of the file. With edits it is a change,
// of the transform's own safety; without, it says what was left alone and why.
func (p *Pass) Report(at dockerfile.Span, message string, edits ...dockerfile.Edit) {
	s := p.transform.Safety
	if len(edits) == 0 {
		s = Note
	}
	p.ReportAs(s, at, message, edits...)
}

// ReportAs is Report with a safety of its own.
func (p *Pass) ReportAs(s Safety, at dockerfile.Span, message string, edits ...dockerfile.Edit) {
	line, col := p.File.Position(at.Start)
	p.findings = append(p.findings, Finding{ID: p.transform.ID, Safety: s, Line: line, Col: col, Message: message, offset: at.Start})
	p.edits = append(p.edits, edits)
	p.created = append(p.created, nil)
}

// Create records a finding that is mended by a new file in the build context.
func (p *Pass) Create(s Safety, at dockerfile.Span, message string, file NewFile) {
	p.ReportAs(s, at, message)
	file.ID = p.transform.ID
	p.created[len(p.created)-1] = &file
}

// NewFile is a file that a transform adds to the build context.
type NewFile struct {
	ID   string // the transform's
	Name string // in the context's directory
	Text []byte
}

// Finding is something that a transform changes, would change, or deliberately
// leaves alone.
type Finding struct {
	ID        string
	Safety    Safety // Note for what is left alone
	Line, Col int    // in the text that came in, from 1; Col counts bytes
	Message   string
	// Fixed: the change was made. Not fixed, and above Note: it was below the
	// threshold.
	Fixed bool
	// Bug: the transform failed, and what it did was taken back.
	Bug bool

	offset int
}

// Step is one transform that changed the text.
type Step struct {
	ID   string
	Text []byte // behind it
}

// Result is what became of one Dockerfile.
type Result struct {
	Before, After []byte
	Findings      []Finding // by line, column, ID, message
	Steps         []Step
	// Created are the files that the fix adds, in the order of their transforms.
	// They were not there when their transform looked.
	Created []NewFile
	// Images are the facts that were asked for, what was asked of each and no
	// more, by image and platform. What could not be learnt is not among them.
	Images []*baseimage.Facts
}
