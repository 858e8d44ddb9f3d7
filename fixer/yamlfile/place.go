package yamlfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// RefusedError says why a node cannot be edited. Its text is a clause about the node:
// "it is in flow style ({…})".
type RefusedError struct {
	Node *Node
	Why  string
}

func (e *RefusedError) Error() string { return e.Why }

func refuse(n *Node, format string, args ...any) error {
	return &RefusedError{n, fmt.Sprintf(format, args...)}
}

// Editable returns nil where the entries or items of a node can be edited, and where that
// changes no other node. Otherwise it returns a [*RefusedError].
func (f *File) Editable(n *Node) error {
	switch {
	case n.Kind == Alias:
		return refuse(n, "it is an alias (*%s)", n.Value)
	case n.Kind == Mapping:
		if key, _ := n.own("<<"); key != nil && key.Tag == "!!merge" {
			return refuse(n, "it has a merge key (<<), beside which an entry replaces what is merged")
		}
	}
	if anchored, alias := f.tree().anchor(n); alias != nil {
		return refuse(n, "anchor &%s is used in line %d", anchored.Anchor, alias.Line)
	}
	if n.Kind == Mapping && n.raw.Style&yaml.FlowStyle != 0 && n.Len() > 0 {
		return refuse(n, "it is in flow style ({…})")
	}
	return nil
}

// own returns the entry of that name, without those of merge keys.
func (n *Node) own(name string) (key, value *Node) {
	if i, ok := n.find(name); ok {
		return n.content[i], n.content[i+1]
	}
	return nil, nil
}

// margin matches what is before the first entry of a block mapping in its line.
var margin = regexp.MustCompile(`^ *(?:- +)*$`)

// column returns the column from 0 of what starts at an offset and is the first of its
// block.
func (f *File) column(offset int) (int, error) {
	line := f.lines.yaml[f.yamlLine(offset)]
	before := f.src[line:offset]
	if !margin.Match(before) {
		line, _ := f.Position(offset)
		return 0, fmt.Errorf("line %d starts in a way that is not supported", line)
	}
	return utf8.RuneCount(before), nil
}

// end is the place after the last line of a node.
type end struct {
	offset int    // of the next line, or the end of the file
	open   bool   // the line has no end: the file ends there
	eol    string // as the lines around it end
}

// endOf returns the place after the last line of the value of an entry, or of an item,
// whose first column is that of its key or dash: comments that are deeper are part of it.
func (f *File) endOf(key, value *Node, column int) (end, error) {
	last := f.tree().last(value)
	if value.IsNull() && last.Offset < key.Offset {
		last = key
	}
	text := f.extent(last)
	if block := last.raw.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0; block && (text.end == 0 || f.keeps(last)) {
		return end{}, refuse(value, "line %d is a block of text that keeps the line ends behind it", last.Line)
	}
	limit := len(f.src)
	if next := f.tree().next(value); next != nil {
		limit = f.lines.yaml[f.yamlLine(next.Offset)]
	}
	line := f.yamlLine(last.Offset)
	behind := line + 1
	for i := behind; i < len(f.lines.yaml) && f.lines.yaml[i] < limit; i++ {
		start := f.lines.yaml[i]
		inText := start < text.end
		if !inText && (f.marker(start) || f.dashes(start, column)) {
			break
		}
		switch {
		case inText && len(f.line(start)) > 0, // white space may be part of the text
			!inText && !f.blankLine(start) && !f.commentAtMost(start, column):
			behind = i + 1
		}
	}
	e := end{offset: len(f.src), eol: f.eol()}
	if behind < len(f.lines.yaml) {
		e.offset = f.lines.yaml[behind]
	}
	if e.offset == 0 || f.src[e.offset-1] != '\n' && !f.endsLine(e.offset) && f.src[e.offset-1] != '\r' {
		e.open = true
		if text.end > 0 && last.raw.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && !f.strips(last) {
			return end{}, refuse(value, "the file ends in a block of text, without a line end")
		}
	}
	return e, nil
}

// insert returns the text that adds lines at the place.
func (e end) insert(lines []string) string {
	text := strings.Join(lines, e.eol)
	if e.open {
		return e.eol + text
	}
	return text + e.eol
}

// yamlLine returns the number from 0 of the line of YAML that an offset is in.
func (f *File) yamlLine(offset int) int {
	low, high := 0, len(f.lines.yaml)
	for low+1 < high {
		if mid := (low + high) / 2; f.lines.yaml[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// line returns the line of YAML that starts at an offset, without its end.
func (f *File) line(start int) []byte { return f.src[start:f.lineEndAfter(start)] }

func (f *File) blankLine(start int) bool { return len(bytes.Trim(f.line(start), " \t")) == 0 }

// commentAtMost reports whether a line is a comment that starts at most at a column.
func (f *File) commentAtMost(start, column int) bool {
	line := f.line(start)
	text := bytes.TrimLeft(line, " \t")
	return len(text) > 0 && text[0] == '#' && len(line)-len(text) <= column
}

// lonely matches a line with the dash of an item that starts in the next line.
var lonely = regexp.MustCompile(`^ *-(?: +-)*[ \t]*(?:#.*)?$`)

// dashes reports whether a line has but dashes, the first at most at a column: the next
// item follows.
func (f *File) dashes(start, column int) bool {
	line := f.line(start)
	return len(line)-len(bytes.TrimLeft(line, " ")) <= column && lonely.Match(line)
}

// marker reports whether a line ends a document or starts one.
func (f *File) marker(start int) bool {
	line := f.line(start)
	return (bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))) &&
		(len(line) == 3 || line[3] == ' ' || line[3] == '\t')
}

// eol returns how the lines of the file end: as the first one does.
func (f *File) eol() string {
	if i := bytes.IndexByte(f.src, '\n'); i > 0 && f.src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// header returns the indicators of a literal or folded scalar: "|-".
func (f *File) header(n *Node) []byte {
	start := f.value(n)
	return bytes.TrimRight(bytes.SplitN(f.src[start:f.lineEndAfter(start)], []byte(" "), 2)[0], "\t\r")
}

func (f *File) keeps(n *Node) bool  { return bytes.IndexByte(f.header(n), '+') >= 0 }
func (f *File) strips(n *Node) bool { return bytes.IndexByte(f.header(n), '-') >= 0 }

// findDivided returns the offset of the first line that starts or ends a document.
func (f *File) findDivided() int {
	for _, start := range f.lines.yaml {
		if f.marker(start) {
			return start
		}
	}
	return -1
}

// findLayout returns how the blocks of the file are indented: as most of them are, and as
// is usual where there are none.
func (f *File) findLayout() style {
	steps, dashes := map[int]int{}, map[int]int{}
	for _, n := range f.tree().order {
		if n.Kind != Mapping || n.raw.Style&yaml.FlowStyle != 0 {
			continue
		}
		for key, value := range n.Entries() {
			if value.raw.Style&yaml.FlowStyle != 0 || len(value.content) == 0 || value.raw.Line == key.raw.Line {
				continue
			}
			switch deeper := value.content[0].raw.Column - key.raw.Column; {
			case value.Kind == Mapping && deeper > 0:
				steps[deeper]++
			case value.Kind == Sequence && f.src[value.Offset] == '-':
				dashes[value.raw.Column-key.raw.Column]++
			}
		}
	}
	return style{step: most(steps, 2), dash: most(dashes, most(steps, 2))}
}

// most returns the number that was counted most often, the smaller one of two, and the
// usual one where none was.
func most(counts map[int]int, usual int) int {
	best, found := usual, 0
	for n := range 17 {
		if counts[n] > found {
			best, found = n, counts[n]
		}
	}
	return best
}
