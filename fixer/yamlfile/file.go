package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// The bounds of a file. The largest real Compose files and manifests stay below
// a tenth of them.
const (
	MaxBytes     = 1 << 20
	MaxDepth     = 100     // of nested mappings and sequences
	MaxNodes     = 100_000 // of all documents, each use of an anchor counted
	MaxDocuments = 1000

	// maxSeparators bounds what the parser is given: it takes a kilobyte for each
	// value, and cannot be stopped by their number.
	maxSeparators = MaxNodes + MaxNodes/2
)

// File is a parsed file.
type File struct {
	name      string
	src       []byte
	lines     *lines
	documents []*Node

	// What edits and comments need to know of the whole file.
	tree    func() *tree
	layout  func() style
	divided func() int // the offset of the first "---" or "...", -1 for none
}

// Parse parses a file, whose name is for messages. Every error is an [*Error].
func Parse(name string, src []byte) (*File, error) {
	if len(src) > MaxBytes {
		return nil, &Error{Name: name, Reason: TooLarge, Msg: fmt.Sprintf("larger than %d bytes", MaxBytes)}
	}
	f := &File{name: name, src: src, lines: newLines(src)}
	f.tree = sync.OnceValue(func() *tree { return newTree(f.documents) })
	f.layout = sync.OnceValue(f.findLayout)
	f.divided = sync.OnceValue(f.findDivided)
	if i := invalid(src); i >= 0 {
		return nil, f.errorAt(i, NotUTF8, "not UTF-8")
	}
	if f.separators() > maxSeparators {
		return nil, &Error{Name: name, Reason: TooLarge, Msg: fmt.Sprintf("more than %d values", MaxNodes)}
	}
	limits := loaderlimits.New(loaderlimits.DepthFunc(checkDepth))
	d, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithPlugin(limits))
	if err != nil {
		return nil, &Error{Name: name, Reason: Syntax, Msg: err.Error()}
	}
	b := builder{file: f, nodes: map[*yaml.Node]*Node{}}
	for {
		var doc yaml.Node
		if err := d.Load(&doc); errors.Is(err, io.EOF) {
			return f, nil
		} else if err != nil {
			return nil, f.syntax(err)
		}
		if len(f.documents) == MaxDocuments {
			return nil, f.errorAt(f.lines.offset(doc.Line, doc.Column), TooLarge, fmt.Sprintf("more than %d documents", MaxDocuments))
		}
		root, err := b.document(&doc)
		if err != nil {
			return nil, err
		}
		f.documents = append(f.documents, root)
	}
}

var errDepth = fmt.Errorf("nested deeper than %d levels", MaxDepth)

func checkDepth(depth int, _ *loaderlimits.DepthContext) error {
	if depth > MaxDepth {
		return errDepth
	}
	return nil
}

// Name returns the name that the file was parsed with.
func (f *File) Name() string { return f.name }

// Bytes returns the file as it was parsed. The caller must not change it.
func (f *File) Bytes() []byte { return f.src }

// Documents returns the root of each document, in order. A file without any
// content has none.
func (f *File) Documents() []*Node { return f.documents }

// Position returns the line and the column in bytes of an offset, both from 1.
// Lines end at LF, and a byte order mark is no column.
func (f *File) Position(offset int) (line, col int) { return f.lines.position(offset) }

// FirstLine implements [document.Document]: each line of YAML stands by itself.
func (f *File) FirstLine(line int) int { return line }

func (f *File) errorAt(offset int, r Reason, msg string) *Error {
	line, col := f.Position(offset)
	return &Error{Name: f.name, Line: line, Col: col, Reason: r, Msg: msg}
}

// separators counts what may end or start a value. Each value of a file but the
// outermost has one of its own.
func (f *File) separators() int {
	count := len(f.lines.yaml)
	for i, c := range f.src {
		switch c {
		case ',', ':', '[', '{':
			count++
		case ' ', '\t':
			if i > 0 && (f.src[i-1] == '-' || f.src[i-1] == '?') {
				count++
			}
		}
	}
	return count
}

// syntax returns the error for what the parser refuses.
func (f *File) syntax(err error) *Error {
	offset, msg := 0, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		offset, msg = f.lines.offset(load.Mark.Line, load.Mark.Column), load.Message
	}
	if strings.Contains(msg, errDepth.Error()) {
		return f.errorAt(offset, TooDeep, errDepth.Error())
	}
	if i := templateMark(f.src); i >= 0 {
		return f.errorAt(i, Template, "a template, which is not YAML until it is rendered")
	}
	start := f.lines.text[f.lineOf(offset)]
	line := f.src[start:]
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	if i := bytes.IndexByte(indent, '\t'); i >= 0 {
		return f.errorAt(start+i, Tab, "a tab in the indentation")
	}
	return f.errorAt(offset, Syntax, msg)
}

// lineOf returns the number from 0 of the line of an offset.
func (f *File) lineOf(offset int) int {
	line, _ := f.Position(offset)
	return line - 1
}

// templateMark returns the offset of the first action of a Go, Jinja or ERB
// template, -1 for none.
func templateMark(src []byte) int {
	first := -1
	for _, mark := range []string{"{{", "{%", "<%"} {
		if i := bytes.Index(src, []byte(mark)); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// invalid returns the offset of the first byte that is not UTF-8, -1 for none.
func invalid(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
