package fixer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/document"
)

// Run runs the transforms over one document in the order given, each on the text that
// the one before it left; those for another kind of document are left out. It fails
// where a transform names no kind, and when ctx ends; whatever else goes wrong is a
// finding.
//
// A change that counts on the work of a later transform is judged on the final
// text. Where that work was not done, whatever the reason, all is run again
// without the change.
func Run(ctx context.Context, s Subject, ts []*Transform, o Options) (Result, error) {
	o.Threshold = cmp.Or(o.Threshold, Safe)
	ts, err := running(ts, s.Kind(), o)
	if err != nil {
		return Result{}, err
	}
	doc := s.Document()
	if c, ok := generated(doc); ok && o.Threshold > Unsafe {
		line, col := doc.Position(c.Start)
		return Unchanged(doc, StatedAt("generated", line, col, "left alone", "a comment says that it is generated: change its template")), nil
	}
	held := withheld{ignored: map[ignoreKey]bool{}}
	for {
		views := s.Views()
		r := &run{subject: s, options: o, transforms: ts, document: doc, views: slices.Clone(views), held: &held}
		for i := range ts {
			r.step(i)
			if err := ctx.Err(); err != nil {
				return Result{}, err
			}
		}
		if !r.withhold() {
			return r.result(views), ctx.Err()
		}
	}
}

// running returns the transforms that look at a document of that kind.
func running(ts []*Transform, kind document.Kind, o Options) (list []*Transform, err error) {
	for _, t := range ts {
		if t.Kind == "" {
			return nil, fmt.Errorf("the transform %q does not say which kind of document it is for", t.ID)
		}
		if t.Kind == kind && !t.IsOff(o) {
			list = append(list, t)
		}
	}
	return list, nil
}

// Unchanged returns the result of a run that left the document alone.
func Unchanged(doc document.Document, findings ...Finding) Result {
	return Result{Before: doc.Bytes(), After: doc.Bytes(), Findings: findings}
}

// run is the state of one way through the transforms.
type run struct {
	subject    Subject
	options    Options
	transforms []*Transform
	document   document.Document // as it is now
	views      []View            // of it; at least one
	held       *withheld
	applied    []applied // the steps so far
	steps      []Step
	created    []NewFile
	findings   []found
	conditions []condition // of the changes that were made
}

// found is a finding, and whether it is part of an earlier one.
type found struct {
	Finding
	owner  int  // the finding that inserted the text it is about, -1 for none
	hidden bool // it is not printed
}

// result puts the findings in their order. before are the views before any transform.
func (r *run) result(before []View) Result {
	original := r.subject.Document()
	var list []Finding
	for _, f := range r.findings {
		if !f.hidden {
			list = append(list, f.Finding)
		}
	}
	for _, f := range append(r.remarks(before), r.idleIgnores()...) {
		f.order = -1
		list = append(list, f)
	}
	for i := range list {
		list[i].group = original.FirstLine(list[i].Line)
	}
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(a.group-b.group, a.order-b.order, a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.Sentence(), b.Sentence()))
	})
	// What an earlier transform inserted is at one place of the text that came
	// in: of its lines the same may be said.
	list = slices.CompactFunc(list, Finding.equal)
	return Result{Before: original.Bytes(), After: r.document.Bytes(), Findings: list, Steps: r.steps, Created: r.created}
}

// remarks returns what the views say as they are now, and what they said before any
// transform: of one place, one finding.
func (r *run) remarks(before []View) (list []Finding) {
	add := func(n Remark, line, col int) {
		if !slices.ContainsFunc(list, func(f Finding) bool { return f.Line == line && f.Col == col }) {
			list = append(list, StatedAt(n.ID, line, col, n.Problem, n.Reason))
		}
	}
	for _, v := range r.views {
		for _, n := range v.Remarks() {
			at := r.place(n.Offset)
			add(n, at.line, at.col)
		}
	}
	for _, v := range before {
		for _, n := range v.Remarks() {
			line, col := r.subject.Document().Position(n.Offset)
			add(n, line, col)
		}
	}
	return list
}
