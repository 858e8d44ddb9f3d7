package yamlfile

import (
	"sort"
	"unicode/utf8"
)

const bom = "\ufeff"

// lines maps the positions of the YAML parser to offsets, and offsets to the
// positions that editors show. They count differently: for YAML 1.1 a line
// ends at LF, CRLF, CR, U+0085, U+2028 and U+2029, and a column is a character;
// for editors, git and CI a line ends at LF, and a column is a byte.
type lines struct {
	src  []byte
	yaml []int // offset of the start of each line of YAML
	text []int // offset of the start of each line that ends at LF

	wide    int   // the line of YAML that runes is for; -1 for none
	offsets []int // of the characters of that line
}

func newLines(src []byte) *lines {
	start := 0
	if len(src) >= len(bom) && string(src[:len(bom)]) == bom {
		start = len(bom) // the mark has no column
	}
	l := &lines{src: src, yaml: []int{start}, text: []int{0}, wide: -1}
	for i := start; i < len(src); {
		n := lineEnd(src[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		l.yaml = append(l.yaml, i)
		if src[i-1] == '\n' {
			l.text = append(l.text, i)
		}
	}
	return l
}

// lineEnd returns the length of the line end of YAML that s starts with, 0 for none.
func lineEnd(s []byte) int {
	switch {
	case s[0] == '\n':
		return 1
	case s[0] == '\r' && len(s) > 1 && s[1] == '\n':
		return 2
	case s[0] == '\r':
		return 1
	case s[0] == 0xc2 && len(s) > 1 && s[1] == 0x85: // U+0085
		return 2
	case s[0] == 0xe2 && len(s) > 2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9): // U+2028, U+2029
		return 3
	}
	return 0
}

// offset returns the offset of a position of the parser: both numbers count
// from 1, and those after the end of a line or of the file mean the end.
func (l *lines) offset(line, col int) int {
	line = min(max(line-1, 0), len(l.yaml)-1)
	col = max(col-1, 0)
	if l.wide != line {
		l.wide, l.offsets = line, l.offsets[:0]
		end := len(l.src)
		if line+1 < len(l.yaml) {
			end = l.yaml[line+1]
		}
		for i := l.yaml[line]; i < end; {
			l.offsets = append(l.offsets, i)
			_, n := utf8.DecodeRune(l.src[i:])
			i += n
		}
		l.offsets = append(l.offsets, end)
	}
	return l.offsets[min(col, len(l.offsets)-1)]
}

// position returns the line and the column in bytes of an offset, both from 1,
// as editors count them. A byte order mark is no column.
func (l *lines) position(offset int) (line, col int) {
	line = sort.SearchInts(l.text, offset+1)
	start := l.text[line-1]
	if line == 1 {
		start = min(l.yaml[0], offset)
	}
	return line, offset - start + 1
}
