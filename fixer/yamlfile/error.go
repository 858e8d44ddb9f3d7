package yamlfile

import "fmt"

// Reason classifies why a file is refused.
type Reason string

// The reasons for which [Parse] refuses a file.
const (
	Syntax       Reason = "syntax"        // it is not YAML
	NotUTF8      Reason = "not UTF-8"     // UTF-16 and UTF-32 included
	Tab          Reason = "tab"           // a tab in the indentation
	DuplicateKey Reason = "duplicate key" // parsers disagree about which of them counts
	TooLarge     Reason = "too large"     // more than MaxBytes, MaxNodes, MaxDocuments
	TooDeep      Reason = "too deep"      // nested deeper than MaxDepth
	Cycle        Reason = "cycle"         // an anchor that contains an alias to itself
	Template     Reason = "template"      // Helm, Jinja and the like: YAML only when rendered
)

// Error says why a file is refused, and where.
type Error struct {
	Name      string // of the file
	Line, Col int    // from 1, Col in bytes; 0 for the whole file
	Reason    Reason
	Msg       string
}

// Error has the form "file:line:col: message".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, e.Msg)
}
