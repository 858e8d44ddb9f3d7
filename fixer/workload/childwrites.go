package workload

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds what the programs write that a source of JavaScript or Python starts, as
// far as the source computes it.

// unknownPart stands for an expression in a text for a shell: a variable that nothing sets.
const unknownPart = "${__expression}"

// childWrites reports what a child process writes that starts by the arguments of a call:
// the files that its own arguments name, and those that its shell redirects to.
func (u *unit) childWrites(style byte, args []argument, i int) {
	if u.lang != JavaScript && u.lang != Python {
		return
	}
	from := u.childDirectory(args[1:])
	if from.known && from.from != elsewhere && strings.Contains("/"+from.path, "/node_modules/") {
		// Scripts of a package run there: it changes itself, as by npm run updatedb.
		u.written(value{known: true, from: from.from, path: strings.TrimSuffix(from.path, "/") + "/", partial: true}, i)
	}
	switch style {
	case 's':
		if u.kind(args[0].a) != textToken {
			return
		}
		script, err := shell.Parse(u.shellText(args[0]), nil)
		if err != nil {
			return
		}
		for _, w := range script.Writes {
			u.childWrite(from, wordValue(w.Word), i)
		}
		for _, c := range script.Calls {
			for _, w := range outputs(c) {
				u.childWrite(from, wordValue(w), i)
			}
		}
	case 'a', 'v':
		u.argumentWrites(style, args, from, i)
	}
}

// argumentWrites is childWrites for a program and its arguments, in a list or one by one.
func (u *unit) argumentWrites(style byte, args []argument, from value, i int) {
	program, whole := "", false
	if u.kind(args[0].a) == textToken && args[0].b == args[0].a+1 {
		program, whole = u.literal(args[0].a)
	}
	list := args[1:]
	if style == 'a' {
		if len(args) < 2 {
			return
		}
		list = u.entries(u.constantOf(args[1]).a)
	}
	if !whole {
		return
	}
	var known []value
	call := shell.Call{Name: path.Base(program)}
	for _, a := range list {
		if a.key != "" && u.lang == Python {
			continue // an option of the call
		}
		v := u.eval(a.a, a.b)
		word := shell.Word{Text: v.path, Raw: v.path, Known: v.known && !v.partial && v.from == workingDir}
		if !word.Known {
			word.Raw, known = "$"+string(rune(len(known))), append(known, v)
		}
		call.Args = append(call.Args, word)
	}
	for _, w := range outputs(call) {
		v := wordValue(w)
		if index := []rune(w.Raw); !w.Known && len(index) == 2 && index[0] == '$' && int(index[1]) < len(known) {
			v = known[index[1]]
		}
		u.childWrite(from, v, i)
	}
}

// childDirectory evaluates the option "cwd"; without one, a child starts where its parent
// does.
func (u *unit) childDirectory(args []argument) value {
	for _, a := range u.keyed(args) {
		if strings.Trim(a.key, `"'`) == "cwd" {
			return u.eval(a.a, a.b)
		}
	}
	return value{known: true, path: "."}
}

// shellText returns the text of an argument for a shell, with unknownPart for what is not
// known.
func (u *unit) shellText(a argument) string {
	s := u.str(a.a)
	if u.lang == Python && u.tokens[a.a].formatted {
		s = braces(s, "{")
	} else if u.lang == JavaScript && u.tokens[a.a].quote == '`' {
		s = braces(s, "${")
	} else {
		s, _ = u.literal(a.a)
	}
	if a.b > a.a+1 {
		s += unknownPart
	}
	return s
}

// braces returns a template with unknownPart for each expression, which begins with open.
func braces(s, open string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, open)
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		end, depth := at+len(open), 1
		for ; end < len(s) && depth > 0; end++ {
			switch s[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		b.WriteString(s[:at] + unknownPart)
		s = s[end:]
	}
}

// wordValue returns the value of a word of a shell: a prefix, where the rest is not known.
func wordValue(w shell.Word) value {
	if w.Known {
		return value{known: true, path: w.Text}
	}
	prefix, _, _ := strings.Cut(strings.Trim(w.Raw, `"'`), "$")
	return value{known: prefix != "" && !strings.ContainsAny(prefix, "`\"'*?"), path: prefix, partial: true}
}

// childWrite reports a path that a child process writes, from the directory that it starts
// in.
func (u *unit) childWrite(from, v value, i int) {
	if !v.known || strings.HasPrefix(v.path, "-") || isKernels(v.path) {
		return
	}
	if v.from == workingDir && !path.IsAbs(v.path) && !(from.known && from.path == ".") {
		if v = below(from, v); !v.known {
			return
		}
	}
	u.written(v, i)
}
