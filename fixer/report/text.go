package report

import (
	"fmt"
	"io"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// Text writes a line for each finding: file:line:col: message [id].
func Text(w io.Writer, name string, findings []fixer.Finding) error {
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s [%s]\n", dockerfile.Printable(name), f.Line, f.Col, dockerfile.Printable(message(f)), f.ID); err != nil {
			return err
		}
	}
	return nil
}
