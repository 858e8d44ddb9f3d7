package workload

import (
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file splits sources into tokens: enough to distinguish literals from comments,
// and to find the call of an argument. It is not a parser: code that it splits wrongly
// costs the rest of a line, a template or a comment.

// kind is the kind of a token.
type kind uint8

const (
	wordToken   kind = iota // an identifier or a keyword
	textToken               // a literal of text, without its quotes
	numberToken             // a number
	punctToken              // one byte of anything else
)

// token is a part of a source: text[start:end].
type token struct {
	start, end int32
	match      int32 // of a bracket: the index of the other one; else -1
	kind       kind
	quote      byte // of text: ' " `
	formatted  bool // of text: it may have expressions in it
}

const (
	maxLine   = 64 << 10 // bytes of a line that a human wrote
	maxTokens = 512 << 10
	maxNested = 10_000 // open brackets
)

// syntax is how a language spells comments and literals.
type syntax struct {
	hash, slashes, semicolon bool // comments: "#", "//" with "/* */", ";"
	chars                    bool // '…' is one character
	backtick                 byte // `…`: 't' a template, 'r' raw, 'c' a command, 0 nothing
	triple                   bool // """…"""
	regexes                  bool // /…/ where an operand may be
	prefixes                 string
	heredocs                 bool   // <<~WORD
	lisp                     bool   // words have signs in them
	marks                    bool   // words may end in "!" or "?"
	expressions              string // what begins an expression in double quotes
}

var syntaxes = map[Language]syntax{
	JavaScript: {slashes: true, backtick: 't', regexes: true},
	Python:     {hash: true, triple: true, prefixes: "rRbBuUfF"},
	Ruby:       {hash: true, heredocs: true, backtick: 'c', marks: true, expressions: "#{"},
	Go:         {slashes: true, chars: true, backtick: 'r'},
	Java:       {slashes: true, chars: true, triple: true},
	Kotlin:     {slashes: true, chars: true, triple: true, expressions: "$"},
	Scala:      {slashes: true, chars: true, triple: true, prefixes: "sf", expressions: "$"},
	Clojure:    {semicolon: true, lisp: true},
	CSharp:     {slashes: true, chars: true, triple: true, prefixes: "$@"},
	PHP:        {heredocs: true, slashes: true, hash: true, backtick: 'c', expressions: "$"},
	Rust:       {slashes: true, chars: true, prefixes: "rb"},
	Elixir:     {hash: true, triple: true, marks: true, expressions: "#{"},
	Perl:       {hash: true, heredocs: true, backtick: 'c', expressions: "$"},
}

// lexer splits one source.
type lexer struct {
	src        string
	syn        syntax
	tokens     []token
	open       []int32 // indexes of the brackets that are open
	lineEnd    int     // where the line of the last token ends
	long       bool    // a line was too long, and was left out
	heredoc    string  // the line that ends the heredoc which begins after this line
	noHeredocs bool    // one did not end
	// unclosed are the quotes, and the slash, that the rest of a line does not
	// close, with the end of that line: they are not looked for again.
	unclosed map[byte]int
}

// lex splits a source into tokens, in a slice that it may reuse. It leaves out lines
// longer than maxLine, and long reports that. full is false if there are more tokens
// than maxTokens.
func lex(src string, syn syntax, reuse []token) (tokens []token, long, full bool) {
	l := &lexer{src: src, syn: syn, tokens: reuse[:0], lineEnd: -1, unclosed: map[byte]int{}}
	for i := 0; i < len(src); {
		if len(l.tokens) >= maxTokens {
			return l.tokens, l.long, false
		}
		i = l.next(i)
	}
	return l.tokens, l.long, true
}

// next reads one token or comment at i, and returns where it ends.
func (l *lexer) next(i int) int {
	if i > l.lineEnd {
		n := strings.IndexByte(l.src[i:], '\n')
		if n < 0 {
			n = len(l.src) - i
		}
		if l.lineEnd = i + n; n > maxLine {
			l.long = true
			return l.lineEnd
		}
	}
	c := l.src[i]
	switch {
	case c == '\n' && l.heredoc != "":
		return l.heredocEnd(i)
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
		return i + 1
	case l.comment(i) > 0:
		return l.comment(i)
	case c == '"' || c == '\'' || c == '`':
		return l.quoted(i)
	case c >= '0' && c <= '9':
		return l.run(i, numberToken, func(c byte) bool { return isWordByte(c) })
	case l.syn.lisp && !strings.ContainsRune("()[]{}\"", rune(c)):
		return l.run(i, wordToken, func(c byte) bool { return c > ' ' && !strings.ContainsRune("()[]{}\";,", rune(c)) })
	case isWordByte(c) || c == '$' || c >= utf8.RuneSelf:
		return l.identifier(i)
	case c == '<' && l.syn.heredocs && !l.noHeredocs && l.heredoc == "":
		if m := heredocStart.FindStringSubmatch(l.src[i:min(len(l.src), i+64)]); m != nil {
			l.heredoc = m[1]
		}
	case c == '/' && l.syn.regexes && l.operand():
		if end := l.regex(i); end > 0 {
			return end
		}
	}
	l.bracket(c)
	l.add(punctToken, i, i+1)
	return i + 1
}

var heredocStart = lazyregexp.New(`^<<<?[~-]?["']?([A-Z_][A-Z0-9_]*)["']?`)

// heredocEnd returns the end of the heredoc that begins after the line break at i.
func (l *lexer) heredocEnd(i int) int {
	end := l.heredoc
	l.heredoc = ""
	for at := i + 1; at < len(l.src); {
		n := strings.IndexByte(l.src[at:], '\n')
		if n < 0 {
			n = len(l.src) - at
		}
		if line := strings.TrimLeft(l.src[at:at+n], " \t"); strings.HasPrefix(line, end) && (line == end || !isWordByte(line[len(end)])) {
			return at + n
		}
		at += n + 1
	}
	l.noHeredocs = true
	return i + 1
}

func (l *lexer) add(k kind, start, end int) *token {
	l.tokens = append(l.tokens, token{start: int32(start), end: int32(end), match: -1, kind: k})
	t := &l.tokens[len(l.tokens)-1]
	if k == punctToken && len(l.open) > 0 {
		if open := l.open[len(l.open)-1]; strings.IndexByte(")]}", l.src[start]) >= 0 {
			l.open = l.open[:len(l.open)-1]
			if open >= 0 {
				t.match = open
				l.tokens[open].match = int32(len(l.tokens) - 1)
			}
		}
	}
	return t
}

// bracket records the next token if it is an opening bracket.
func (l *lexer) bracket(c byte) {
	if strings.IndexByte("([{", c) >= 0 && len(l.open) < maxNested {
		l.open = append(l.open, int32(len(l.tokens)))
	}
}

func (l *lexer) run(i int, k kind, fits func(byte) bool) int {
	end := i + 1
	for end < len(l.src) && fits(l.src[end]) {
		end++
	}
	l.add(k, i, end)
	return end
}

func (l *lexer) identifier(i int) int {
	end := i
	for end < len(l.src) && (isWordByte(l.src[end]) || l.src[end] == '$' || l.src[end] >= utf8.RuneSelf) {
		end++
	}
	if l.syn.marks && end+1 < len(l.src) && (l.src[end] == '!' || l.src[end] == '?') && l.src[end+1] != '=' {
		end++
	}
	l.add(wordToken, i, end)
	return end
}

// comment returns the end of a comment that begins at i, 0 for none.
func (l *lexer) comment(i int) int {
	rest := l.src[i:]
	switch {
	case l.syn.slashes && strings.HasPrefix(rest, "/*"):
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return i + n + 4
		}
		return len(l.src)
	case l.syn.slashes && strings.HasPrefix(rest, "//"):
		return l.lineEnd
	case l.syn.semicolon && rest[0] == ';':
		return max(l.lineEnd, i+1)
	case l.syn.hash && rest[0] == '#' && !(i > 0 && l.src[i-1] == '$') && !strings.HasPrefix(rest, "#["):
		return max(l.lineEnd, i+1)
	}
	return 0
}

// quoted reads a literal, and returns where it ends. A quote without another one
// in its line is a token by itself.
func (l *lexer) quoted(i int) int {
	c := l.src[i]
	switch {
	case c == '`' && l.syn.backtick == 't':
		return l.literal(i, i+1, l.template(i+1), 1)
	case c == '`' && l.syn.backtick == 'r':
		end := strings.IndexByte(l.src[i+1:], '`')
		if end < 0 {
			end = len(l.src) - i - 1
		}
		return l.literal(i, i+1, i+1+end, 1)
	case c == '`' && l.syn.backtick == 0, c == '\'' && l.syn.lisp:
		l.add(punctToken, i, i+1)
		return i + 1
	case l.syn.triple && (c == '"' || c == '\'') && strings.HasPrefix(l.src[i:], strings.Repeat(string(c), 3)):
		end := strings.Index(l.src[i+3:], l.src[i:i+3])
		if end < 0 {
			end = len(l.src) - i - 3
		}
		return l.literal(i, i+3, i+3+end, 3)
	case c == '\'' && l.syn.chars:
		return l.char(i)
	}
	if l.unclosed[c] != l.lineEnd {
		for j := i + 1; j < l.lineEnd; j++ {
			switch l.src[j] {
			case '\\':
				j++
			case c:
				return l.literal(i, i+1, j, 1)
			}
		}
		l.unclosed[c] = l.lineEnd
	}
	l.add(punctToken, i, i+1)
	return i + 1
}

// literal adds a literal, without a prefix before its quote.
func (l *lexer) literal(open, start, end, quotes int) int {
	formatted := l.src[open] == '`' && l.syn.backtick != 'r' || l.src[open] == '"' && l.syn.expressions != ""
	for n := len(l.tokens); n > 0 && l.syn.prefixes != ""; n = len(l.tokens) {
		last := l.tokens[n-1]
		prefix := l.src[last.start:last.end]
		if int(last.end) != open || last.kind == textToken || strings.Trim(prefix, l.syn.prefixes) != "" {
			break
		}
		formatted = formatted || strings.ContainsAny(prefix, "fF$s")
		l.tokens, open = l.tokens[:n-1], int(last.start)
	}
	t := l.add(textToken, start, min(end, len(l.src)))
	t.quote, t.formatted = l.src[start-1], formatted
	return min(end+quotes, len(l.src))
}

// template returns the end of a JavaScript template whose text begins at i: the
// backtick outside its expressions, or the end of the source.
func (l *lexer) template(i int) int {
	braces := []int{} // of each open expression, the brackets that are open in it
	for ; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '\\':
			i++
		case len(braces) == 0 || braces[len(braces)-1] < 0: // in text
			switch {
			case c == '`' && len(braces) == 0:
				return i
			case c == '`':
				braces = braces[:len(braces)-1]
			case c == '$' && strings.HasPrefix(l.src[i:], "${") && len(braces) < maxNested:
				braces = append(braces, 0)
				i++
			}
		case c == '`':
			braces = append(braces, -1)
		case c == '{':
			braces[len(braces)-1]++
		case c == '}' && braces[len(braces)-1] == 0:
			braces = braces[:len(braces)-1]
		case c == '}':
			braces[len(braces)-1]--
		}
	}
	return len(l.src)
}

// char reads a character in quotes, or the quote alone: of a Rust lifetime.
func (l *lexer) char(i int) int {
	rest := l.src[i+1 : min(len(l.src), i+14)]
	end := -1
	if strings.HasPrefix(rest, `\`) && len(rest) > 2 {
		if n := strings.IndexByte(rest[2:], '\''); n >= 0 {
			end = 2 + n
		}
	} else if _, size := utf8.DecodeRuneInString(rest); size > 0 && strings.HasPrefix(rest[size:], "'") {
		end = size
	}
	l.add(punctToken, i, i+1)
	return i + 1 + end + 1
}

// operand reports whether an operand may follow the last token, so that a
// slash begins a regular expression.
func (l *lexer) operand() bool {
	if len(l.tokens) == 0 {
		return true
	}
	last := l.tokens[len(l.tokens)-1]
	switch s := l.src[last.start:last.end]; last.kind {
	case wordToken:
		return s == "return" || s == "typeof" || s == "case" || s == "in" || s == "of"
	case punctToken:
		return !strings.Contains(")]}<", s)
	}
	return false
}

// regex returns the end of a regular expression at i, 0 if the line ends first.
func (l *lexer) regex(i int) int {
	if l.unclosed['/'] == l.lineEnd {
		return 0
	}
	class := false
	for j := i + 1; j < l.lineEnd; j++ {
		switch c := l.src[j]; {
		case c == '\\':
			j++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			l.add(numberToken, i, j+1) // a constant, as a number is
			return j + 1
		}
	}
	l.unclosed['/'] = l.lineEnd
	return 0
}
