package dockerfile

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// expected is an instruction that must be found in the edited file.
type expected struct {
	logical  string
	heredocs []parser.Heredoc
	comments string
	start    int // offset in the new file, -1 when it is a new instruction
	line     int // of the instruction in the old file, or of the place
}

// Edited returns the file that the edits make of f, as [document.Document] says. The
// instructions of the result have the lines of f for messages.
func (f *File) Edited(edits []document.Edit) (document.Document, error) {
	for _, e := range edits {
		if m, ok := e.Meaning.(meaning); !ok || m.anchor.file != f {
			return nil, errors.New("an edit is not of this file")
		}
	}
	text, err := document.Splice(f.src, edits)
	if overlap := (*document.OverlapError)(nil); errors.As(err, &overlap) {
		line, _ := f.Position(overlap.Offset)
		return nil, fmt.Errorf("two edits overlap in line %d: %w", line, ErrNoPlace)
	}
	if len(text) > MaxSize {
		return nil, &document.TooLargeError{Max: MaxSize}
	}
	after, err := parse(f.name, text, f.Instructions)
	if err != nil {
		return nil, fmt.Errorf("its output does not parse: %w", err)
	}
	if err := f.check(after, edits); err != nil {
		return nil, fmt.Errorf("its output is not what was meant: %w", err)
	}
	return after, nil
}

// check proves that after, parsed from the bytes that the edits made, is f with these
// edits and nothing else: every other instruction comes back at its shifted offset with
// the same logical line, heredocs and comments; the edited ones read as meant; the
// inserted lines come back as the instructions that they were; the parser directives
// hold. Parsing alone is not enough of a proof: a line that slips into a continuation
// parses too.
func (f *File) check(after *File, edits []document.Edit) error {
	if f.Escape != after.Escape || f.Syntax != after.Syntax || f.directive != after.directive {
		return fmt.Errorf("the parser directives changed")
	}
	want := f.expect(document.Sorted(edits))
	for i, in := range after.Instructions {
		if i >= len(want) {
			return fmt.Errorf("line %d: %s was not there and was not inserted", in.Node.StartLine, in.Name())
		}
		w := want[i]
		switch {
		case in.Logical != w.logical:
			return fmt.Errorf("line %d: reads %q, must read %q", in.Node.StartLine, in.Logical, w.logical)
		case !reflect.DeepEqual(in.Node.Heredocs, w.heredocs):
			return fmt.Errorf("line %d: the heredocs of %s changed", in.Node.StartLine, in.Name())
		case w.start >= 0 && in.Start != w.start:
			return fmt.Errorf("line %d: %s stands at byte %d, must stand at %d", in.Node.StartLine, in.Name(), in.Start, w.start)
		case w.start >= 0 && in.Comments() != w.comments:
			return fmt.Errorf("line %d: %s lost its comment or got another's", in.Node.StartLine, in.Name())
		}
	}
	if n := len(after.Instructions); n < len(want) {
		return fmt.Errorf("%q is missing", want[n].logical)
	}
	for i, in := range after.Instructions {
		in.Line = want[i].line
	}
	return nil
}

// expect computes the instructions that the edits should leave.
func (f *File) expect(edits []document.Edit) []expected {
	var want []expected
	shift := 0
	next := 0
	for _, in := range f.Instructions {
		var inside, after []document.Edit
		deleted := false
		delta := 0 // of edits inside this instruction
		for ; next < len(edits) && edits[next].Meaning.(meaning).anchor.Index <= in.Index; next++ {
			switch e := edits[next]; e.Role {
			case document.InsertsBefore:
				want = append(want, inserted(e)...)
				shift += len(e.Text)
			case document.Changes:
				inside = append(inside, e)
				delta += len(e.Text) - e.Len()
			case document.InsertsAfter:
				after = append(after, e)
				delta += len(e.Text)
			case document.Deletes:
				deleted = true
				delta -= e.Len()
			}
		}
		if !deleted {
			want = append(want, expected{in.logicalAfter(inside), in.Node.Heredocs, in.Comments(), in.Start + shift, in.Line})
		}
		for _, e := range after {
			want = append(want, inserted(e)...)
		}
		shift += delta
	}
	return want
}

func inserted(e document.Edit) (list []expected) {
	m := e.Meaning.(meaning)
	for _, l := range m.lines {
		list = append(list, expected{logical: l, start: -1, line: m.anchor.Line})
	}
	return list
}

func (in *Instruction) logicalAfter(edits []document.Edit) string {
	if len(edits) == 0 {
		return in.Logical
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b document.Edit) int { return logical(a).Start - logical(b).Start })
	var b strings.Builder
	pos := 0
	for _, e := range edits {
		b.WriteString(in.Logical[pos:logical(e).Start])
		b.WriteString(cmp.Or(e.Meaning.(meaning).becomes, e.Text))
		pos = logical(e).End
	}
	b.WriteString(in.Logical[pos:])
	return b.String()
}

// logical returns what a change replaces in the logical line.
func logical(e document.Edit) document.Span { return e.Meaning.(meaning).logical }
