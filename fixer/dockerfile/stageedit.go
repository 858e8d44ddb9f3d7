package dockerfile

import (
	"slices"
	"sort"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
)

// SetName names the stage: it replaces the name after AS where there is one,
// and adds AS, in the file's own spelling, where there is none. It fails where
// the name is broken by a line continuation.
func (st *Stage) SetName(name string) (document.Edit, error) {
	in := st.From
	if st.Name != "" {
		return in.Replace(in.Args[len(in.Args)-1], name)
	}
	return in.Append(in.file.Keyword("AS") + " " + name)
}

// Append puts text, one word or several, after the last argument of the
// instruction, with a blank between them. It fails on an instruction without arguments, and
// where text is not one line.
func (in *Instruction) Append(text string) (document.Edit, error) {
	if len(in.Args) == 0 {
		return document.Edit{}, noPlace(in, "it has no arguments")
	}
	if err := singleLine(in, text); err != nil {
		return document.Edit{}, err
	}
	last := in.Args[len(in.Args)-1]
	return in.after(last, " "+text), nil
}

// Part returns a piece of the instruction's [Instruction.Body], from one index of it
// to another, for Replace.
func (in *Instruction) Part(start, end int) Word {
	start, end = in.body.Start+start, in.body.Start+end
	return in.word(start, end, in.Logical[start:end])
}

// ReplaceBody changes everything after the keyword and the flags. It fails
// where a line continuation, and so perhaps a comment, is inside.
func (in *Instruction) ReplaceBody(text string) (document.Edit, error) {
	return in.Replace(in.Part(0, in.body.Len()), text)
}

// InsertStage begins a new stage before in, above the comment block that
// touches it: what follows belongs to the new stage. The first line is its
// FROM; a blank line sets it off from what comes before. FROM gets the
// indentation of the stage that in was part of, the other lines that of in.
func (f *File) InsertStage(in *Instruction, lines ...string) (document.Edit, error) {
	if err := f.complete(in, lines); err != nil {
		return document.Edit{}, err
	}
	eol := f.eolAt(in)
	var text strings.Builder
	if !f.BlankAbove(in) {
		text.WriteString(eol)
	}
	for i, l := range lines {
		indent := f.indent(in)
		if st := f.StageOf(in); i == 0 && st != nil {
			indent = f.indent(st.From)
		}
		text.WriteString(indent + l + eol)
	}
	return in.edit(document.InsertsBefore, document.Span{Start: in.comments, End: in.comments}, text.String(), meaning{lines: slices.Clone(lines)}), nil
}

// InsertStageAfter is InsertStage after the last instruction of a file or stage.
// It fails when the file ends inside in's continuation.
func (f *File) InsertStageAfter(in *Instruction, lines ...string) (document.Edit, error) {
	e, err := f.InsertAfter(in, lines...)
	if err == nil {
		e.Text = f.eolAt(in) + e.Text // the blank line
	}
	return e, err
}

// StageOf returns the stage that the instruction belongs to, nil for a global ARG.
func (f *File) StageOf(in *Instruction) *Stage {
	i := sort.Search(len(f.Stages), func(i int) bool { return f.Stages[i].From.Index > in.Index })
	if i == 0 {
		return nil
	}
	return f.Stages[i-1]
}

// InstructionAt returns the instruction whose bytes, or whose end, the offset is; nil for
// a place outside of all.
func (f *File) InstructionAt(offset int) *Instruction {
	i := sort.Search(len(f.Instructions), func(i int) bool { return f.Instructions[i].Start > offset })
	if i == 0 || offset > f.Instructions[i-1].End {
		return nil
	}
	return f.Instructions[i-1]
}
