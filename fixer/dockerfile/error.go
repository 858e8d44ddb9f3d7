package dockerfile

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Error says what is wrong with a Dockerfile, and where.
type Error struct {
	Name      string
	Line, Col int // from 1; 0 when the whole file is meant
	Msg       string
}

// Error has the form "file:line:col: what is wrong", in one printable line.
func (e *Error) Error() string {
	if e.Line == 0 {
		return Printable(e.Name + ": " + e.Msg)
	}
	return Printable(fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Msg))
}

// Printable escapes what is not printable, as Go does in a string: messages
// quote files of strangers, and go to terminals and to the logs of CI, which
// obey control characters and line ends.
func Printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 && strings.ToValidUTF8(s, "") == s {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

func (f *File) errorAt(offset int, format string, args ...any) *Error {
	line, col := f.Position(offset)
	return &Error{Name: f.Name, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)}
}
