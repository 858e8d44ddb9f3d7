package dockerfile

import "fmt"

// Error says what is wrong with a Dockerfile, and where.
type Error struct {
	Name      string
	Line, Col int // from 1; 0 when the whole file is meant
	Msg       string
}

// Error has the form "file:line:col: what is wrong".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Msg)
}

func (f *File) errorAt(offset int, format string, args ...any) *Error {
	line, col := f.Position(offset)
	return &Error{Name: f.Name, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)}
}
