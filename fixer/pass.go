package fixer

import (
	"context"
	"io/fs"
	"slices"
	"sort"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Pass is what one transform sees of one file, for one build of it.
type Pass struct {
	File  *dockerfile.File
	Graph *stage.Graph
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
	Beside []string
	// Deployments are the known ways in which the image of this build is run.
	Deployments []workload.Deployment
	// Perhaps are the ways in which an image is run that may be this one, or another.
	Perhaps []workload.Deployment
	// Gaps are what could not be read of them.
	Gaps []workload.Gap
	// Derived are the FROM instructions of other Dockerfiles that name the image of
	// this build.
	Derived []workload.Place
	// Repository is the root of the checkout that they are of; nil for none.
	Repository fs.FS
	Options    Options

	ctx       context.Context
	images    *images
	workloads map[*stage.Evaluation]*workload.Workload
	contents  *contents
	transform *Transform
	ignores   []ignore // that name it
	heeded    func(ignore)
	reports   []*report
	position  func(offset int) place
	end       *ending // nil but in the question whether a change is provided for
}

// report is one finding of a pass.
type report struct {
	Finding
	edits   []dockerfile.Edit
	created *NewFile // nil for none
	holds   func(end *Pass) Decision
}

// changes reports whether there is something to be made.
func (r *report) changes() bool { return len(r.edits) > 0 || r.created != nil }

// Base tells what is known of the image at the bottom of n's chain. The error
// says in one line why nothing is.
func (p *Pass) Base(n *stage.Node, ask baseimage.Ask) (*baseimage.Facts, error) {
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
func (p *Pass) Workload(run *stage.Evaluation) *workload.Workload {
	w, ok := p.workloads[run]
	if !ok {
		w = workload.Of(workload.Input{Run: run, Context: p.Context, Files: p.contents.files, Takes: p.Graph.Takes(), Deployments: p.Deployments, Ask: func(ask baseimage.Ask) (*baseimage.Facts, error) {
			return p.Base(run.Node, ask)
		}})
		p.workloads[run] = w
	}
	return w
}

// Files returns the build context as the model reads it: once for all questions.
func (p *Pass) Files() *workload.Files { return p.contents.files }

// DirectoryFiles returns Directory as the model reads it.
func (p *Pass) DirectoryFiles() *workload.Files { return p.contents.all }

// NodeProcess returns what the sources of Node.js that the stages take from the
// build context say of their process.
func (p *Pass) NodeProcess() *workload.NodeProcess {
	return p.contents.files.NodeProcess().Of(p.Graph.Takes())
}

// Transform is the transform that runs.
func (p *Pass) Transform() *Transform { return p.transform }

// Inserted reports whether the instruction was inserted by a transform of this
// run. A finding about it is not printed: it is part of that transform's work.
func (p *Pass) Inserted(in *dockerfile.Instruction) bool {
	return p.position(in.Start).inserted
}

// Change records a finding at a place of the file and the edits that mend it. Of f, its
// texts are used. may says whether they may be made, how safe that is and what a
// reviewer should know; where it refuses, the finding says so instead.
func (p *Pass) Change(at dockerfile.Span, f Finding, may Decision, edits ...dockerfile.Edit) Reported {
	if may.Refused() {
		return p.Leave(at, f.Problem, may.Refuse)
	}
	f.Safety = may.Limit(p.transform.Safety)
	f.Caveats = append(slices.Clip(f.Caveats), may.Caveats...)
	return p.record(at, f, edits)
}

// Leave records what is wrong at a place, and why it is left alone.
func (p *Pass) Leave(at dockerfile.Span, problem, reason string) Reported {
	return p.record(at, Finding{Status: Refused, Problem: problem, Reason: reason}, nil)
}

// Create records a finding that is mended by a new file in the build context, as
// Change does. The transforms that run later find it there.
func (p *Pass) Create(at dockerfile.Span, f Finding, may Decision, file NewFile) {
	r := p.Change(at, f, may).report
	if r.Status == Refused {
		return
	}
	file.ID = p.transform.ID
	r.created = &file
}

func (p *Pass) record(at dockerfile.Span, f Finding, edits []dockerfile.Edit) Reported {
	f.ID, f.offset, f.end = p.transform.ID, at.Start, at.End
	r := &report{Finding: f.bounded(), edits: edits}
	p.reports = append(p.reports, r)
	return Reported{r}
}

// Reported is a finding that was reported, to say more of it.
type Reported struct{ report *report }

// Provided says what the change counts on of the transforms in RestsOn. When all
// have run, the engine asks holds with a Pass of the final text, whose methods
// Became and Offers lead to it. Where holds refuses or lowers the safety, all is
// done again, in which this change is left out, for that reason, or has that safety.
// holds must neither report nor change anything.
func (r Reported) Provided(holds func(end *Pass) Decision) { r.report.holds = holds }

// ending is what a Pass of the final text knows of the way to it.
type ending struct {
	moves    []*dockerfile.Moves // of the steps from the text in which the change was reported
	findings []Finding           // of the run
}

// Became returns the instruction of the final text that one of the text in which
// the change was reported has become, nil where it was deleted.
func (p *Pass) Became(in *dockerfile.Instruction) *dockerfile.Instruction {
	offset, ok := in.Start, true
	for _, m := range p.end.moves {
		if offset, ok = m.Edited(offset); !ok {
			return nil
		}
	}
	list := p.File.Instructions
	i := sort.Search(len(list), func(i int) bool { return list[i].Start >= offset })
	if i < len(list) && list[i].Start == offset {
		return list[i]
	}
	return nil
}

// Offers reports whether t has a change at that place which only the threshold
// kept it from making.
func (p *Pass) Offers(t *Transform, at dockerfile.Span) bool {
	where := p.position(at.Start)
	for _, f := range p.end.findings {
		if f.ID == t.ID && f.Status == Offered && f.Line == where.line && f.Col == where.col {
			return true
		}
	}
	return false
}
