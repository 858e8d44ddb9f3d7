package dockerfile

import (
	"slices"
	"strings"
)

// Comment is a comment line.
type Comment struct {
	Span        // from the # to the end of the line, its terminator excluded
	Text string // of the span
	// Above is the instruction whose comment block the line is part of, as
	// Instruction.Comments has it; nil for any other, as one inside a continuation.
	Above *Instruction
}

// Comments are the comment lines of the file in order, without parser
// directives. Lines of heredocs are none.
func (f *File) Comments() []Comment {
	var list []Comment
	for i := f.directive; i < len(f.lines); i++ {
		line := f.line(i)
		if !isComment(line) || f.inHeredoc(i) {
			continue
		}
		text := strings.TrimSpace(string(line))
		start := f.content(i).Start + strings.Index(string(line), text)
		list = append(list, Comment{Span: Span{start, start + len(text)}, Text: text, Above: f.commentedAt(start)})
	}
	return list
}

// commentedAt is the instruction whose comment block has the offset in it.
func (f *File) commentedAt(offset int) *Instruction {
	i, _ := slices.BinarySearchFunc(f.Instructions, offset, func(in *Instruction, offset int) int { return in.Start - offset })
	if i == len(f.Instructions) || f.Instructions[i].comments > offset {
		return nil
	}
	return f.Instructions[i]
}
