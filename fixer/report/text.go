// Package report writes findings in the forms in which they leave dockmend.
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
		message := f.Message
		if !f.Fixed && f.Safety == fixer.Unsafe {
			message += "; only with --unsafe"
		}
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s [%s]\n", dockerfile.Printable(name), f.Line, f.Col, dockerfile.Printable(message), f.ID); err != nil {
			return err
		}
	}
	return nil
}
