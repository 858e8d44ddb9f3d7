package yamlfile

import (
	"bytes"
	"sort"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"go.yaml.in/yaml/v4"
)

// Comments implements [document.Document]. They are found in the bytes: which node the
// parser attaches a comment to depends on the line ends
// (https://github.com/yaml/go-yaml/issues/182).
//
// A comment in a line of its own governs the entry or the item below it, one after an
// entry that entry; one above the first entry of a document governs the document, and on
// top of the file the file.
func (f *File) Comments() []document.Comment {
	texts := f.opaque()
	var found []document.Comment
	for i := f.lines.yaml[0]; i < len(f.src); i++ {
		if len(texts) > 0 && i >= texts[0].start {
			i = max(i, texts[0].end-1)
			texts = texts[1:]
			continue
		}
		if f.src[i] != '#' || i > f.lines.yaml[0] && !blank(f.src[i-1]) && !f.endsLine(i) {
			continue
		}
		end := f.lineEndAfter(i)
		found = append(found, document.Comment{
			Span:    document.Span{Start: i, End: end},
			Text:    string(f.src[i:end]),
			Governs: f.governed(i),
		})
		i = end - 1
	}
	return found
}

// governed returns what the comment at an offset governs.
func (f *File) governed(at int) document.Span {
	t := f.tree()
	line := f.lines.yaml[f.yamlLine(at)]
	alone := len(bytes.Trim(f.src[line:at], " \t")) == 0
	from := at
	if !alone {
		from = line // what starts in its line
	}
	i := sort.Search(len(t.order), func(i int) bool { return t.order[i].Offset >= from })
	if i == len(t.order) || !alone && t.order[i].Offset > at {
		return document.Span{}
	}
	if t.parent[i] < 0 {
		return f.governedDocument(i, at)
	}
	n := t.order[i]
	for len(n.content) > 0 && n.content[0].Offset == n.Offset && t.order[t.parent[t.index[n]]].Kind != Sequence {
		n = n.content[0] // of a block, its first entry
	}
	if n.Kind == Sequence && len(n.content) > 0 {
		n = n.content[0]
	}
	span := document.Span{Start: n.Offset, End: len(f.src)}
	if value := t.valueOf(n); value != nil {
		n = value
	}
	if next := t.next(n); next != nil {
		span.End = next.Offset
	}
	return span
}

// governedDocument returns what a comment above a document governs, whose root is node i.
func (f *File) governedDocument(i, at int) document.Span {
	t := f.tree()
	span := document.Span{Start: t.order[i].Offset, End: len(f.src)}
	if first := f.divided(); i == 0 && (len(f.documents) == 1 || first < 0 || at < first) {
		span.Start = 0
	}
	if next := t.next(t.order[i]); next != nil && span.Start > 0 {
		span.End = next.Offset
	}
	return span
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// endsLine reports whether a line end of more than one byte is before offset i.
func (f *File) endsLine(i int) bool {
	return i >= 2 && lineEnd(f.src[i-2:i]) == 2 || i >= 3 && lineEnd(f.src[i-3:i]) == 3
}

// lineEndAfter returns the offset of the line end of YAML at or after i.
func (f *File) lineEndAfter(i int) int {
	for i < len(f.src) && lineEnd(f.src[i:]) == 0 {
		i++
	}
	return i
}

type extent struct{ start, end int }

// opaque returns the extents of the scalars in which "#" is no comment, in the
// order of the file: quoted ones, and the lines of literal and folded ones. In a
// plain scalar " #" always starts a comment.
func (f *File) opaque() []extent {
	var list []extent
	var walk func(n *Node)
	walk = func(n *Node) {
		if n.Kind == Scalar {
			if e := f.extent(n); e.end > e.start {
				list = append(list, e)
			}
		}
		for _, c := range n.content {
			walk(c)
		}
	}
	for _, d := range f.documents {
		walk(d)
	}
	return list
}

// extent returns the extent of the text of a quoted, literal or folded scalar.
func (f *File) extent(n *Node) extent {
	start := f.value(n)
	switch style := n.raw.Style; {
	case style&yaml.DoubleQuotedStyle != 0:
		i := start + 1
		for i < len(f.src) && f.src[i] != '"' {
			if f.src[i] == '\\' {
				i++
			}
			i++
		}
		return extent{start, min(i+1, len(f.src))}
	case style&yaml.SingleQuotedStyle != 0:
		i := start + 1
		for i < len(f.src) && (f.src[i] != '\'' || bytes.HasPrefix(f.src[i:], []byte("''"))) {
			if f.src[i] == '\'' {
				i++
			}
			i++
		}
		return extent{start, min(i+1, len(f.src))}
	case style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return f.block(start, n.Value)
	}
	return extent{}
}

// value returns the offset of the value of a node, after its anchor and tag.
func (f *File) value(n *Node) int {
	i := n.Offset
	for i < len(f.src) && (f.src[i] == '&' || f.src[i] == '!') {
		for i < len(f.src) && !blank(f.src[i]) {
			i++
		}
		for i < len(f.src) && blank(f.src[i]) {
			i++
		}
	}
	return i
}

// block returns the extent of the lines of a literal or folded scalar, whose
// header starts at offset header. They end before the first line that has text
// and is less indented than the first line with text, as the value shows it.
func (f *File) block(header int, value string) extent {
	start := f.lineEndAfter(header)
	if start < len(f.src) {
		start += lineEnd(f.src[start:])
	}
	own := strings.TrimLeft(value, "\r\n\u0085\u2028\u2029")
	if own == "" {
		return extent{}
	}
	shown := len(own) - len(strings.TrimLeft(own, " ")) // beyond the indentation of the scalar
	end, indent := start, -1
	for i := start; i < len(f.src); {
		line := f.src[i:f.lineEndAfter(i)]
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		if spaces < len(line) {
			if indent < 0 {
				indent = spaces - shown
			}
			if spaces < indent {
				break
			}
		}
		i += len(line)
		if i < len(f.src) {
			i += lineEnd(f.src[i:])
		}
		end = i
	}
	return extent{start, end}
}
