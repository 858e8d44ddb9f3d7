package workload

import (
	"path"
	"slices"
	"strings"
)

// This file finds the defaults of variables and options that name a path.

// defaultAt reports the default of an environment variable, where token i is
// the first of an operator "or else".
func (u *unit) defaultAt(i int) {
	skip := 2
	switch {
	case u.signs(i, "||"), u.signs(i, "??"), u.signs(i, "?:"):
	case u.is(i, "or") && (u.lang == Python || u.lang == Ruby):
		skip = 1
	default:
		return
	}
	name := u.variableBefore(i)
	if name == "" || i+skip >= len(u.tokens) {
		return
	}
	v := u.operandAt(i + skip)
	v.variable = name
	u.defaulted(name, v)
}

// operandAt evaluates the operand at token i.
func (u *unit) operandAt(i int) value {
	u.budget = maxSteps
	v, _ := u.operand(i, min(len(u.tokens), i+maxSpan), maxDepth)
	return v
}

// variableBefore returns the environment variable that the expression before token i
// reads, "" if it reads none.
func (u *unit) variableBefore(i int) string {
	j := i - 1
	if u.kind(j) == wordToken && u.is(j-1, ".") && u.is(j-2, "env") {
		return u.str(j)
	}
	m := -1
	if j >= 0 && (u.is(j, "]") || u.is(j, ")")) {
		m = int(u.tokens[j].match)
	}
	if m <= 0 || u.kind(m-1) != wordToken {
		return ""
	}
	if name, _ := u.callee(m - 1); readsEnvironment(name) {
		return u.variableName(m + 1)
	}
	return ""
}

// defaulted reports the default of an environment variable or of an option.
func (u *unit) defaulted(name string, v value) {
	if file, ok := u.databaseFile(v.path); ok && v.known {
		v.path, v.partial = file, false
		u.written(v, v.literal)
		return
	}
	switch p := pathOf(v); {
	case path.IsAbs(p) && (namesData(name) || isSystemPath(p)):
		u.path(p, Default, v, v.literal)
	case v.from == sourceFile && namesStore(name):
		u.besides(p, v)
	}
}

// besides reports a data path that is computed from the location of the source, if it
// leaves the context: what lies inside is usually the application's.
func (u *unit) besides(p string, v value) {
	if leaves(p) && path.Base(p) != ".." && !u.onlyRead(v.literal) {
		u.used[v.literal] = true
		u.out.relative(RelativeWrite{Path: p, Kind: Default, Variable: v.variable, OfSource: true, Evidence: u.evidence(v.literal)})
	}
}

// environmentCall reports the default that a call gives an environment variable, a
// command-line option or a setting.
func (u *unit) environmentCall(i int) {
	name, method := u.callee(i)
	last := u.str(i)
	args, ok := u.arguments(i)
	if !ok || len(args) == 0 {
		return
	}
	at, option := 1, ""
	switch {
	case readsEnvironment(name) || last == "getOrDefault" && method || last == "config" && u.lang == Python:
		u.budget = maxSteps
		v := u.withDefault(args, maxDepth)
		if !v.known { // a block, or a method on it, may give it
			v = u.operandAt(u.first(i))
		}
		if v.variable != "" && v.known {
			u.defaulted(v.variable, v)
		}
		return
	case u.lang == Go && slices.Contains([]string{"String", "StringP"}, last) || u.lang == Go && (last == "SetDefault" || last == "Flag"):
		if last == "StringP" {
			at = 2
		}
	case u.lang == Go && slices.Contains([]string{"StringVar", "StringVarP"}, last):
		at = 2
		if last == "StringVarP" {
			at = 3
		}
		args = append([]argument{args[min(1, len(args)-1)]}, args[1:]...)
	case u.lang == Python && slices.Contains([]string{"add_argument", "option"}, last):
		at = -1
	case u.lang == JavaScript && last == "option" && (method || name != last): // of commander and of yargs
		at = 2
		args = append(slices.Clip(args), u.entries(args[min(1, len(args)-1)].a)...)
	case u.lang == JavaScript && last == "default" && method && len(args) == 1: // of zod, joi and yup
		u.keyDefault(i, args[0])
		return
	case u.lang == JavaScript && (last == "str" || last == "string") && len(args) > 0 && u.is(args[0].a, "{"): // of envalid
		for _, e := range u.entries(args[0].a) {
			if e.key == "default" {
				u.keyDefault(i, e)
			}
		}
		return
	case last == "setDefault" || last == "default" && method:
	default:
		return
	}
	if u.kind(args[0].a) == textToken {
		option, _ = u.literal(args[0].a)
	}
	for n, a := range args {
		if n == at && a.key == "" || (at < 0 || u.lang == JavaScript) && a.key == "default" {
			u.defaulted(option, u.eval(a.a, a.b))
		}
	}
}

// keyDefault reports the default that a schema of the environment gives the key whose value
// calls token i.
func (u *unit) keyDefault(i int, a argument) {
	v := u.eval(a.a, a.b)
	v.variable = u.keyBefore(u.chain(i))
	u.defaulted(v.variable, v)
}

// chain returns the first token of the calls and names that lead to token i, as in
// z.string().optional().default.
func (u *unit) chain(i int) int {
	for range maxArgs {
		switch {
		case u.is(i-1, ".") && u.is(i-2, ")") && u.tokens[i-2].match > 0:
			i = int(u.tokens[i-2].match) - 1
		case u.is(i-1, ".") && u.kind(i-2) == wordToken:
			i -= 2
		default:
			return i
		}
	}
	return i
}

// keyBefore returns the key of an object whose value begins at token i, "" for none.
func (u *unit) keyBefore(i int) string {
	if !u.is(i-1, ":") || i < 2 {
		return ""
	}
	return strings.Trim(u.str(i-2), `"'`)
}

// constant reports the value of a variable or a key at token i, a "=" or ":", if its
// name says that it is a directory, or a data file.
func (u *unit) constant(i int) {
	name, at := u.assignment(i)
	if at == 0 {
		if k := u.keyEnd(i - 1); k == 0 || !u.is(i, ":") && !u.signs(i, "=>") {
			return
		} else {
			name, at = strings.Trim(u.str(i-1), `"'`), k
		}
	}
	if u.kind(at) != textToken && u.kind(at) != wordToken {
		return
	}
	first := u.kind(at) == textToken && at < len(u.tokens) && strings.HasPrefix(u.str(at), "/")
	if !first && u.values[name][1] != at && !slices.Contains(databaseKeys, name) && !u.namesData(name) {
		return
	}
	u.budget = maxSteps
	v, _ := u.expr(at, min(len(u.tokens), at+maxSpan), maxDepth)
	if u.databaseOption(name, v, i) {
		return
	}
	p := pathOf(v)
	if earlier := u.values[name]; earlier[1] == at && v.known {
		u.budget = maxSteps
		if w, _ := u.expr(earlier[0], min(len(u.tokens), earlier[0]+maxSpan), maxDepth); w.variable != "" && !w.known {
			v.variable = w.variable
			u.defaulted(w.variable, v)
			return
		}
	}
	switch {
	case v.literal < at || !u.namesData(name):
	case path.IsAbs(p) && (namesDirectory(name) || dataFile.MatchString(p) || isSystemPath(p)):
		u.path(p, Default, v, v.literal)
	case v.from == sourceFile && namesStore(name):
		u.besides(p, v)
	}
}
