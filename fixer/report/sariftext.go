package report

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// sarifText computes places of a text as SARIF does: columns count UTF-16 code units,
// and a byte order mark does not count.
type sarifText struct {
	src   []byte // after the byte order mark
	valid bool   // it is UTF-8

	mark   int   // the length of the byte order mark
	starts []int // of the lines
}

func newSarifText(text []byte) *sarifText {
	src := bytes.TrimPrefix(text, byteOrderMark)
	t := &sarifText{src: src, valid: utf8.Valid(src), mark: len(text) - len(src), starts: []int{0}}
	for i, c := range src {
		if c == '\n' && i+1 < len(src) {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// position returns the line and the column of an offset. The end of the text belongs
// to the last line, its line end included.
func (t *sarifText) position(offset int) (line, col int) {
	i, found := slices.BinarySearch(t.starts, offset)
	if !found {
		i--
	}
	for _, r := range string(t.src[t.starts[i]:offset]) {
		col += utf16.RuneLen(r)
	}
	return i + 1, col + 1
}

// region returns the text between two offsets.
func (t *sarifText) region(start, end int) *sarif.Region {
	line, col := t.position(start)
	endLine, endCol := t.position(end)
	return sarif.NewRegion().WithStartLine(line).WithStartColumn(col).WithEndLine(endLine).WithEndColumn(endCol)
}

// place returns the region of a finding: to its end if known, else to the end of
// its line.
func (t *sarifText) place(f fixer.Finding) *sarif.Region {
	start, end := t.offset(f.Line, f.Col), t.offset(f.EndLine, f.EndCol)
	if f.EndLine == 0 || end <= start {
		return t.restOfLine(f.Line, f.Col)
	}
	return t.region(start, end)
}

// offset returns that of a line and a column in bytes, within the line.
func (t *sarifText) offset(line, col int) int {
	i := min(max(line-1, 0), len(t.starts)-1)
	start, end := t.line(i)
	offset := start + col - 1
	if i == 0 {
		offset -= t.mark
	}
	return min(max(offset, start), end)
}

// line returns where a line begins and ends, by its index, without its line end.
func (t *sarifText) line(i int) (start, end int) {
	start, end = t.starts[i], len(t.src)
	if i+1 < len(t.starts) {
		end = t.starts[i+1]
	}
	return start, end - len(lineEnd(string(t.src[start:end])))
}

// restOfLine returns the text from a place, whose column counts bytes, to the end of
// its line.
func (t *sarifText) restOfLine(line, col int) *sarif.Region {
	_, end := t.line(min(max(line-1, 0), len(t.starts)-1))
	return t.region(t.offset(line, col), end)
}

const (
	// stdin is the path of what comes from standard input.
	stdin = "<stdin>"
	// sourceRoot is the base of relative paths. It is code scanning's name for the
	// root of a repository.
	sourceRoot = "%SRCROOT%"
	// kept are the characters of a path that mean themselves in a URI, besides
	// letters and digits (RFC 3986, pchar).
	kept = "-._~!$&'()*+,;=:@"
)

// sarifLocation returns the location of a file.
func sarifLocation(path string) *sarif.ArtifactLocation {
	at := sarif.NewSimpleArtifactLocation(pathURI(path))
	if path != stdin && !strings.HasPrefix(path, "/") {
		at.WithURIBaseID(sourceRoot)
	}
	return at
}

// pathURI returns a path as a URI, byte for byte, UTF-8 or not. An absolute path
// makes a file URI, a relative one a relative reference.
func pathURI(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." {
			continue // as the standard demands
		}
		part = percentEncoded(part)
		if len(parts) == 0 {
			part = strings.ReplaceAll(part, ":", "%3A") // or it would end a scheme
		}
		parts = append(parts, part)
	}
	uri := strings.Join(parts, "/")
	if strings.HasPrefix(path, "/") {
		uri = "file:///" + uri
	}
	return uri
}

func percentEncoded(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(kept, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
