package fixer

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/document"
)

// Pass is what one transform sees of one document, in one view of it. A kind of document
// wraps it in a type that has its own questions, as imagebuild.Pass does.
type Pass struct {
	Document document.Document
	View     View
	Options  Options

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
	edits   []document.Edit
	created *NewFile // nil for none
	holds   func(end *Pass) Decision
}

// changes reports whether there is something to be made.
func (r *report) changes() bool { return len(r.edits) > 0 || r.created != nil }

// Transform returns the transform that runs.
func (p *Pass) Transform() *Transform { return p.transform }

// Inserted reports whether the instruction or entry that starts at the offset was
// inserted by a transform of this run. A finding about it is not printed: it is part of
// that transform's work.
func (p *Pass) Inserted(offset int) bool { return p.position(offset).inserted }

// Line returns the line, in the text that came in, of an offset of the current text; for
// inserted text, that of the finding that inserted it. Messages name lines so.
func (p *Pass) Line(offset int) int { return p.position(offset).line }

// Change records a finding at a place of the document and the edits that fix it. Of f, its
// texts and its evidence are used. may says whether they may be made, how safe that is and what a
// reviewer should know; where it refuses, the finding says so instead.
func (p *Pass) Change(at document.Span, f Finding, may Decision, edits ...document.Edit) Reported {
	f.Evidence = append(slices.Clip(f.Evidence), may.Evidence...)
	if may.Refused() {
		return p.record(at, Finding{Status: Refused, Problem: f.Problem, Reason: may.Refuse, Evidence: may.Evidence}, nil)
	}
	f.Safety = may.Limit(p.transform.Safety)
	f.Caveats = append(slices.Clip(f.Caveats), may.Caveats...)
	return p.record(at, f, edits)
}

// Leave records what is wrong at a place, and why it is left alone.
func (p *Pass) Leave(at document.Span, problem, reason string) Reported {
	return p.record(at, Finding{Status: Refused, Problem: problem, Reason: reason}, nil)
}

// Create records a finding that is fixed by a new file in the view's directory and by the
// edits, if there are any, as Change does: neither is made without the other. The transforms
// that run later find the file there. Several findings may add one file, of the same text.
func (p *Pass) Create(at document.Span, f Finding, may Decision, file NewFile, edits ...document.Edit) {
	r := p.Change(at, f, may, edits...).report
	if r.Status == Refused {
		return
	}
	file.ID = p.transform.ID
	r.created = &file
}

// State records what is to be known of a place, of which nothing is to be changed: a
// statement, and the fact that it rests on.
func (p *Pass) State(at document.Span, problem, reason string, evidence ...Evidence) {
	p.record(at, Finding{Status: Stated, Problem: problem, Reason: reason, Evidence: evidence}, nil)
}

func (p *Pass) record(at document.Span, f Finding, edits []document.Edit) Reported {
	f.ID, f.Severity, f.offset, f.end = p.transform.ID, p.transform.Severity, at.Start, at.End
	r := &report{Finding: f.bounded(), edits: edits}
	p.reports = append(p.reports, r)
	return Reported{r}
}

// Reported is a finding that was reported, to say more of it.
type Reported struct{ report *report }

// Provided states what the change counts on of the transforms in RestsOn. When all
// have run, the engine asks holds with a Pass of the final text, whose methods
// Became and Offers lead to it. Where holds refuses or lowers the safety, all is
// done again, in which this change is left out, for that reason, or has that safety.
// holds must neither report nor change anything.
func (r Reported) Provided(holds func(end *Pass) Decision) { r.report.holds = holds }

// ending is what a Pass of the final text knows of the way to it.
type ending struct {
	moves    []*document.Moves // of the steps from the text in which the change was reported
	findings []Finding         // of the run
}

// Became returns where in the final text the instruction or entry starts that started at
// the offset in the text in which the change was reported; false where it was deleted.
func (p *Pass) Became(offset int) (int, bool) {
	ok := true
	for _, m := range p.end.moves {
		if offset, ok = m.Edited(offset); !ok {
			return 0, false
		}
	}
	return offset, true
}

// Offers reports whether t has a change at that place which only the threshold
// kept it from making.
func (p *Pass) Offers(t *Transform, at document.Span) bool {
	where := p.position(at.Start)
	for _, f := range p.end.findings {
		if f.ID == t.ID && f.Status == Offered && f.Line == where.line && f.Col == where.col {
			return true
		}
	}
	return false
}
