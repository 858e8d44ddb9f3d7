package dockerfile

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// blanks is what BuildKit's reWhitespace splits on. It is narrower than
// unicode.IsSpace, which trims the ends: a no-break space is no separator.
const blanks = "\t\v\f\r "

// splitWords finds keyword, flags and arguments in the logical line, following
// splitCommand, extractBuilderFlags and the line parsers of BuildKit, and
// asserts that keyword, flags and arguments came out as they did there.
func (in *Instruction) splitWords() error {
	end := len(strings.TrimRightFunc(in.Logical, unicode.IsSpace))
	start := len(in.Logical) - len(strings.TrimLeftFunc(in.Logical, unicode.IsSpace))
	if start >= end {
		return in.file.errorAt(in.Start, "internal: empty instruction")
	}
	pos := end
	if i := strings.IndexAny(in.Logical[start:end], blanks); i >= 0 {
		pos = start + i
	}
	in.Keyword = in.word(start, pos, in.Logical[start:pos])
	for pos < end && strings.IndexByte(blanks, in.Logical[pos]) >= 0 {
		pos++
	}
	if pos < end {
		pos = in.splitFlags(pos, end)
	}
	for pos < end {
		r, n := utf8.DecodeRuneInString(in.Logical[pos:end])
		if !unicode.IsSpace(r) {
			break
		}
		pos += n
	}
	in.body = document.Span{Start: pos, End: end}
	in.splitArgs()
	if in.Keyword.Text != in.Node.Value || !slices.Equal(texts(in.Flags), in.Node.Flags) {
		return in.file.errorAt(in.Start, "internal: keyword or flags differ from BuildKit's reading; the file is left alone")
	}
	if want, ok := nodeWords(in.Node); ok && !slices.Equal(texts(in.Args), want) {
		return in.file.errorAt(in.Start, "internal: arguments differ from BuildKit's reading; the file is left alone")
	}
	return nil
}

func (in *Instruction) word(start, end int, text string) Word {
	w := Word{Text: text, logical: document.Span{Start: start, End: end}}
	if start < end {
		// The end is the byte after the last one: after a word that fills its
		// line, Offset(end) would already be on the next.
		w.Span = document.Span{Start: in.Offset(start), End: in.Offset(end-1) + 1}
	} else {
		w.Span = document.Span{Start: in.Offset(start), End: in.Offset(start)}
	}
	return w
}

func texts(ws []Word) []string {
	var s []string
	for _, w := range ws {
		s = append(s, w.Text)
	}
	return s
}

// splitFlags is BuildKit's extractBuilderFlags with offsets. It returns where the rest of
// the line begins.
func (in *Instruction) splitFlags(pos, end int) int {
	for pos < end {
		for pos < end && unicode.IsSpace(rune(in.Logical[pos])) {
			pos++
		}
		if !strings.HasPrefix(in.Logical[pos:end], "--") {
			return pos
		}
		start := pos
		var text strings.Builder
		var quote byte
		quoted := false
		for ; pos < end; pos++ {
			c := in.Logical[pos]
			switch {
			case quote == 0 && unicode.IsSpace(rune(c)):
			case quote == 0 && (c == '\'' || c == '"'):
				quote, quoted = c, true
				continue
			case quote != 0 && c == quote:
				quote = 0
				continue
			case c == in.file.Escape:
				if pos+1 == end {
					quote = 0
					continue
				}
				pos++
				text.WriteRune(rune(in.Logical[pos]))
				continue
			default:
				// BuildKit writes each byte as a rune here, which mangles
				// non-ASCII flags; to compare, so does this.
				text.WriteRune(rune(c))
				continue
			}
			break
		}
		switch s := text.String(); {
		case s == "--":
			if pos < end {
				return pos
			}
		case quoted || s != "":
			in.Flags = append(in.Flags, in.word(start, pos, s))
		}
	}
	return end
}

func (in *Instruction) splitArgs() {
	from, to := in.body.Start, in.body.End
	if from == to {
		return
	}
	switch strings.ToLower(in.Keyword.Text) {
	case command.Healthcheck:
		if i := strings.IndexFunc(in.Body(), unicode.IsSpace); i >= 0 {
			in.Args = append(in.Args, in.word(from, from+i, in.Logical[from:from+i]))
			from = to - len(strings.TrimLeftFunc(in.Logical[from+i:to], unicode.IsSpace))
		}
	case command.From, command.Expose:
		in.Args = in.splitBlanks(from, to)
		return
	case command.Add, command.Copy, command.Volume:
		if !in.JSON() {
			in.Args = in.splitBlanks(from, to)
			return
		}
	case command.Arg, command.Env, command.Label:
		in.Args = in.splitQuoted(from, to)
		return
	}
	if in.JSON() {
		in.Args = append(in.Args, in.splitJSON(from, to)...)
	} else {
		in.Args = append(in.Args, in.word(from, to, in.Logical[from:to]))
	}
}

func (in *Instruction) splitBlanks(from, to int) (ws []Word) {
	for from < to {
		end := to
		if i := strings.IndexAny(in.Logical[from:to], blanks); i >= 0 {
			end = from + i
		}
		ws = append(ws, in.word(from, end, in.Logical[from:end]))
		for from = end; from < to && strings.IndexByte(blanks, in.Logical[from]) >= 0; {
			from++
		}
	}
	return ws
}

// splitQuoted is BuildKit's parseWords with offsets: blank-separated, quotes
// and escapes kept in the text.
func (in *Instruction) splitQuoted(from, to int) (ws []Word) {
	esc := rune(in.file.Escape)
	for pos := from; pos < to; {
		r, n := utf8.DecodeRuneInString(in.Logical[pos:to])
		if unicode.IsSpace(r) {
			pos += n
			continue
		}
		start := pos
		var quote rune
		for pos < to {
			r, n = utf8.DecodeRuneInString(in.Logical[pos:to])
			switch {
			case quote == 0 && unicode.IsSpace(r):
			case r == esc && quote != '\'':
				pos += n
				if pos < to {
					_, n = utf8.DecodeRuneInString(in.Logical[pos:to])
					pos += n
				}
				continue
			case quote == 0 && (r == '\'' || r == '"'):
				quote = r
				pos += n
				continue
			default:
				if r == quote {
					quote = 0
				}
				pos += n
				continue
			}
			break
		}
		ws = append(ws, in.word(start, pos, in.Logical[start:pos]))
	}
	return ws
}

// splitJSON finds the strings of a JSON array that is known to be valid.
func (in *Instruction) splitJSON(from, to int) (ws []Word) {
	dec := json.NewDecoder(strings.NewReader(in.Logical[from:to]))
	for {
		before := from + int(dec.InputOffset())
		tok, err := dec.Token()
		if err != nil {
			return ws
		}
		s, ok := tok.(string)
		if !ok {
			continue
		}
		end := from + int(dec.InputOffset())
		// Between two tokens only blanks and a comma can stand.
		start := before + strings.IndexByte(in.Logical[before:end], '"')
		ws = append(ws, in.word(start, end, s))
	}
}

// nodeWords returns BuildKit's own reading of the arguments where it is a plain
// list of words.
func nodeWords(n *parser.Node) ([]string, bool) {
	var list []string
	for a := n.Next; a != nil; a = a.Next {
		list = append(list, a.Value)
	}
	switch strings.ToLower(n.Value) {
	case command.Env, command.Label, command.Onbuild, command.Arg:
		// Keys and values, a nested instruction, and words in which a final
		// escape is dropped: not the words of the line.
		return nil, false
	}
	return list, true
}
