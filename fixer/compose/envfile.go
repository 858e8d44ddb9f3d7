package compose

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// assignment is a variable of an environment file.
type assignment struct {
	name, value string
	line        int  // from 1
	expand      bool // the value has variables of its own
	inherited   bool // a name without "=": the environment's value
}

// parseEnv reads an environment file as compose-go's package dotenv does: "export"
// and comments are skipped, values may be quoted and then span several lines.
func parseEnv(src string) ([]assignment, error) {
	p := envParser{rest: strings.TrimPrefix(src, "\ufeff"), line: 1}
	var list []assignment
	for p.skip() {
		a, err := p.assignment()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		list = append(list, a)
	}
	return list, nil
}

// parseRaw reads an environment file of the format "raw": a line is a name, "="
// and the literal value.
func parseRaw(src string) []assignment {
	var list []assignment
	number := 0
	for line := range strings.Lines(src) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		list = append(list, assignment{name: name, value: value, line: number, inherited: !found})
	}
	return list
}

type envParser struct {
	rest string
	line int
}

// advance consumes n bytes.
func (p *envParser) advance(n int) string {
	taken := p.rest[:n]
	p.line += strings.Count(taken, "\n")
	p.rest = p.rest[n:]
	return taken
}

// skip consumes white space and comments, and reports whether anything follows.
func (p *envParser) skip() bool {
	for {
		p.advance(len(p.rest) - len(strings.TrimLeftFunc(p.rest, unicode.IsSpace)))
		if !strings.HasPrefix(p.rest, "#") {
			return p.rest != ""
		}
		p.advance(lineLength(p.rest))
	}
}

// lineLength returns the length of the first line of s, without its end.
func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

var export = lazyregexp.New(`^export\s+`)

func (p *envParser) assignment() (assignment, error) {
	if export.MatchString(p.rest) {
		p.advance(len("export"))
		p.blanks()
	}
	a := assignment{line: p.line}
	n := strings.IndexFunc(p.rest, func(r rune) bool { return !isBlank(r) && !inName(r) })
	switch {
	case n < 0:
		a.inherited = true
		n = len(p.rest)
	case p.rest[n] == '\n':
		a.inherited = true
	case p.rest[n] != '=' && p.rest[n] != ':':
		return a, fmt.Errorf("a name of a variable has no %q", []rune(p.rest[n:])[0])
	}
	a.name = strings.TrimRightFunc(p.advance(n), unicode.IsSpace)
	if strings.Contains(a.name, " ") {
		return a, fmt.Errorf("a name of a variable has no space")
	}
	if a.inherited {
		return a, nil
	}
	p.advance(1)
	p.blanks()
	var err error
	a.value, a.expand, err = p.value()
	return a, err
}

// blanks consumes white space up to the end of the line.
func (p *envParser) blanks() {
	p.advance(len(p.rest) - len(strings.TrimLeftFunc(p.rest, isBlank)))
}

func isBlank(r rune) bool {
	switch r {
	case '\t', '\v', '\f', '\r', ' ', 0x85, 0xa0:
		return true
	}
	return false
}

func inName(r rune) bool {
	return strings.ContainsRune("_.-[]", r) || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// value consumes the value of an assignment.
func (p *envParser) value() (value string, expand bool, err error) {
	if p.rest == "" || p.rest[0] != '"' && p.rest[0] != '\'' {
		line := p.advance(lineLength(p.rest))
		line, _, _ = strings.Cut(line, " #")
		return strings.TrimRightFunc(line, unicode.IsSpace), true, nil
	}
	quote := p.rest[0]
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == quote:
			p.advance(i + 1)
			if quote == '\'' {
				return b.String(), false, nil
			}
			return unescape(b.String()), true, nil
		case c == '\\' && i+1 < len(p.rest):
			i++
			if p.rest[i] != quote {
				b.WriteByte('\\')
			}
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false, fmt.Errorf("a quote that is not closed")
}

var escape = lazyregexp.New(`\\(?:[abcfnrtv$"\\]|0\d{0,3})`)

// unescape replaces the escapes of a double-quoted value.
func unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(match string) string {
		if match == `\$` {
			return "$$"
		}
		if strings.HasPrefix(match, `\0`) {
			match = `\` + match[2:]
		}
		r, _, _, err := strconv.UnquoteChar(match, '"')
		if err != nil {
			return match
		}
		return string(r)
	})
}
