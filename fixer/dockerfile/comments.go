package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
)

// Comments returns the comment lines of the file in order, without parser directives
// and without lines of heredocs. A comment governs the instruction whose comment block
// it is part of, as [Instruction.Comments] has it; one above the first instruction, the
// whole file; one inside a continuation, nothing.
func (f *File) Comments() []document.Comment {
	var list []document.Comment
	for i := f.directive; i < len(f.lines); i++ {
		line := f.line(i)
		if !isComment(line) || f.inHeredoc(i) {
			continue
		}
		text := strings.TrimSpace(string(line))
		start := f.content(i).Start + strings.Index(string(line), text)
		c := document.Comment{Span: document.Span{Start: start, End: start + len(text)}, Text: text}
		if start < f.Instructions[0].Start {
			c.Governs.End = len(f.src)
		} else if in := f.commentedAt(start); in != nil {
			c.Governs = in.Span
		}
		list = append(list, c)
	}
	return list
}

// commentedAt returns the instruction whose comment block has the offset in it.
func (f *File) commentedAt(offset int) *Instruction {
	i, _ := slices.BinarySearchFunc(f.Instructions, offset, func(in *Instruction, offset int) int { return in.Start - offset })
	if i == len(f.Instructions) || f.Instructions[i].comments > offset {
		return nil
	}
	return f.Instructions[i]
}
