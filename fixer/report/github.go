package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/escape"
)

// GitHub writes workflow commands, which GitHub Actions shows as annotations at
// the lines: a line for each finding that no baseline has, except for what is left
// alone, and for each file that failed. No path or message can break out of its
// command.
func GitHub(w io.Writer, r *Report) error {
	for i := range r.Files {
		f := &r.Files[i]
		for j, found := range f.Result.Findings {
			if f.known(j) || !annotates(found) {
				continue
			}
			c := command{level: commandLevel[found.Status], file: f.Path, line: found.Line, col: found.Col, endLine: found.EndLine, endCol: found.EndCol, title: "dockmend " + found.ID, message: message(found)}
			if _, err := fmt.Fprintln(w, c); err != nil {
				return err
			}
		}
		if e := f.Err; e != nil {
			if _, err := fmt.Fprintln(w, command{level: "error", file: e.Name, line: e.Line, col: e.Col, title: "dockmend", message: e.Msg}); err != nil {
				return err
			}
		}
	}
	return nil
}

var commandLevel = map[fixer.Status]string{fixer.Fixed: "warning", fixer.Offered: "notice", fixer.Failed: "error"}

// command is a workflow command that makes an annotation.
type command struct {
	level     string
	file      string
	line, col int // 0 when the whole file is meant

	endLine, endCol int // 0 if unknown
	title           string
	message         string
}

// String returns the command in one line, quoted like GitHub's own toolkit.
func (c command) String() string {
	file := c.file
	if strings.HasPrefix(file, "=") {
		file = "./" + file // the runner loses the sign, and has no escape for it
	}
	var b strings.Builder
	fmt.Fprintf(&b, "::%s file=%s,", c.level, propertyEscape.Replace(printableLines(file)))
	if c.line > 0 {
		fmt.Fprintf(&b, "line=%d,col=%d,", c.line, c.col)
		if c.endLine == c.line && c.endCol > c.col { // GitHub accepts no columns for more than one line
			fmt.Fprintf(&b, "endColumn=%d,", c.endCol)
		}
	}
	// The runner cuts off blanks after the last property, so that is not a path.
	fmt.Fprintf(&b, "title=%s::%s", propertyEscape.Replace(printableLines(c.title)), dataEscape.Replace(printableLines(c.message)))
	return b.String()
}

var (
	dataEscape     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscape = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// printableLines escapes what is not printable, except line ends, for which commands
// have their own escape.
func printableLines(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if r == '\r' || r == '\n' {
			b.WriteRune(r)
		} else {
			b.WriteString(escape.Line(string(r)))
		}
	}
	return b.String()
}
