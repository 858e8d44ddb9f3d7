package workload

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file evaluates expressions that give a path: literals, joined paths, variables
// of the same source, and defaults of environment variables.

// eval evaluates the expression in tokens a to before b.
func (u *unit) eval(a, b int) value {
	u.budget = maxSteps
	v, next := u.expr(a, b, maxDepth)
	if next < b && !u.is(next, ")") && !u.is(next, "if") {
		v.partial = true
	}
	return v
}

// expr evaluates from token i on, and returns the index after the part that it
// understood.
func (u *unit) expr(i, end, depth int) (value, int) {
	v, i := u.operand(i, end, depth)
	for i < end {
		var w value
		switch {
		case u.signs(i, "||"), u.signs(i, "??"), u.signs(i, "?:"), u.is(i, "or") && u.lang != Perl:
			skip := 2
			if u.is(i, "or") {
				skip = 1
			}
			w, i = u.operand(i+skip, end, depth)
			v = otherwise(v, w)
		case u.is(i, "+"), u.is(i, ".") && (u.lang == PHP || u.lang == Perl), u.signs(i, "<>"):
			skip := 1
			if u.is(i, "<") {
				skip = 2
			}
			w, i = u.operand(i+skip, end, depth)
			v = concat(v, w)
		case u.is(i, "/") && v.known:
			w, i = u.operand(i+1, end, depth)
			v = below(v, w)
		case u.signs(i, "=="), u.signs(i, "!="):
			// A comparison is not a path, and its variable does not override one.
			for u.is(i, "=") || u.is(i, "!") {
				i++
			}
			_, i = u.operand(i, end, depth)
			v = value{}
		case u.is(i, "?") && depth > 1:
			w, i = u.expr(i+1, end, depth-1)
			if u.is(i, ":") {
				var other value
				other, i = u.expr(i+1, end, depth-1)
				// Of two paths, prefer the one that a new owner of the working
				// directory does not help.
				if other.known && (!w.known || !path.IsAbs(w.path)) {
					w = other
				}
			}
			v = otherwise(value{variable: v.variable}, w)
		default:
			return v, i
		}
	}
	return v, i
}

// operand evaluates one operand, with the methods that are called on it.
func (u *unit) operand(i, end, depth int) (value, int) {
	for i < end && (u.is(i, "new") || u.is(i, "await") || u.is(i, "&") || u.is(i, "@") || u.is(i, "return")) {
		i++
	}
	u.budget--
	u.steps--
	if i >= end || depth <= 0 || u.budget < 0 || u.steps < 0 {
		return value{}, end
	}
	var v value
	t := u.tokens[i]
	switch {
	case t.kind == textToken && t.end-t.start > maxPath:
		i++
	case t.kind == textToken:
		v = u.text(i, depth)
		i++
	case u.lang == Clojure && u.is(i, "("):
		if u.kind(i+1) == wordToken {
			if args, ok := u.arguments(i + 1); ok {
				name, _ := u.callee(i + 1)
				v = u.call(name, args, depth-1)
			}
		}
		i = u.after(i, end)
	case u.is(i, "("):
		v, _ = u.expr(i+1, u.closing(i, end), depth-1)
		i = u.after(i, end)
	case t.kind == wordToken:
		return u.named(i, end, depth)
	case t.match > int32(i):
		i = u.after(i, end)
	default:
		i++
	}
	return u.methods(v, i, end, depth)
}

// firstName matches a template that begins with a name or with the working directory:
// of JavaScript, Python and C#, Ruby and Elixir, and of the others.
var firstName = lazyregexp.New(`^[#$]?\{\s*([A-Za-z_]\w*(?:\.\w+)*)(?:\(\))?\s*\}`)

// firstDefault matches a template of JavaScript that begins with a variable of the environment
// and its default.
var firstDefault = lazyregexp.New("^\\$\\{\\s*process\\.env\\.([A-Za-z_]\\w*)\\s*(?:\\|\\||\\?\\?)\\s*['\"]([^'\"{}]*)['\"]\\s*\\}")

// text evaluates a literal; also a template that begins with a name.
func (u *unit) text(i, depth int) value {
	raw := u.str(i)
	if m := firstDefault.FindStringSubmatch(raw[:min(len(raw), maxPath)]); m != nil && u.tokens[i].formatted && u.lang == JavaScript {
		v := value{known: true, path: m[2], variable: m[1], literal: i}
		rest := value{known: true, path: raw[len(m[0]):]}
		if n := u.expression(rest.path, u.tokens[i].quote); n >= 0 {
			rest.path, rest.partial = rest.path[:n], true
		}
		return concat(v, rest)
	}
	m := firstName.FindStringSubmatch(raw[:min(len(raw), maxPath)])
	if m == nil || !u.tokens[i].formatted {
		s, whole := u.literal(i)
		return value{known: true, path: s, partial: !whole, literal: i}
	}
	var v value
	if strings.HasSuffix(strings.TrimRight(m[0], " }"), ")") {
		v = u.call(m[1], nil, depth-1)
	} else {
		v = u.variable(m[1], i, depth)
	}
	if v.known && v.literal == 0 {
		v.literal = i
	}
	raw = raw[len(m[0]):]
	rest := value{known: true, path: raw}
	if n := u.expression(raw, u.tokens[i].quote); n >= 0 {
		rest.path, rest.partial = raw[:n], true
	}
	if rest.path == "" && !rest.partial {
		return v
	}
	return concat(v, rest)
}

// closing returns the index of the bracket that closes the one at i, at most end.
func (u *unit) closing(i, end int) int {
	if m := int(u.tokens[i].match); m > i && m < end {
		return m
	}
	return end
}

// after returns the index after a bracket and all in it, at most end.
func (u *unit) after(i, end int) int { return min(u.closing(i, end)+1, end) }

// named evaluates a name from its first word on: a variable, or a call.
func (u *unit) named(i, end, depth int) (value, int) {
	first, name := i, u.str(i)
	for i++; i < end; {
		n := u.separator(i)
		if n == 0 || u.kind(i+n) != wordToken {
			break
		}
		name += "." + u.str(i+n)
		i += n + 1
	}
	switch {
	case i < end && u.is(i, "(") && u.sameLine(i-1):
		close := u.closing(i, end)
		v := u.call(name, u.split(i+1, min(close, i+maxSpan)), depth-1)
		i = u.after(i, end)
		if u.lang == Ruby && v.variable != "" && !v.known && u.is(i, "{") { // ENV.fetch("X") { "/x" }
			w, _ := u.expr(i+1, u.closing(i, end), depth-1)
			v, i = otherwise(v, w), u.after(i, end)
		}
		return u.methods(v, i, end, depth)
	case i < end && u.is(i, "[") && readsEnvironment(name) && u.kind(i+1) == textToken:
		return u.methods(value{variable: u.variableName(i + 1)}, u.after(i, end), end, depth)
	}
	if words := strings.Split(name, "."); len(words) >= 3 && words[len(words)-2] == "env" && variableName.MatchString(words[len(words)-1]) {
		return value{variable: words[len(words)-1]}, i // process.env.X
	}
	// The last words may be methods without parentheses, as of Ruby and Python.
	return u.variable(name, first, depth), i
}

// variable evaluates a name that is not called.
func (u *unit) variable(name string, at, depth int) value {
	if v, ok := u.systemDirectory(name[strings.LastIndexByte(name, '.')+1:], nil); ok {
		return v
	}
	switch last := name[strings.LastIndexByte(name, '.')+1:]; {
	case name == "__dirname" || name == "__DIR__" || name == "import.meta.dirname" || name == "__dir__":
		return value{known: true, path: u.sourceDir(), from: sourceFile}
	case name == "__filename" || name == "__file__" || name == "__FILE__" || name == "import.meta.filename" || name == "import.meta.url":
		return value{known: true, path: u.name, from: sourceFile}
	case name == "Rails.root" || name == "Dir.pwd":
		return value{known: true, path: "."}
	case last == "parent" && last != name:
		return parent(u.variable(strings.TrimSuffix(name, ".parent"), at, depth))
	case strings.Count(name, ".") > 1 || strings.Contains(name, ".") && !slices.Contains([]string{"this", "self", "cls", "$this"}, name[:strings.IndexByte(name, '.')]):
		return u.elsewhere(name)
	default:
		v := u.assigned(last, at, depth)
		if _, set := u.values[last]; !set && last == name {
			return u.elsewhere(name)
		}
		return v
	}
}

// assigned evaluates what a variable of the source is set to: an absolute path where
// one is among its values, or else its first value, or the second where the first is
// that of an environment variable without a default.
func (u *unit) assigned(name string, at, depth int) value {
	v := u.firstAssigned(name, at, depth)
	// Another variable of that name, or another value of this one, that lies elsewhere.
	if i := u.absolutes[name]; i > 0 && i != at && !(v.known && path.IsAbs(v.path)) {
		if w, _ := u.expr(i, min(len(u.tokens), i+maxSpan), depth-1); w.known {
			return w
		}
	}
	return v
}

func (u *unit) firstAssigned(name string, at, depth int) value {
	var v value
	for _, i := range u.values[name] {
		if i == 0 || i == at || v.known {
			break
		}
		w, _ := u.expr(i, min(len(u.tokens), i+maxSpan), depth-1)
		if variable := u.destructured(i); variable != "" {
			w.variable = variable
		}
		v = otherwise(v, w)
		if v.variable == "" {
			break
		}
	}
	return v
}

// methods evaluates what is called on a value.
func (u *unit) methods(v value, i, end, depth int) (value, int) {
	for i < end {
		n := u.separator(i)
		if n == 0 || u.kind(i+n) != wordToken {
			if u.lang == Rust && u.is(i, "?") || u.is(i, "!") && !u.is(i+1, "=") {
				i++
				continue
			}
			break
		}
		name := u.str(i + n)
		i += n + 1
		if name == "parents" && u.is(i, "[") && u.kind(i+1) == numberToken { // of Python, from 0
			n, err := strconv.Atoi(u.str(i + 1))
			for range min(n+1, maxArgs) {
				v = parent(v)
			}
			v.known = v.known && err == nil
			i = u.after(i, end)
			continue
		}
		var args []argument
		if i < end && u.is(i, "(") {
			args = u.split(i+1, min(u.closing(i, end), i+maxSpan))
			i = u.after(i, end)
		}
		if v.known && v.from == elsewhere && v.ref.name == "" && args == nil { // require("./settings.json").key
			v.ref.name = name
			continue
		}
		v = u.method(v, name, args, depth-1)
	}
	return v, i
}

// sameMethods give what they are called on, as far as a path goes.
var sameMethods = strings.Fields("to_string into to_owned as_str toString ToString resolve absolute expanduser toAbsolutePath toPath toFile normalize to_s as_posix clone unwrap ok expect rstrip trim strip nonEmpty freeze map")

func (u *unit) method(v value, name string, args []argument, depth int) value {
	if dir, ok := u.systemDirectory(name, nil); ok {
		return dir
	}
	switch {
	case v.isOfPackage() && args == nil && exportedPath.MatchString(name):
	case name == "parent" || name == "dirname" || name == "getParent":
		v = parent(v)
	case slices.Contains([]string{"join", "joinpath", "resolve", "push"}, name) && len(args) > 0:
		for _, a := range args {
			w, _ := u.expr(a.a, a.b, depth)
			v = below(v, w)
		}
	case slices.Contains([]string{"unwrap_or", "unwrap_or_else", "orElse", "getOrElse", "orElseGet"}, name) && len(args) > 0:
		v = otherwise(v, u.inside(args[0], depth))
	case slices.Contains([]string{"getOrDefault", "getOrElse", "get"}, name) && len(args) > 0 && !v.known:
		return u.withDefault(args, depth)
	case slices.Contains(sameMethods, name):
	default:
		v.known = false
	}
	return v
}

// inside evaluates an argument; of a closure, what it returns.
func (u *unit) inside(a argument, depth int) value {
	for i := a.a; i < min(a.b, a.a+8); i++ {
		if u.kind(i) == textToken {
			v, _ := u.expr(i, a.b, depth)
			return v
		}
	}
	v, _ := u.expr(a.a, a.b, depth)
	return v
}
