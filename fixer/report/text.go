package report

import (
	"fmt"
	"io"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/escape"
)

// Text writes a line for each finding: file:line:col: message [id].
func Text(w io.Writer, name string, findings []fixer.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s [%s]\n", escape.Line(name), f.Line, f.Col, escape.Line(message(f)), f.ID); err != nil {
			return err
		}
	}
	return nil
}
