package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// sources returns all the words of a script that was walked.
func (w *walker) sources(file *syntax.File) (list []Source) {
	calls := map[*syntax.Word]int{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			if i, ok := w.index[n]; ok {
				for _, arg := range n.Args {
					calls[arg] = i
				}
			}
		case *syntax.FuncDecl:
			list = append(list, Source{between(w.src, n.Pos(), n.Body.Pos()), -1}) // its name, or names
		case *syntax.Word:
			i, ok := calls[n]
			if !ok {
				i = -1
			}
			list = append(list, Source{between(w.src, n.Pos(), n.End()), i})
		}
		return true
	})
	return list
}

// between returns the source from one position to another: all of it if they don't lie
// within, as with heredocs that are nested or never end.
func between(text string, from, to syntax.Pos) string {
	start, end := int(from.Offset()), int(to.Offset())
	if !from.IsValid() || !to.IsValid() || start > end || end > len(text) {
		return text
	}
	return text[start:end]
}

// plain reports whether no word depends on a variable, a command or a file name
// pattern.
func plain(words []*syntax.Word) bool {
	return !slices.ContainsFunc(words, func(w *syntax.Word) bool {
		_, ok := literal(w.Parts, `\*?[]{}~`)
		return !ok
	})
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
