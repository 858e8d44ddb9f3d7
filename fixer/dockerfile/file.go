// Package dockerfile is a lossless view of a Dockerfile: BuildKit's parser
// gives the meaning of the bytes, and every instruction, flag and argument also
// knows which bytes of the file it came from.
//
// Nothing here prints a Dockerfile from a syntax tree. A change is a
// [document.Edit]: a small splice of the original bytes, made by a constructor that
// knows where such a change may be made. [File.Edited] makes edits, and proves that
// they did what they were meant to do and nothing else.
package dockerfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// The largest Dockerfile that Parse takes: in bytes, in instructions, and in
// arguments of all instructions together. No person writes a larger one, and a
// program that reads untrusted files needs a bound on the work for one.
const (
	MaxSize         = 1 << 20
	MaxInstructions = 4096
	MaxArgs         = 16384
)

// Word is a piece of an instruction: where it is, and what BuildKit reads
// there. Text differs from the bytes of the span where the word was quoted,
// is an element of a JSON array, or has a line continuation inside.
type Word struct {
	document.Span
	Text string

	// logical is the range in Instruction.Logical that the word came from.
	logical document.Span
}

// Instruction is one instruction with everything that belongs to it. Its span
// runs from the keyword to the end of the last line, heredocs included and the
// final line terminator excluded.
type Instruction struct {
	document.Span
	Keyword Word   // as the author spelled it
	Flags   []Word // "--name=value", in order
	// Args are the arguments: one word for each element of a JSON array and for
	// each blank-separated word of FROM, ARG, COPY, ADD, EXPOSE, VOLUME, ENV and
	// LABEL; the whole rest of the line in one word for the others.
	Args []Word
	// Logical is the line as BuildKit saw it: continuations joined, comments
	// and blank lines inside them dropped (parser.Node.Original).
	Logical string
	Node    *parser.Node // what it means: heredocs, comments, line numbers
	Cmd     any          // the typed form, from instructions.ParseInstruction
	// Line is its first line, for messages. In what File.Edited returns it is that of
	// the file before the edits, and for what was inserted that of the place.
	Line  int
	Index int // position in File.Instructions

	file     *File
	segments []segment
	// body is the range of Logical after the keyword and the flags.
	body document.Span
	// dangling is set when the file ends inside the instruction's continuation:
	// whatever is appended would become part of it.
	dangling bool
	// comments is where the comment block that touches the instruction from
	// above begins; Start's line when there is none.
	comments int
}

// Name returns the keyword in upper case, such as "COPY".
func (in *Instruction) Name() string { return strings.ToUpper(in.Keyword.Text) }

// JSON reports whether the arguments are a JSON array (exec form).
func (in *Instruction) JSON() bool { return in.Node.Attributes["json"] }

// Body returns the text after the keyword and the flags, continuations joined.
func (in *Instruction) Body() string { return in.Logical[in.body.Start:in.body.End] }

// Offset maps an index of Logical to the offset of the same byte in File.Src.
func (in *Instruction) Offset(logical int) int {
	i, found := slices.BinarySearchFunc(in.segments, logical, func(s segment, l int) int { return s.logical - l })
	for found && i+1 < len(in.segments) && in.segments[i+1].logical == logical {
		i++ // empty segments, of lines that hold a continuation mark alone
	}
	if !found {
		i--
	}
	if i < 0 {
		return in.Start
	}
	return in.segments[i].src + min(logical-in.segments[i].logical, in.segments[i].n)
}

// Comments returns the comment lines that touch the instruction from above,
// without parser directives, as they stand in the file.
func (in *Instruction) Comments() string {
	return string(in.file.src[in.comments:in.file.lineStart(in.Start)])
}

// Stage is one FROM and the instructions up to the next FROM.
type Stage struct {
	From  *Instruction
	Ref   Word   // the base as written: an image, a stage, maybe with variables
	Name  string // the name after AS in lower case, as BuildKit compares it; "" when unnamed
	Index int
	Body  []*Instruction // without From
}

// Last returns the last instruction of the stage; From when the body is empty.
func (s *Stage) Last() *Instruction {
	if len(s.Body) == 0 {
		return s.From
	}
	return s.Body[len(s.Body)-1]
}

// Kind is the kind of document that a Dockerfile is.
const Kind document.Kind = "Dockerfile"

// File is a parsed Dockerfile. It is a [document.Document].
type File struct {
	EOL          string         // the line terminator that most lines use: "\n" or "\r\n"
	Escape       byte           // '\\', or '`' after "# escape=`"
	Syntax       string         // the image named by "# syntax=", "" when none
	Globals      []*Instruction // the ARGs before the first FROM
	Stages       []*Stage
	Instructions []*Instruction

	name      string
	src       []byte
	lines     []int // offset of each line's first byte
	directive int   // number of leading lines that hold parser directives
	lower     bool  // keywords are written in lower case
}

// Parse reads a Dockerfile. The name is used in messages only.
//
// It fails with a *[document.Error] for what BuildKit would not build: no instruction,
// an unknown one, wrong arguments, no FROM, a line over 65,535 bytes; for NUL
// bytes and for more than MaxSize, MaxInstructions or MaxArgs; and when an instruction's bytes
// can't be traced exactly, so that nothing is ever changed on a guess.
func Parse(name string, src []byte) (*File, error) {
	return parse(name, src, nil)
}

// Name returns the name that the file was parsed with.
func (f *File) Name() string { return f.name }

// Bytes returns the file as it was parsed. They must not be changed.
func (f *File) Bytes() []byte { return f.src }

// FirstLine returns the line in which the instruction begins that has the line, and
// the line itself where none has it.
func (f *File) FirstLine(line int) int {
	i, _ := slices.BinarySearchFunc(f.Instructions, line, func(in *Instruction, line int) int {
		return cmp.Or(in.Node.StartLine-line, -1) // the first that begins later
	})
	if i > 0 && line <= f.Instructions[i-1].Node.EndLine {
		return f.Instructions[i-1].Node.StartLine
	}
	return line
}

// ahead is how far parse looks for an instruction that it knows: an edit removes
// few in one place.
const ahead = 8

// parse reads a Dockerfile; known are instructions that may come in it again, in
// the same order.
func parse(name string, src []byte, known []*Instruction) (*File, error) {
	f := &File{name: name, src: src}
	if len(src) > MaxSize {
		return nil, &document.Error{Name: name, Msg: fmt.Sprintf("file has more than the %d bytes that a Dockerfile may have", MaxSize)}
	}
	f.indexLines()
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return nil, f.errorAt(i, "NUL byte: not a text file")
	}
	for i := range f.lines {
		// bufio.Scanner, which BuildKit reads with, gives up at this size.
		if l := f.rawLine(i); l.Len() >= 64*1024 {
			return nil, f.errorAt(l.Start, "line has %d bytes, BuildKit takes 65,535 at most", l.Len())
		}
	}
	res, err := parser.Parse(bytes.NewReader(src))
	if err != nil {
		return nil, f.wrap(err)
	}
	f.Escape = byte(res.EscapeToken)
	if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(src, byteOrderMark)), []byte("#")) {
		f.Syntax, _, _, _ = parser.DetectSyntax(src)
	}
	f.countDirectives()
	args := 0
	prev := 0 // the line after the previous instruction
	for i, node := range res.AST.Children {
		if i == MaxInstructions {
			return nil, &document.Error{Name: name, Line: node.StartLine, Col: 1, Msg: fmt.Sprintf("more than %d instructions", MaxInstructions)}
		}
		var cmd any
		if at := slices.IndexFunc(known[:min(len(known), ahead)], func(in *Instruction) bool { return in.reads(node) }); at >= 0 {
			cmd, known = known[at].Cmd, known[at+1:]
		}
		in, err := f.instruction(node, i, prev, cmd)
		if err != nil {
			return nil, err
		}
		if args += len(in.Args); args > MaxArgs {
			return nil, f.errorAt(in.Start, "more than %d arguments", MaxArgs)
		}
		f.Instructions = append(f.Instructions, in)
		prev = node.EndLine
	}
	if err := f.splitStages(); err != nil {
		return nil, err
	}
	f.lower = f.mostlyLower()
	return f, nil
}

// instruction builds one instruction from BuildKit's node and asserts that the
// bytes found for it are the ones that BuildKit read.
// cmd is its typed form where that is known.
func (f *File) instruction(node *parser.Node, index, prevEnd int, cmd any) (*Instruction, error) {
	in := &Instruction{Node: node, Index: index, Logical: node.Original, file: f}
	if node.StartLine < 1 || node.EndLine > len(f.lines) {
		return nil, f.errorAt(0, "internal: BuildKit reports lines %d to %d of a file of %d", node.StartLine, node.EndLine, len(f.lines))
	}
	if cmd == nil {
		var err error
		if cmd, err = instructions.ParseInstruction(node); err != nil {
			return nil, f.wrap(err)
		}
	}
	in.Cmd, in.Line = cmd, node.StartLine
	if err := in.trace(); err != nil {
		return nil, err
	}
	if err := in.splitWords(); err != nil {
		return nil, err
	}
	first := node.StartLine - 1
	top := first
	for top > max(prevEnd, f.directive) && isComment(f.line(top-1)) {
		top--
	}
	in.comments = f.lines[top]
	if top == 0 {
		in.comments = f.bom()
	}
	return in, nil
}

// reads reports whether a node says the same as the instruction.
func (in *Instruction) reads(node *parser.Node) bool {
	return in.Logical == node.Original && slices.Equal(in.Node.Heredocs, node.Heredocs)
}

func (f *File) splitStages() error {
	for _, in := range f.Instructions {
		switch cmd := in.Cmd.(type) {
		case *instructions.Stage:
			f.Stages = append(f.Stages, &Stage{From: in, Ref: in.Args[0], Name: cmd.Name, Index: len(f.Stages)})
		case *instructions.ArgCommand:
			if len(f.Stages) == 0 {
				f.Globals = append(f.Globals, in)
				continue
			}
			f.addToStage(in)
		default:
			if len(f.Stages) == 0 {
				return f.errorAt(in.Start, "%s comes before the first FROM", in.Name())
			}
			f.addToStage(in)
		}
	}
	if len(f.Stages) == 0 {
		return f.errorAt(f.Instructions[0].Start, "no FROM: nothing to build")
	}
	return nil
}

func (f *File) addToStage(in *Instruction) {
	st := f.Stages[len(f.Stages)-1]
	st.Body = append(st.Body, in)
}

// Keyword spells an instruction keyword, given in upper case, the way the file
// spells most of its own.
func (f *File) Keyword(upper string) string {
	if f.lower {
		return strings.ToLower(upper)
	}
	return upper
}

func (f *File) mostlyLower() bool {
	n := 0
	for _, in := range f.Instructions {
		if in.Keyword.Text == strings.ToLower(in.Keyword.Text) {
			n++
		}
	}
	return 2*n > len(f.Instructions)
}

// Position turns an offset into a line and a column, both from 1; the
// column counts bytes.
func (f *File) Position(offset int) (line, col int) {
	i := f.lineIndex(offset)
	return i + 1, offset - f.lines[i] + 1
}

// HasComment reports whether a comment line in the stage, or before it,
// satisfies match. Comments inside continuations count; heredoc bodies don't.
func (f *File) HasComment(st *Stage, match func(line string) bool) bool {
	end := st.Last().Node.EndLine
	start := f.lineIndex(st.From.comments)
	if st.Index == 0 {
		start = 0
	}
	if st.Index == len(f.Stages)-1 {
		end = len(f.lines)
	}
	for i := start; i < end; i++ {
		if isComment(f.line(i)) && !f.inHeredoc(i) && match(string(f.line(i))) {
			return true
		}
	}
	return false
}

func (f *File) inHeredoc(line int) bool {
	i, found := slices.BinarySearchFunc(f.Instructions, line+1, func(in *Instruction, l int) int {
		switch {
		case in.Node.EndLine < l:
			return -1
		case in.Node.StartLine > l:
			return 1
		}
		return 0
	})
	if !found || len(f.Instructions[i].Node.Heredocs) == 0 {
		return false
	}
	in := f.Instructions[i]
	return line > f.lineIndex(in.Offset(len(in.Logical)))
}

// wrap turns an error of BuildKit's, which knows the line, into a *document.Error.
func (f *File) wrap(err error) error {
	e := &document.Error{Name: f.name, Msg: err.Error()}
	// BuildKit's "did you mean" depends on the order of a map: of two names that
	// are equally near it gives now the one, now the other.
	if i := strings.LastIndex(e.Msg, " (did you mean "); i > 0 && strings.HasSuffix(e.Msg, "?)") {
		e.Msg = e.Msg[:i]
	}
	var loc *parser.LocationError
	if errors.As(err, &loc) && len(loc.Locations) > 0 && len(loc.Locations[0]) > 0 {
		e.Line = max(1, loc.Locations[0][0].Start.Line)
		e.Col = 1
	}
	return e
}
