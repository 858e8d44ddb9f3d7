// Package escape makes text that an untrusted file is quoted in fit for a terminal and
// for the log of a CI run, both of which obey control characters and line ends.
package escape

import (
	"strconv"
	"strings"
	"unicode"
)

// Line returns s in one line, with everything that is not printable escaped as in a Go
// string.
func Line(s string) string {
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
