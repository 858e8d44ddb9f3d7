package main

import (
	"bytes"
	"strings"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/fatih/color"
)

// display returns the diff of one file for display: control characters are escaped, so
// that untrusted text is shown without effect. It is not a patch any more.
func display(patch []byte, colour bool) []byte {
	var b bytes.Buffer
	n := 0
	for line := range strings.Lines(string(patch)) {
		text := strings.TrimRight(line, "\r\n")
		cells := strings.Split(text, "\t")
		for i := range cells {
			cells[i] = escape.Line(cells[i])
		}
		text = strings.Join(cells, "\t")
		if colour {
			text = paint(text, n < 2)
		}
		b.WriteString(text)
		b.WriteByte('\n')
		n++
	}
	return b.Bytes()
}

// paint returns a line of a diff in the colour that git gives it.
func paint(line string, header bool) string {
	var attribute color.Attribute
	switch {
	case header:
		attribute = color.Bold
	case strings.HasPrefix(line, "@@"):
		attribute = color.FgCyan
	case strings.HasPrefix(line, "+"):
		attribute = color.FgGreen
	case strings.HasPrefix(line, "-"):
		attribute = color.FgRed
	default:
		return line
	}
	c := color.New(attribute)
	c.EnableColor() // whether there are any was decided before
	return c.Sprint(line)
}
