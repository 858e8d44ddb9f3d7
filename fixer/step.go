package fixer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/document"
)

// applied is one step that changed the text.
type applied struct {
	moves  *document.Moves
	owners []int // of each edit, the finding that made it
}

// step runs the i-th transform and makes its edits, all of them or none.
func (r *run) step(i int) {
	t := r.transforms[i]
	if err := r.held.failed[t]; err != nil {
		r.bug(i, err)
		return
	}
	passes := make([]*Pass, len(r.views))
	for j, v := range r.views {
		passes[j] = r.pass(t, v)
		err := guarded(t, passes[j])
		if err == nil && len(t.RestsOn) == 0 && slices.ContainsFunc(passes[j].reports, func(rep *report) bool { return rep.holds != nil }) {
			err = errors.New("a change rests on others, and RestsOn names none")
		}
		if err != nil {
			r.bug(i, err)
			return
		}
		passes[j].heed()
	}
	changes := r.agreed(passes)
	r.hold(t, changes)
	var edits []document.Edit
	var owners []int
	for k, c := range changes {
		switch {
		case !c.changes():
			c.Status, c.Safety = cmp.Or(c.Status, Stated), Note
		case c.Safety < r.options.Threshold:
			c.Status = Offered
		default:
			c.Status = Fixed
			edits = append(edits, c.edits...)
			owners = append(owners, slices.Repeat([]int{len(r.findings) + k}, len(c.edits))...)
		}
	}
	for _, c := range changes {
		if c.Status == Fixed {
			c.Touched = r.touched(c.edits)
			if len(r.applied) == 0 && c.created == nil {
				c.first = spliced(c.edits)
			}
		}
	}
	places := make([]place, len(changes))
	for k, c := range changes {
		places[k] = r.place(c.offset)
		places[k].endLine, places[k].endCol = r.endOf(c.Finding, places[k])
		places[k].alone = places[k].inserted && r.changesOnlyInserted(c)
	}
	if len(edits) > 0 {
		switch err := r.apply(t, edits, owners); {
		case errors.As(err, new(*document.TooLargeError)):
			for _, c := range changes {
				if c.Status == Fixed {
					*c = change{report: report{Finding: c.refused(err.Error())}}
				}
			}
		case err != nil:
			r.bug(i, err)
			return
		}
	}
	for k, c := range changes {
		r.note(i, c, places[k])
	}
}

// note records what became of a change, at its place in the text that came in.
func (r *run) note(order int, c *change, at place) {
	f := found{Finding: c.Finding, owner: at.owner}
	f.Line, f.Col, f.offset, f.order = at.line, at.col, at.offset, order
	f.EndLine, f.EndCol = at.endLine, at.endCol
	// Statements come after what is done about the instruction.
	if r.transforms[order].Safety == Note {
		f.order += len(r.transforms)
	}
	// What is said of a line that this run inserted is no news, but for an unsafe
	// change, and one that changes more than that line.
	f.hidden = at.inserted && (f.Safety == Note || f.Safety == Safe && at.alone)
	r.findings = append(r.findings, f)
	if f.Status != Fixed {
		return
	}
	if c.created != nil && !slices.ContainsFunc(r.created, c.created.equal) {
		r.created = append(r.created, *c.created)
		r.subject.Create(r.views, r.views[c.views[0]].Directory(), *c.created)
	}
	for j, holds := range c.conditions {
		if holds != nil {
			r.conditions = append(r.conditions, condition{key: c.key, transform: r.transforms[order], view: c.views[j], step: c.step, finding: len(r.findings) - 1, holds: holds})
		}
	}
}

// pass returns what a transform sees of the document as it is now, in one view.
func (r *run) pass(t *Transform, v View) *Pass {
	return &Pass{
		Document: r.document, View: v, Options: r.options, transform: t, position: r.place,
		ignores: ignores(r.document, t.ID), heeded: func(ig ignore) { r.held.ignored[ig.ignoreKey] = true },
	}
}

// guarded runs the transform; a panic is an error of its own, so that one document that
// it did not foresee does not end a run over thousands.
func guarded(t *Transform, p *Pass) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return t.Run(p)
}

// apply makes the edits and proves that nothing else changed.
func (r *run) apply(t *Transform, edits []document.Edit, owners []int) error {
	edited, err := r.document.Edited(edits)
	if err != nil {
		return err
	}
	if bytes.Equal(edited.Bytes(), r.document.Bytes()) {
		return errors.New("its edits change nothing")
	}
	views := make([]View, len(r.views))
	for i, v := range r.views {
		if views[i], err = v.Edited(edited); err != nil {
			return err
		}
	}
	r.applied = append(r.applied, applied{document.NewMoves(edits), owners})
	r.document, r.views = edited, views
	r.steps = append(r.steps, Step{ID: t.ID, Text: edited.Bytes()})
	return nil
}

func (r *run) bug(order int, err error) {
	r.findings = append(r.findings, found{owner: -1, Finding: Finding{
		ID: r.transforms[order].ID, Status: Failed, Line: 1, Col: 1, EndLine: 1, EndCol: 1, order: order,
		Problem: "internal error, nothing of this transform was changed; please report it", Reason: err.Error(),
	}})
}

// place is where an offset of the current text comes from.
type place struct {
	line, col int // in the text that came in; of the owner's finding where inserted
	offset    int // in the text that came in
	inserted  bool
	owner     int  // the finding that inserted it, -1 for none
	alone     bool // what is changed there is all inserted text

	endLine, endCol int // of a finding that is there
}

// place returns the place in the text that came in of an offset of the current text.
// Inserted text belongs to the finding that inserted it.
func (r *run) place(offset int) place {
	for _, step := range slices.Backward(r.applied) {
		var edit int
		if offset, edit = step.moves.Original(offset); edit < 0 {
			continue
		}
		owner := step.owners[edit]
		f := r.findings[owner]
		return place{line: f.Line, col: f.Col, offset: f.offset, inserted: true, owner: owner}
	}
	line, col := r.subject.Document().Position(offset)
	return place{line: line, col: col, offset: offset, owner: -1}
}

// endOf returns where the place of a finding ends in the text that came in: with its
// beginning, where it has no end there.
func (r *run) endOf(f Finding, at place) (line, col int) {
	if at.inserted || f.end <= f.offset {
		return at.line, at.col
	}
	last := r.place(f.end - 1)
	if last.inserted || last.offset < at.offset {
		return at.line, at.col
	}
	return last.line, last.col + 1
}

// touched returns the places of edits in the text that came in.
func (r *run) touched(edits []document.Edit) []document.Span {
	list := make([]document.Span, len(edits))
	for i, e := range edits {
		at := r.place(e.Start)
		list[i] = document.Span{Start: at.offset, End: at.offset}
		if e.Len() > 0 && !at.inserted {
			if last := r.place(e.End - 1); !last.inserted {
				list[i].End = max(list[i].End, last.offset+1)
			}
		}
	}
	return list
}

// spliced returns the edits for document.Splice alone: what they mean holds on to the
// document that they were made for.
func spliced(edits []document.Edit) []document.Edit {
	list := slices.Clone(edits)
	for i := range list {
		list[i].Meaning = nil
	}
	return list
}

// changesOnlyInserted reports whether all that a change does is to change
// instructions that this run inserted.
func (r *run) changesOnlyInserted(c *change) bool {
	return c.created == nil && !slices.ContainsFunc(c.edits, func(e document.Edit) bool {
		return e.Inserts() || !r.place(e.Anchor.Start).inserted
	})
}
