package report

import (
	"slices"
	"strings"
)

// lines splits a text after each "\n".
func lines(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// lineEnd returns the end of the line: "\r\n", "\n", or "".
func lineEnd(line string) string {
	switch {
	case strings.HasSuffix(line, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(line, "\n"):
		return "\n"
	}
	return ""
}
