package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxWord is the longest word that is known, in bytes: a script may double a
// variable repeatedly.
const maxWord = 16 << 10

// word resolves quotes and known variables. mvdan.cc/sh/expand is not used: it
// asks the machine for "~user", and has no notion of an unknown value.
func (w *walker) word(word *syntax.Word) Word {
	out := Word{Raw: between(w.src, word.Pos(), word.End())}
	if w.depth == 0 && word.Pos().IsValid() && len(out.Raw) == int(word.End().Offset())-int(word.Pos().Offset()) {
		out.Start, out.End = int(word.Pos().Offset()), int(word.End().Offset())
	}
	if strings.HasPrefix(out.Raw, "~") {
		return out
	}
	var b strings.Builder
	if !w.parts(&b, word.Parts, false) {
		return out
	}
	if b.Len() > maxWord {
		return out
	}
	out.Text, out.Known = b.String(), true
	return out
}

// parts appends the value of the parts, and reports whether it is known.
func (w *walker) parts(b *strings.Builder, parts []syntax.WordPart, quoted bool) bool {
	for _, p := range parts {
		if b.Len() > maxWord {
			return false
		}
		switch p := p.(type) {
		case *syntax.Lit:
			unescape(b, p.Value, quoted)
		case *syntax.SglQuoted:
			if p.Dollar {
				return false
			}
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			if p.Dollar || !w.parts(b, p.Parts, true) {
				return false
			}
		case *syntax.ParamExp:
			v, ok := w.param(p)
			// Unquoted, a value with blanks or globs would become several words.
			if !ok || !quoted && strings.ContainsAny(v, " \t\n*?[") {
				return false
			}
			b.WriteString(v)
		default:
			return false
		}
	}
	return true
}

// param resolves $x, ${x} and ${x:-default}.
func (w *walker) param(p *syntax.ParamExp) (string, bool) {
	if p.Param == nil || p.Excl || p.Length || p.Width || p.Index != nil || p.Slice != nil || p.Repl != nil || p.NestedParam != nil {
		return "", false
	}
	v, known := w.lookup(p.Param.Value)
	if p.Exp == nil {
		return v, known
	}
	if p.Exp.Op != syntax.DefaultUnsetOrNull {
		return "", false
	}
	if known && v != "" {
		return v, true
	}
	if !known || p.Exp.Word == nil {
		return "", false
	}
	d := w.word(p.Exp.Word)
	return d.Text, d.Known
}

// unescape drops the backslashes that the shell drops.
func unescape(b *strings.Builder, s string, quoted bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch c := s[i+1]; {
		case c == '\n':
		case quoted && !strings.ContainsRune("$`\"\\", rune(c)):
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
		i++
	}
}
