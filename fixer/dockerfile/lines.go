package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"unicode"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// This file repeats, with offsets, what parser.Parse of BuildKit does with
// lines: scanLines, processLine, trimContinuationCharacter. Whether it does so
// rightly is not a matter of trust: trace compares the result with BuildKit's
// own, for every instruction of every file.

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// segment is a run of Logical that is one piece of the file.
type segment struct{ logical, src, n int }

func (f *File) indexLines() {
	f.lines = []int{0}
	crlf, lf := 0, 0
	for i, c := range f.src {
		if c != '\n' {
			continue
		}
		if i > 0 && f.src[i-1] == '\r' {
			crlf++
		} else {
			lf++
		}
		if i+1 < len(f.src) {
			f.lines = append(f.lines, i+1)
		}
	}
	f.EOL = "\n"
	if crlf > lf {
		f.EOL = "\r\n"
	}
}

// rawLine returns a line with its terminator.
func (f *File) rawLine(i int) document.Span {
	end := len(f.src)
	if i+1 < len(f.lines) {
		end = f.lines[i+1]
	}
	return document.Span{Start: f.lines[i], End: end}
}

// content returns a line without its terminator. Like BuildKit it takes any run of
// CR and LF at the end for the terminator.
func (f *File) content(i int) document.Span {
	s := f.rawLine(i)
	if i == 0 {
		s.Start = f.bom()
	}
	s.End = s.Start + len(bytes.TrimRight(f.src[s.Start:s.End], "\r\n"))
	return s
}

func (f *File) line(i int) []byte { s := f.content(i); return f.src[s.Start:s.End] }

func (f *File) bom() int {
	if bytes.HasPrefix(f.src, byteOrderMark) {
		return len(byteOrderMark)
	}
	return 0
}

func (f *File) lineIndex(offset int) int {
	i, found := slices.BinarySearch(f.lines, offset)
	if !found {
		i--
	}
	return i
}

func (f *File) lineStart(offset int) int {
	if i := f.lineIndex(offset); i > 0 {
		return f.lines[i]
	}
	return f.bom()
}

// countDirectives finds how many of the first lines are parser directives,
// above which nothing may ever be inserted.
func (f *File) countDirectives() {
	var p parser.DirectiveParser
	for i := range f.lines {
		d, err := p.ParseLine(bytes.TrimLeftFunc(f.line(i), unicode.IsSpace))
		if err != nil || d == nil {
			return
		}
		f.directive = i + 1
	}
}

// trace finds the bytes of the instruction, and asserts that they give exactly
// the logical line that BuildKit saw.
func (in *Instruction) trace() error {
	f := in.file
	var logical []byte
	open := true
	i := in.Node.StartLine - 1
	for ; i < in.Node.EndLine && open; i++ {
		s := f.content(i)
		first := i == in.Node.StartLine-1
		if first {
			s.Start = s.End - len(bytes.TrimLeftFunc(f.src[s.Start:s.End], unicode.IsSpace))
			in.Start = s.Start
		} else if isComment(f.src[s.Start:s.End]) || len(bytes.TrimLeftFunc(f.src[s.Start:s.End], unicode.IsSpace)) == 0 {
			continue
		}
		n := continued(f.src[s.Start:s.End], f.Escape)
		open = n >= 0
		if open {
			s.End = s.Start + n
		}
		in.segments = append(in.segments, segment{len(logical), s.Start, s.Len()})
		logical = append(logical, f.src[s.Start:s.End]...)
	}
	in.dangling = open
	in.End = f.content(in.Node.EndLine - 1).End
	if string(logical) != in.Logical || (i < in.Node.EndLine) != (len(in.Node.Heredocs) > 0) {
		return f.errorAt(in.Start, "internal: can't trace this instruction to its bytes; the file is left alone")
	}
	return nil
}

// continued returns the length of the line without its continuation mark and
// the blanks after it, or -1 when the line does not continue. A mark that is
// itself escaped does not count. The rule is lineContinuationRegex of BuildKit.
func continued(line []byte, escape byte) int {
	n := len(bytes.TrimRight(line, " \t"))
	if n == 0 || line[n-1] != escape {
		return -1
	}
	if n >= 2 && line[n-2] == escape {
		return -1
	}
	return n - 1
}

func isComment(line []byte) bool {
	line = bytes.TrimLeftFunc(line, unicode.IsSpace)
	return len(line) > 0 && line[0] == '#'
}

func (f *File) errorAt(offset int, format string, args ...any) *document.Error {
	line, col := f.Position(offset)
	return &document.Error{Name: f.name, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)}
}
