package registry

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// between returns the source from one position to another: all of it when they
// don't lie within.
func between(text string, from, to syntax.Pos) string {
	start, end := int(from.Offset()), int(to.Offset())
	if !from.IsValid() || !to.IsValid() || start > end || end > len(text) {
		return text
	}
	return text[start:end]
}

// literals returns the text of words; plain is false when a word depends on a
// variable, a command or a file name pattern, and its text is then "".
func literals(words []*syntax.Word) (texts []string, plain bool) {
	plain = true
	for _, w := range words {
		text, ok := literal(w.Parts, `\*?[]{}~`)
		if !ok {
			text, plain = "", false
		}
		texts = append(texts, text)
	}
	return texts, plain
}

// literal returns the text of a word's parts; those without quotes must not
// have any of the special characters.
func literal(parts []syntax.WordPart, special string) (string, bool) {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, special) {
				return "", false
			}
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			if p.Dollar {
				return "", false
			}
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			text, ok := literal(p.Parts, `\`)
			if !ok || p.Dollar {
				return "", false
			}
			b.WriteString(text)
		default:
			return "", false
		}
	}
	return b.String(), true
}
