package document

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/escape"
)

// Error is what is wrong with a file, and where.
type Error struct {
	Name      string
	Line, Col int // from 1; 0 when the whole file is meant
	Msg       string
}

// Error returns "file:line:col: what is wrong", in one printable line.
func (e *Error) Error() string {
	if e.Line == 0 {
		return escape.Line(e.Name + ": " + e.Msg)
	}
	return escape.Line(fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Msg))
}
