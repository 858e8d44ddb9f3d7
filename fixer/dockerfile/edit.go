package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/document"
)

// meaning is what an edit does to what BuildKit reads, so that check can prove it.
type meaning struct {
	anchor *Instruction
	// logical is what a change replaces in the anchor's logical line, and becomes what
	// is there then; "" for the text of the edit.
	logical document.Span
	becomes string
	// lines are the logical lines of the instructions that an insertion adds.
	lines []string
}

// edit makes an edit of the instruction.
func (in *Instruction) edit(role document.Role, at document.Span, text string, m meaning) document.Edit {
	m.anchor = in
	return document.Edit{Span: at, Text: text, Role: role, Anchor: in.Span, Meaning: m}
}

// ErrNoPlace is wrapped by the errors of all edit constructors: the change
// can't be made at that place without losing or moving something that is not
// part of it.
var ErrNoPlace = errors.New("no safe place for the edit")

func noPlace(in *Instruction, format string, args ...any) error {
	return placeError(fmt.Sprintf("%s in line %d: %s", in.Name(), in.Node.StartLine, fmt.Sprintf(format, args...)))
}

// placeError is why there is no place for an edit, without the sentinel's own words.
type placeError string

func (e placeError) Error() string { return string(e) }
func (e placeError) Unwrap() error { return ErrNoPlace }

// Replace changes one word of the instruction. The text is written as it is:
// quoting it where the instruction needs quotes is the caller's part. It fails
// when a line continuation, and so perhaps a comment, is inside the word.
func (in *Instruction) Replace(w Word, text string) (document.Edit, error) {
	if w.Len() != w.logical.Len() {
		return document.Edit{}, noPlace(in, "the word %q is broken by a line continuation", w.Text)
	}
	if err := singleLine(in, text); err != nil {
		return document.Edit{}, err
	}
	return in.edit(document.Changes, w.Span, text, meaning{logical: w.logical}), nil
}

// AddAfter puts a word after another one of the instruction: on a line of its own with the
// same indentation, where that word begins its line. It fails where Replace does.
func (in *Instruction) AddAfter(w Word, word string) (document.Edit, error) {
	edit, err := in.Replace(w, w.Text+" "+word)
	f := in.file
	from := f.lineStart(w.Start)
	indent := string(f.src[from:w.Start])
	if err != nil || from <= in.Start || strings.Trim(indent, " \t") != "" {
		return edit, err
	}
	eol := "\n"
	if end := bytes.IndexByte(f.src[w.End:], '\n'); end > 0 && f.src[w.End+end-1] == '\r' {
		eol = "\r\n"
	}
	return in.edit(document.Changes, w.Span, w.Text+" "+string(f.Escape)+eol+indent+word, meaning{logical: w.logical, becomes: w.Text + " " + indent + word}), nil
}

// SetFlag gives the flag --name the value: it replaces the value where the flag
// is there, and adds the flag after the others, or after the keyword, where
// it is not. The value must need no quotes. It fails where the flags don't end
// at a blank.
func (in *Instruction) SetFlag(name, value string) (document.Edit, error) {
	if strings.ContainsAny(value, " \t\r\n'\"\\`") {
		return document.Edit{}, noPlace(in, "the value %q of --%s needs quotes", value, name)
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
		return document.Edit{}, noPlace(in, "what ends its flags is no ordinary blank")
	}
	return in.after(last, " "+flag), nil
}

// after makes the edit that puts text directly after the word.
func (in *Instruction) after(w Word, text string) document.Edit {
	logical := document.Span{Start: w.logical.End, End: w.logical.End}
	return in.edit(document.Changes, document.Span{Start: w.End, End: w.End}, text, meaning{logical: logical})
}

// InsertBefore puts new instructions before in, above the comment block
// that touches it, with its indentation and its line end. Each line is one
// whole instruction. Where the file separates its instructions by blank lines,
// so does the insertion.
func (f *File) InsertBefore(in *Instruction, lines ...string) (document.Edit, error) {
	if err := f.complete(in, lines); err != nil {
		return document.Edit{}, err
	}
	indent, eol := f.indent(in), f.eolAt(in)
	text := indent + strings.Join(lines, eol+indent) + eol
	if f.BlankAbove(in) && (in.Comments() != "" || in.Index+1 == len(f.Instructions) || f.BlankAbove(f.Instructions[in.Index+1])) {
		text += eol
	}
	return in.edit(document.InsertsBefore, document.Span{Start: in.comments, End: in.comments}, text, meaning{lines: slices.Clone(lines)}), nil
}

// InsertAfter puts new instructions directly after in, with its indentation
// and its line end. It fails when the file ends inside in's continuation: what
// follows would become part of it.
func (f *File) InsertAfter(in *Instruction, lines ...string) (document.Edit, error) {
	if in.dangling {
		return document.Edit{}, noPlace(in, "it ends in a line continuation, nothing can follow it")
	}
	if err := f.complete(in, lines); err != nil {
		return document.Edit{}, err
	}
	newline := f.eolAt(in) + f.indent(in)
	text := newline + strings.Join(lines, newline)
	return in.edit(document.InsertsAfter, document.Span{Start: in.End, End: in.End}, text, meaning{lines: slices.Clone(lines)}), nil
}

// Delete removes an instruction with its lines. It fails when a comment would
// go with it, or would come to stand over another instruction.
func (f *File) Delete(in *Instruction) (document.Edit, error) {
	if in.Comments() != "" {
		return document.Edit{}, noPlace(in, "a comment above describes it")
	}
	first, last := in.Node.StartLine-1, in.Node.EndLine-1
	for i := first; i <= last; i++ {
		if isComment(f.line(i)) {
			return document.Edit{}, noPlace(in, "a comment stands inside it")
		}
	}
	if last+1 == len(f.lines) && f.rawLine(last).End == f.content(last).End {
		// The file has no final newline, and keeps none.
		if first == 0 {
			return document.Edit{}, noPlace(in, "it is the only line")
		}
		return in.edit(document.Deletes, document.Span{Start: f.content(first - 1).End, End: len(f.src)}, "", meaning{}), nil
	}
	return in.edit(document.Deletes, document.Span{Start: f.lineStart(in.Start), End: f.rawLine(last).End}, "", meaning{}), nil
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

// indent returns the white space before the instruction.
func (f *File) indent(in *Instruction) string {
	return string(f.src[f.lineStart(in.Start):in.Start])
}

// eolAt returns the line terminator of the instruction's last line, or, where the
// file ends there, the one of the line above, or the file's.
func (f *File) eolAt(in *Instruction) string {
	for i := in.Node.EndLine - 1; i >= max(0, in.Node.EndLine-2); i-- {
		if raw := f.src[f.rawLine(i).Start:f.rawLine(i).End]; bytes.HasSuffix(raw, []byte("\r\n")) {
			return "\r\n"
		} else if bytes.HasSuffix(raw, []byte("\n")) {
			return "\n"
		}
	}
	return f.EOL
}

// BlankAbove reports whether a blank line stands above the instruction and its comments.
func (f *File) BlankAbove(in *Instruction) bool {
	i := f.lineIndex(in.comments)
	return i > 0 && len(bytes.TrimSpace(f.line(i-1))) == 0
}
