package discover

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// services matches the line that begins the services of a Compose file.
var services = lazyregexp.New(`(?m)^\x{FEFF}?["']?services["']?:[ \t\r]*(?:#|&|$)`)

// IsCompose reports whether a text may be a Compose file with services. It looks at lines, not
// at what they mean.
func IsCompose(text []byte) bool {
	return services.Match(text) && !bytes.Contains(text, []byte("\napiVersion:"))
}

// judgeCompose is judge for a file that has the name of a Compose file.
func (s *searcher) judgeCompose(name string) (take bool, reason string) {
	text, err := readFile(s.fsys, name, yamlfile.MaxBytes+1)
	if err != nil {
		return false, unreadable(name, err)
	}
	var unread *yamlfile.Error
	file, err := yamlfile.Parse(name, text)
	switch {
	case errors.As(err, &unread) && bytes.Contains(text, []byte("{{")):
		return false, "a template"
	case errors.As(err, &unread):
		return false, fmt.Sprintf("not YAML that can be read: %s (line %d)", unread.Msg, unread.Line)
	case len(file.Documents()) != 1:
		return false, ""
	}
	if compose.IsVersionOne(file.Documents()[0]) {
		return false, "a Compose file of version 1, without services:, which docker compose refuses"
	}
	key, _ := file.Documents()[0].Get("services")
	return key != nil, ""
}

// isComposeTemplate reports whether a file has the name of a Compose file, and the extension of
// a template language after it.
func isComposeTemplate(name string) bool {
	ending := path.Ext(name)
	return templates[strings.ToLower(ending)] && compose.IsNamed(strings.TrimSuffix(name, ending))
}
