package steps

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// UsesVariable reports whether an instruction uses the variable, in its heredocs too.
func UsesVariable(in *dockerfile.Instruction, name string) bool {
	texts := []string{in.Logical}
	for _, h := range in.Node.Heredocs {
		texts = append(texts, h.Content)
	}
	return slices.ContainsFunc(texts, func(s string) bool {
		return strings.Contains(s, "$"+name) || strings.Contains(s, "${"+name)
	})
}
