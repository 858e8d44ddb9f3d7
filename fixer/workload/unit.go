package workload

import (
	"path"
	"strings"
)

// unit is one source whose literals are read.
type unit struct {
	name   string
	lang   Language
	src    string
	tokens []token
	lines  lines
	// values are the first two expressions that each variable is set to: indexes
	// of tokens.
	values map[string][2]int
	// absolutes are the first expressions that begin with a literal of an absolute path,
	// keyed by the variables that they are set to.
	absolutes map[string]int
	// functions are where the parameters of declared functions begin, keyed by their names.
	functions map[string]int
	steps     int             // of evaluation that are left for the whole unit
	budget    int             // of evaluation that are left for one expression
	used      map[int]bool    // tokens of the literals that are reported
	data      map[string]bool // names that were given to namesData
	// imports are the names that mean what other sources set; nil until requested.
	imports map[string]foreignName
	// exported is what the source exports; nil until requested.
	exported *exports
	noted    map[string]int // absolute paths, keyed by the name that they are assigned to
	out      *Sources
	files    *Files // of the context; nil where other files do not matter
	// readLooks counts the names whose uses were searched for.
	readLooks int
	// handedLooks is that of locationAt.
	handedLooks int
}

// The bounds of evaluation.
const (
	maxSteps = 200 // operands for one expression
	maxDepth = 8   // expressions inside expressions
	maxArgs  = 12
	maxSpan  = 400 // tokens of the arguments of a call
)

// str returns the source of a token, "" past the last one.
func (u *unit) str(i int) string {
	if i < 0 || i >= len(u.tokens) {
		return ""
	}
	return u.src[u.tokens[i].start:u.tokens[i].end]
}

// is reports whether a token is this word or sign, and not a literal.
func (u *unit) is(i int, s string) bool {
	return i >= 0 && i < len(u.tokens) && u.tokens[i].kind != textToken && u.str(i) == s
}

func (u *unit) kind(i int) kind {
	if i < 0 || i >= len(u.tokens) {
		return punctToken
	}
	return u.tokens[i].kind
}

// adjacent reports whether nothing is between a token and the next one.
func (u *unit) adjacent(i int) bool {
	return i >= 0 && i+1 < len(u.tokens) && u.tokens[i].end == u.tokens[i+1].start
}

// signs reports whether the tokens from i are these signs, without blanks between.
func (u *unit) signs(i int, s string) bool {
	for n := range len(s) {
		if !u.is(i+n, s[n:n+1]) || n > 0 && !u.adjacent(i+n-1) {
			return false
		}
	}
	return true
}

// sameLine reports whether a token and the next one are on one line.
func (u *unit) sameLine(i int) bool {
	return i >= 0 && i+1 < len(u.tokens) && !strings.Contains(u.src[u.tokens[i].end:u.tokens[i+1].start], "\n")
}

// separator returns how many tokens join a name to one after it: "." "->" "::" "?."
func (u *unit) separator(i int) int {
	switch {
	case u.is(i, "."):
		if u.lang == PHP || u.lang == Perl {
			return 0
		}
		return 1
	case u.signs(i, "->"), u.signs(i, "::"), u.signs(i, "?."):
		return 2
	}
	return 0
}

// last returns a word without its Clojure namespace.
func (u *unit) last(i int) string {
	s := u.str(i)
	if u.lang == Clojure {
		s = s[strings.LastIndexByte(s, '/')+1:]
	}
	return s
}

// first returns the token of the first word of the name that ends at token i.
func (u *unit) first(i int) int {
	for range 6 {
		switch j := i - 1; {
		case u.is(j, ".") && u.separator(j) == 1 && u.kind(j-1) == wordToken:
			i = j - 1
		case (u.signs(j-1, "->") || u.signs(j-1, "::")) && u.kind(j-2) == wordToken:
			i = j - 2
		default:
			return i
		}
	}
	return i
}

// callee returns the name whose last word is the token, from the receiver on:
// "fs.promises.mkdir", with "." for every separator. method is true if a receiver that
// is not a name precedes it.
func (u *unit) callee(i int) (name string, method bool) {
	name = u.str(i)
	if u.lang == Clojure {
		return strings.ReplaceAll(name, "/", "."), false
	}
	for range 6 {
		j := i - 1
		switch {
		case u.is(j, ".") && u.separator(j) == 1:
			if u.is(j-1, "?") {
				j--
			}
		case u.signs(j-1, "->") || u.signs(j-1, "::"):
			j--
		default:
			return name, false
		}
		if i = j - 1; u.kind(i) != wordToken {
			return name, true
		}
		name = u.str(i) + "." + name
	}
	return name, false
}

// argument is one of a call: tokens from a to before b.
type argument struct {
	key  string // of a named one
	a, b int
}

// bareCalls are the languages that call without parentheses.
var bareCalls = map[Language]bool{Ruby: true, Elixir: true, Perl: true}

// arguments returns the arguments of the call of the name that ends at token i. ok is
// false if it is not a call.
func (u *unit) arguments(i int) (args []argument, ok bool) {
	switch {
	case u.lang == Clojure:
		if !u.is(i-1, "(") || u.tokens[i-1].match < 0 {
			return nil, false
		}
		end := min(int(u.tokens[i-1].match), i+maxSpan)
		for a := i + 1; a < end && len(args) < maxArgs; {
			b := a + 1
			if m := int(u.tokens[a].match); m > a {
				b = m + 1
			}
			args = append(args, argument{a: a, b: min(b, end)})
			a = b
		}
		return args, true
	case u.is(i+1, "("):
		end := int(u.tokens[i+1].match)
		if end < 0 || end > i+maxSpan {
			end = min(len(u.tokens), i+maxSpan)
		}
		return u.split(i+2, end), true
	case bareCalls[u.lang] && u.sameLine(i) && (u.kind(i+1) == textToken || u.kind(i+1) == wordToken || u.is(i+1, "[") || u.is(i+1, ":")):
		end := i + 1
		for end < len(u.tokens) && end < i+maxSpan && (end == i+1 || u.sameLine(end-1)) && !u.is(end, "do") && !u.is(end, ";") && !u.is(end, "{") && !u.is(end, "if") && !u.is(end, "or") {
			if m := int(u.tokens[end].match); m > end {
				end = m
			}
			end++
		}
		return u.split(i+1, end), true
	}
	return nil, false
}

// split splits tokens at their commas. It counts as evaluation, because nested calls
// are split repeatedly.
func (u *unit) split(a, end int) (args []argument) {
	if u.steps -= 1 + max(0, end-a)/8; u.steps < 0 {
		return nil
	}
	start := a
	add := func(b int) {
		if b <= start || len(args) == maxArgs {
			return
		}
		arg := argument{a: start, b: b}
		if k := u.keyEnd(start); k > 0 && k < b {
			arg.key, arg.a = u.str(start), k
		}
		args = append(args, arg)
	}
	for i := a; i < end; i++ {
		if m := int(u.tokens[i].match); m > i {
			i = m
			continue
		}
		if u.is(i, ",") {
			add(i)
			start = i + 1
		}
	}
	add(end)
	return args
}

// keyEnd returns the index after "key:", "key =" or "key =>", 0 if there is none at i.
func (u *unit) keyEnd(i int) int {
	if u.kind(i) != wordToken && u.kind(i) != textToken {
		return 0
	}
	switch {
	case u.signs(i+1, "=>"):
		return i + 3
	case u.is(i+1, ":") && !u.is(i+2, ":"):
		return i + 2
	case u.is(i+1, "=") && !u.is(i+2, "=") && !u.is(i+2, "~"):
		return i + 2
	}
	return 0
}

// entries returns the entries of an object, an array or a map in brackets at i.
func (u *unit) entries(i int) []argument {
	if !u.is(i, "{") && !u.is(i, "[") && !u.is(i, "(") || int(u.tokens[i].match) <= i {
		return nil
	}
	return u.split(i+1, min(int(u.tokens[i].match), i+maxSpan))
}

// literal returns the text of a literal with its escapes resolved, up to the first
// expression in it. whole is false if there is one, or an escape that no path has.
func (u *unit) literal(i int) (s string, whole bool) {
	t := u.tokens[i]
	s, whole = u.src[t.start:t.end], true
	if t.formatted {
		if n := u.expression(s, t.quote); n >= 0 {
			s, whole = s[:n], false
		}
	}
	if !strings.Contains(s, `\`) || t.quote == '`' && u.lang == Go {
		return s, whole
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 't', 'r':
			b.WriteByte(' ')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), whole
}

// expression returns the offset of the first expression in a literal, -1 for none.
func (u *unit) expression(s string, quote byte) int {
	switch {
	case u.lang == JavaScript:
		return strings.Index(s, "${")
	case u.lang == Python || u.lang == CSharp:
		return strings.IndexByte(s, '{')
	case quote == '`' && u.lang != PHP && u.lang != Perl:
		return strings.Index(s, "#{")
	case syntaxes[u.lang].expressions == "#{":
		return strings.Index(s, "#{")
	}
	n := strings.IndexByte(s, '$')
	if n > 0 && s[n-1] == '{' {
		n--
	}
	return n
}

// index records what each variable is set to.
func (u *unit) index() {
	u.values, u.absolutes = map[string][2]int{}, map[string]int{}
	u.functions = map[string]int{}
	for i := range u.tokens {
		if u.lang == JavaScript && u.is(i, "function") && u.kind(i+1) == wordToken && u.is(i+2, "(") && int(u.tokens[i+2].match) > i && len(u.functions) < maxImports {
			u.functions[u.str(i+1)] = i + 2
		}
		name, at := u.assignment(i)
		if at == 0 {
			name, at = u.eachElement(i)
		}
		if at == 0 || len(u.values) > maxTokens/16 {
			continue
		}
		if u.destructured(at) != "" {
			name = u.str(i - 1) // and not the key before it
		}
		if u.kind(at) == textToken && strings.HasPrefix(u.str(at), "/") && u.absolutes[name] == 0 {
			u.absolutes[name] = at
		}
		if v, seen := u.values[name]; !seen {
			u.values[name] = [2]int{at, 0}
		} else if v[1] == 0 {
			u.values[name] = [2]int{v[0], at}
		}
	}
}

// eachElement returns the parameter of the function that a list calls for each of its elements
// at token i, and the index of the first element; 0 for anything else.
func (u *unit) eachElement(i int) (name string, at int) {
	if u.lang != JavaScript || !u.is(i, "forEach") && !u.is(i, "map") || !u.is(i-1, ".") || !u.is(i+1, "(") {
		return "", 0
	}
	p := i + 2
	for u.is(p, "async") || u.is(p, "(") || u.is(p, "function") {
		p++
	}
	if u.kind(p) != wordToken {
		return "", 0
	}
	open := int(u.tokens[i-2].match)
	if set, ok := u.values[u.str(i-2)]; ok && u.kind(i-2) == wordToken {
		open = set[0]
	}
	if open < 0 || open >= i || !u.is(open, "[") || u.kind(open+1) != textToken {
		return "", 0
	}
	return u.str(p), open + 1
}

// assignment returns the variable that is set at token i, a "=", and the index of
// the expression; 0 if none is set.
func (u *unit) assignment(i int) (name string, at int) {
	if !u.is(i, "=") || u.is(i+1, "=") || u.is(i+1, ">") || u.is(i+1, "~") {
		return "", 0
	}
	j := i - 1
	if u.is(j, ":") {
		j-- // :=
	}
	if u.kind(j) != wordToken {
		return "", 0
	}
	if u.is(j-1, ":") && u.kind(j-2) == wordToken { // with a type
		j -= 2
	}
	return u.str(j), i + 1
}

// sourceDir returns the directory of the source, relative to the context.
func (u *unit) sourceDir() string { return path.Dir(u.name) }
