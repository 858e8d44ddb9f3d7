package dockerfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

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

// Check proves that after, parsed from f.Apply(edits), is f with these edits
// and nothing else: every other instruction comes back at its shifted offset
// with the same logical line, heredocs and comments; the edited ones read as
// meant; the inserted lines come back as the instructions that they were; the
// parser directives hold. Parsing alone is not enough of a proof: a line that
// slips into a continuation parses too. The instructions of after then have the
// lines of f for messages.
func (f *File) Check(after *File, edits []Edit) error {
	if f.Escape != after.Escape || f.Syntax != after.Syntax || f.directive != after.directive {
		return fmt.Errorf("the parser directives changed")
	}
	want := f.expect(sorted(edits))
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
func (f *File) expect(edits []Edit) []expected {
	var want []expected
	shift := 0
	next := 0
	for _, in := range f.Instructions {
		var inside, after []Edit
		deleted := false
		delta := 0 // of edits inside this instruction
		for ; next < len(edits) && edits[next].anchor.Index <= in.Index; next++ {
			switch e := edits[next]; e.kind {
			case editBefore:
				want = append(want, inserted(e)...)
				shift += len(e.Text)
			case editInside:
				inside = append(inside, e)
				delta += len(e.Text) - e.Len()
			case editAfter:
				after = append(after, e)
				delta += len(e.Text)
			case editDelete:
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

func inserted(e Edit) (list []expected) {
	for _, l := range e.lines {
		list = append(list, expected{logical: l, start: -1, line: e.anchor.Line})
	}
	return list
}

func (in *Instruction) logicalAfter(edits []Edit) string {
	if len(edits) == 0 {
		return in.Logical
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.logical.Start - b.logical.Start })
	var b strings.Builder
	pos := 0
	for _, e := range edits {
		b.WriteString(in.Logical[pos:e.logical.Start])
		b.WriteString(e.Text)
		pos = e.logical.End
	}
	b.WriteString(in.Logical[pos:])
	return b.String()
}
