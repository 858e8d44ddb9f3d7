package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Edit is one change to a File: it replaces the bytes of Span by Text. Edits
// are made by the constructors of this package alone, which know where a
// change may stand; each carries its anchor and what the file must mean
// afterwards, so that [File.Check] can prove it.
type Edit struct {
	Span
	Text string

	kind   editKind
	anchor *Instruction
	// For edits inside an instruction: what changes in its logical line.
	logical Span
	// For insertions: the logical lines of the new instructions.
	lines []string
}

type editKind uint8

const (
	editInside editKind = iota + 1
	editBefore
	editAfter
	editDelete
)

// ErrNoPlace is wrapped by the errors of all edit constructors: the change
// can't be made at that place without losing or moving something that is not
// part of it.
var ErrNoPlace = errors.New("no safe place for the edit")

func noPlace(in *Instruction, format string, args ...any) error {
	return placeError(fmt.Sprintf("%s in line %d: %s", in.Name(), in.Node.StartLine, fmt.Sprintf(format, args...)))
}

// placeError says why there is no place for an edit, to a reader who needs not be told
// that again.
type placeError string

func (e placeError) Error() string { return string(e) }
func (e placeError) Unwrap() error { return ErrNoPlace }

// Replace changes one word of the instruction. The text is written as it is:
// quoting it where the instruction needs quotes is the caller's part. It fails
// when a line continuation, and so perhaps a comment, stands inside the word.
func (in *Instruction) Replace(w Word, text string) (Edit, error) {
	if w.Len() != w.logical.Len() {
		return Edit{}, noPlace(in, "the word %q is broken by a line continuation", w.Text)
	}
	if err := singleLine(in, text); err != nil {
		return Edit{}, err
	}
	return Edit{Span: w.Span, Text: text, kind: editInside, anchor: in, logical: w.logical}, nil
}

// SetFlag gives the flag --name the value: it replaces the value where the flag
// is there, and adds the flag behind the others, or behind the keyword, where
// it is not. The value must need no quotes. It fails where the flags don't end
// at a blank.
func (in *Instruction) SetFlag(name, value string) (Edit, error) {
	if strings.ContainsAny(value, " \t\r\n'\"\\`") {
		return Edit{}, noPlace(in, "the value %q of --%s needs quotes", value, name)
	}
	flag := "--" + name + "=" + value
	last := in.Keyword
	for _, w := range in.Flags {
		if w.Text == "--"+name || strings.HasPrefix(w.Text, "--"+name+"=") {
			return in.Replace(w, flag)
		}
		last = w
	}
	// BuildKit looks for the end of a flag byte by byte, and takes the second
	// byte of "à" for a no-break space: nothing is put into the middle of that.
	if end := last.logical.End; end < len(in.Logical) && in.Logical[end] >= utf8.RuneSelf {
		return Edit{}, noPlace(in, "what ends its flags is no ordinary blank")
	}
	return Edit{
		Span: Span{last.End, last.End}, Text: " " + flag,
		kind: editInside, anchor: in, logical: Span{last.logical.End, last.logical.End},
	}, nil
}

// InsertBefore puts new instructions in front of in, above the comment block
// that touches it, with its indentation and its line end. Each line is one
// whole instruction. Where the file separates its instructions by blank lines,
// so does the insertion.
func (f *File) InsertBefore(in *Instruction, lines ...string) (Edit, error) {
	if err := f.complete(in, lines); err != nil {
		return Edit{}, err
	}
	indent, eol := f.indent(in), f.eolAt(in)
	text := indent + strings.Join(lines, eol+indent) + eol
	if f.blankAbove(in) && (in.Comments() != "" || in.Index+1 == len(f.Instructions) || f.blankAbove(f.Instructions[in.Index+1])) {
		text += eol
	}
	return Edit{Span: Span{in.comments, in.comments}, Text: text, kind: editBefore, anchor: in, lines: slices.Clone(lines)}, nil
}

// InsertAfter puts new instructions directly behind in, with its indentation
// and its line end. It fails when the file ends inside in's continuation: what
// follows would become part of it.
func (f *File) InsertAfter(in *Instruction, lines ...string) (Edit, error) {
	if in.dangling {
		return Edit{}, noPlace(in, "it ends in a line continuation, nothing can follow it")
	}
	if err := f.complete(in, lines); err != nil {
		return Edit{}, err
	}
	newline := f.eolAt(in) + f.indent(in)
	text := newline + strings.Join(lines, newline)
	return Edit{Span: Span{in.End, in.End}, Text: text, kind: editAfter, anchor: in, lines: slices.Clone(lines)}, nil
}

// Delete removes an instruction with its lines. It fails when a comment would
// go with it, or would come to stand over another instruction.
func (f *File) Delete(in *Instruction) (Edit, error) {
	if in.Comments() != "" {
		return Edit{}, noPlace(in, "a comment above describes it")
	}
	first, last := in.Node.StartLine-1, in.Node.EndLine-1
	for i := first; i <= last; i++ {
		if isComment(f.line(i)) {
			return Edit{}, noPlace(in, "a comment stands inside it")
		}
	}
	if last+1 == len(f.lines) && f.rawLine(last).End == f.content(last).End {
		// The file has no final newline, and keeps none.
		if first == 0 {
			return Edit{}, noPlace(in, "it is the only line")
		}
		return Edit{Span: Span{f.content(first - 1).End, len(f.Src)}, kind: editDelete, anchor: in}, nil
	}
	return Edit{Span: Span{f.lineStart(in.Start), f.rawLine(last).End}, kind: editDelete, anchor: in}, nil
}

// complete checks that each line is all of one instruction.
func (f *File) complete(in *Instruction, lines []string) error {
	if len(lines) == 0 {
		return noPlace(in, "nothing to insert")
	}
	for _, l := range lines {
		if err := singleLine(in, l); err != nil {
			return err
		}
		if l != strings.TrimSpace(l) || l == "" || isComment([]byte(l)) || continued([]byte(l), f.Escape) >= 0 {
			return noPlace(in, "%q is no complete instruction", l)
		}
	}
	return nil
}

func singleLine(in *Instruction, text string) error {
	if strings.ContainsAny(text, "\r\n\x00") {
		return noPlace(in, "the text %q has more than one line", text)
	}
	return nil
}

// indent is the white space in front of the instruction.
func (f *File) indent(in *Instruction) string {
	return string(f.Src[f.lineStart(in.Start):in.Start])
}

// eolAt is the line terminator of the instruction's last line, or, where the
// file ends there, the one of the line above, or the file's.
func (f *File) eolAt(in *Instruction) string {
	for i := in.Node.EndLine - 1; i >= max(0, in.Node.EndLine-2); i-- {
		if raw := f.Src[f.rawLine(i).Start:f.rawLine(i).End]; bytes.HasSuffix(raw, []byte("\r\n")) {
			return "\r\n"
		} else if bytes.HasSuffix(raw, []byte("\n")) {
			return "\n"
		}
	}
	return f.EOL
}

func (f *File) blankAbove(in *Instruction) bool {
	i := f.lineIndex(in.comments)
	return i > 0 && len(bytes.TrimSpace(f.line(i-1))) == 0
}

// Apply returns the bytes of the file with the edits made. Insertions at the
// same place keep their order. It fails when two edits touch the same bytes.
func (f *File) Apply(edits []Edit) ([]byte, error) {
	edits = sorted(edits)
	var out []byte
	pos := 0
	for i, e := range edits {
		if e.kind == 0 || e.Start < pos || e.End > len(f.Src) || (i > 0 && e.Span == edits[i-1].Span && e.Len() > 0) {
			line, _ := f.Position(min(max(e.Start, 0), len(f.Src)))
			return nil, fmt.Errorf("two edits overlap in line %d: %w", line, ErrNoPlace)
		}
		out = append(out, f.Src[pos:e.Start]...)
		out = append(out, e.Text...)
		pos = e.End
	}
	return append(out, f.Src[pos:]...), nil
}

func sorted(edits []Edit) []Edit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	return edits
}
