package workload

import (
	"sort"
	"strings"
	"unicode"
)

// maxEvidence is the longest Text of an Evidence, in bytes.
const maxEvidence = 160

// Evidence is a line of a file that proves something.
type Evidence struct {
	Place Place
	Text  string // the line without blanks around it: printable, at most 160 bytes
}

// lines finds the lines of a text.
type lines struct {
	text   string
	starts []int // of each line; nil until one is asked for
}

// number returns the number of the line that an offset is in, from 1.
func (l *lines) number(offset int) int {
	if l.starts == nil {
		l.starts = append(make([]int, 0, strings.Count(l.text, "\n")+1), 0)
		for i := 0; ; {
			n := strings.IndexByte(l.text[i:], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			l.starts = append(l.starts, i)
		}
	}
	return sort.SearchInts(l.starts, offset+1)
}

// line returns the text of the line that an offset is in, for an Evidence.
func (l *lines) line(offset int) string {
	n := l.number(offset)
	start, end := l.starts[n-1], len(l.text)
	if n < len(l.starts) {
		end = l.starts[n]
	}
	// In a long line, what is near the offset.
	if end-start > 4*maxEvidence {
		start = max(start, offset-maxEvidence/4)
		end = min(end, start+4*maxEvidence)
	}
	return printable(l.text[start:end])
}

// evidence returns the Evidence at an offset.
func (l *lines) evidence(file string, offset int) Evidence {
	return Evidence{Place{File: file, Line: l.number(offset)}, l.line(offset)}
}

// printable returns at most maxEvidence bytes of a text that can be shown: valid
// UTF-8, without control characters, line breaks, or surrounding blanks.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.TrimSpace(text)
	if len(text) > maxEvidence {
		text = strings.ToValidUTF8(text[:maxEvidence-len("…")], "") + "…"
	}
	return text
}
