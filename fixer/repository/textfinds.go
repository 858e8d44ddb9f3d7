package repository

import (
	"regexp"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds the regular expressions in the command lines of grep, sed and awk, in the
// syntax of package regexp. all: what they find depends on more than the text of a line, or
// is not known.

// maxFind is the longest expression that is read, in bytes.
const maxFind = 500

// textOf returns a word; in place of what is not known of it, what matches anything.
func textOf(w shell.Word) string {
	if w.Known {
		return w.Text
	}
	return variable.ReplaceAllStringFunc(strings.Trim(w.Raw, `"'`), func(use string) string {
		if use == "$" {
			return use
		}
		return ".*"
	})
}

// grepFinds reads grep (POSIX, "grep").
func (c command) grepFinds() (finds []string, all bool) {
	options, operands := split(c.call.Args, words("-E -F -G -P -q -s -n -c -o -h -H -i -v -w -x -l -L -r -R -a --quiet --only-matching --ignore-case --invert-match --extended-regexp --fixed-strings --perl-regexp --count --word-regexp --line-regexp --no-filename --silent"), false)
	extended, fixed, fold := c.call.Name == "egrep", c.call.Name == "fgrep", ""
	var patterns []string
	for _, o := range options {
		switch o.name {
		case "-E", "-P", "--extended-regexp", "--perl-regexp":
			extended = true
		case "-F", "--fixed-strings":
			fixed = true
		case "-i", "--ignore-case":
			fold = "(?i)"
		case "-e", "--regexp":
			patterns = append(patterns, textOf(shell.Word{Text: o.text, Known: o.known, Raw: o.raw}))
		case "-f", "--file":
			text, err := c.reader.text(c.reader.isIn(c.dir, c.own, o.text))
			if !o.known || err != nil || len(text) > maxFind {
				return nil, true
			}
			patterns = append(patterns, strings.Split(strings.TrimRight(string(text), "\r\n"), "\n")...)
		}
	}
	if len(patterns) == 0 && len(operands) > 0 {
		patterns = []string{textOf(operands[0])}
	}
	for _, p := range patterns {
		if fixed {
			p = regexp.QuoteMeta(p)
		} else if extended {
			p = goExpression(p, true)
		} else {
			p = goExpression(p, false)
		}
		if finds, all = addFind(finds, fold+p); all {
			return nil, true
		}
	}
	return finds, len(finds) == 0
}

// addFind adds an expression; all is true where it can't be read.
func addFind(finds []string, expression string) (_ []string, all bool) {
	if len(expression) > maxFind || len(finds) >= maxFinds {
		return nil, true
	}
	if _, err := regexp.Compile(expression); err != nil {
		return nil, true
	}
	return append(finds, expression), false
}

// goExpression translates an expression of POSIX, basic or extended, with GNU's additions.
func goExpression(text string, extended bool) string {
	// What Perl looks at without matching it is matched here.
	text = strings.NewReplacer(`\K`, "", "(?<=", "(?:", "(?=", "(?:").Replace(text)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			switch c = text[i]; {
			case c == '<' || c == '>':
				b.WriteString(`\b`)
			case !extended && strings.IndexByte("(){}|+?", c) >= 0:
				b.WriteByte(c)
			case strings.IndexByte("sSwWbBdDnt", c) >= 0:
				b.WriteString(`\` + string(c))
			default:
				b.WriteString(regexp.QuoteMeta(string(c)))
			}
		case c == '[':
			end := bracketEnd(text, i)
			b.WriteString(strings.ReplaceAll(text[i:end], `\`, `\\`))
			i = end - 1
		case !extended && strings.IndexByte("(){}|+?", c) >= 0:
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// maxBracket is the longest bracket expression that is read, in bytes.
const maxBracket = 100

// bracketEnd returns the end of a bracket expression that begins at i.
func bracketEnd(text string, i int) int {
	j := i + 1
	for j < len(text) && (text[j] == '^' && j == i+1) {
		j++
	}
	if j < len(text) && text[j] == ']' {
		j++
	}
	for j < min(len(text), i+maxBracket) && text[j] != ']' {
		if strings.HasPrefix(text[j:], "[:") {
			if k := strings.Index(text[j:min(len(text), j+maxBracket)], ":]"); k > 0 {
				j += k + 1
			}
		}
		j++
	}
	return min(j+1, len(text))
}

// sedFinds reads sed (GNU sed manual). adds: it puts instructions into the text.
func sedFinds(c shell.Call) (finds []string, adds, all bool) {
	options, operands := split(c.Args, words("-n -E -r -i -s -u -z --quiet --silent --regexp-extended --in-place --debug --posix"), false)
	var scripts []string
	extended := false
	for _, o := range options {
		switch o.name {
		case "-E", "-r", "--regexp-extended":
			extended = true
		case "-e", "--expression":
			scripts = append(scripts, textOf(shell.Word{Text: o.text, Known: o.known, Raw: o.raw}))
		case "-f", "--file":
			return nil, false, true
		}
	}
	if len(scripts) == 0 && len(operands) > 0 {
		if operands[0].Known && operands[0].Text == "" && len(operands) > 1 { // sed -i '' of macOS
			operands = operands[1:]
		}
		scripts = []string{textOf(operands[0])}
	}
	s := sedScript{text: strings.Join(scripts, "\n"), extended: extended}
	s.read()
	for _, f := range s.finds {
		if finds, all = addFind(finds, f); all {
			return nil, s.adds, true
		}
	}
	return finds, s.adds, s.all
}

// sedScript is a script of sed that is read from its start.
type sedScript struct {
	text      string
	extended  bool
	finds     []string
	adds, all bool
}

// addedLine matches a line that begins an instruction.
var addedLine = lazyregexp.New(`(?m)(?:^|\\n)[\\ \t]*(?:RUN|COPY|ADD|USER)[ \t]`)

// read reads one command after the other. A line's number, and commands that are not known,
// make all of the text count.
func (s *sedScript) read() {
	for i := 0; i < len(s.text) && !s.all; {
		c := s.text[i]
		i++
		switch {
		case strings.IndexByte(" \t\n;{}!,", c) >= 0:
		case c == '#':
			i = s.line(i)
		case c == '0' && i < len(s.text) && s.text[i] == ',':
		case c == '/':
			i = s.expression(i, '/')
		case c == '\\' && i < len(s.text):
			i = s.expression(i+1, s.text[i])
		case c == 's' && i < len(s.text):
			delimiter := s.text[i]
			i = s.expression(i+1, delimiter)
			from := i
			i = s.until(i, delimiter)
			s.adds = s.adds || addedLine.MatchString(s.text[from:max(from, i-1)]) && strings.Contains(s.text[from:i], `\n`)
			for i < len(s.text) && strings.IndexByte("gpIiMme0123456789", s.text[i]) >= 0 {
				i++
			}
		case strings.IndexByte("aic", c) >= 0:
			end := s.line(i)
			s.adds = s.adds || addedLine.MatchString(strings.TrimLeft(s.text[i:end], "\\ \t\n"))
			i = end
		case strings.IndexByte("dpPDNnhHgGxq=", c) >= 0:
		default:
			if c == '$' || c == 'r' {
				s.adds = s.adds || s.appends(i)
			}
			s.all = true
		}
	}
}

// appends reports whether what follows an address adds lines.
func (s *sedScript) appends(i int) bool {
	rest := strings.TrimLeft(s.text[i:], " {")
	return strings.HasPrefix(rest, "r") || strings.HasPrefix(rest, "a")
}

// line returns the end of a line.
func (s *sedScript) line(i int) int {
	for ; i < len(s.text) && s.text[i] != '\n'; i++ {
		if s.text[i] == '\\' {
			i++
		}
	}
	return min(i, len(s.text))
}

// until returns the offset after a delimiter.
func (s *sedScript) until(i int, delimiter byte) int {
	for ; i < len(s.text) && s.text[i] != delimiter; i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '[':
			if end := bracketEnd(s.text, i); strings.HasSuffix(s.text[i:end], "]") && strings.IndexByte(s.text[i:end], '\n') < 0 && strings.Count(s.text[i:end], string(delimiter)) == 0 {
				i = end - 1
			}
		}
	}
	return min(i+1, len(s.text))
}

// expression reads one up to its delimiter.
func (s *sedScript) expression(i int, delimiter byte) int {
	end := s.until(i, delimiter)
	text := strings.ReplaceAll(s.text[i:max(i, end-1)], `\`+string(delimiter), string(delimiter))
	if text != "" { // else the last one again
		s.finds = append(s.finds, goExpression(text, s.extended))
	}
	return end
}

var (
	awkExpression = lazyregexp.New(`/((?:[^/\\\n]|\\.)+)/`)
	awkWord       = lazyregexp.New(`"([A-Za-z]+)"`)
	awkNumber     = lazyregexp.New(`\b(?:F?NR|END|getline)\b`)
)

// awkFinds reads awk (POSIX, "awk"): its expressions, and the keywords that it compares
// with a field.
func awkFinds(c shell.Call) (finds []string, all bool) {
	_, operands := split(c.Args, nil, false)
	if len(operands) == 0 {
		return nil, true
	}
	program := textOf(operands[0])
	if awkNumber.MatchString(program) {
		return nil, true
	}
	for _, m := range awkExpression.FindAllStringSubmatch(program, maxFinds) {
		if finds, all = addFind(finds, goExpression(strings.ReplaceAll(m[1], `\/`, "/"), true)); all {
			return nil, true
		}
	}
	for _, m := range awkWord.FindAllStringSubmatch(program, maxFinds) {
		if finds, all = addFind(finds, `(?:^|\s)`+m[1]+`(?:\s|$)`); all {
			return nil, true
		}
	}
	return finds, len(finds) == 0
}
