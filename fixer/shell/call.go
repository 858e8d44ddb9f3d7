package shell

import (
	"slices"
	"strings"
)

// Has reports whether one of the arguments is exactly one of these.
func (c Call) Has(args ...string) bool {
	return slices.ContainsFunc(c.Args, func(w Word) bool { return w.Known && slices.Contains(args, w.Text) })
}

// Known reports whether every argument is known.
func (c Call) Known() bool {
	return !slices.ContainsFunc(c.Args, func(w Word) bool { return !w.Known })
}

// Options splits the arguments like getopt. takesValue reports whether an option,
// given with its dashes, has a value; a cluster of short options is split into its
// letters. Values maps each option given to its last value, nil-text Words for options
// without one.
func (c Call) Options(takesValue func(option string) bool) (values map[string]Word, operands []Word) {
	values = map[string]Word{}
	for i := 0; i < len(c.Args); i++ {
		a := c.Args[i]
		switch {
		case !a.Known || a.Text == "-" || !strings.HasPrefix(a.Text, "-"):
			operands = append(operands, a)
		case a.Text == "--":
			return values, append(operands, c.Args[i+1:]...)
		case strings.HasPrefix(a.Text, "--"):
			name, value, has := strings.Cut(a.Text, "=")
			switch {
			case has:
				_, raw, _ := strings.Cut(a.Raw, "=")
				values[name] = Word{Text: value, Known: true, Raw: raw}
			case takesValue(name) && i+1 < len(c.Args):
				i++
				values[name] = c.Args[i]
			default:
				values[name] = Word{Known: true}
			}
		default:
			i = c.cluster(i, takesValue, values)
		}
	}
	return values, operands
}

// cluster splits "-rmg" "group" and "-u1000"; it returns the index of the last
// argument used.
func (c Call) cluster(i int, takesValue func(string) bool, values map[string]Word) int {
	text := c.Args[i].Text
	for j := 1; j < len(text); j++ {
		o := "-" + text[j:j+1]
		if !takesValue(o) {
			values[o] = Word{Known: true}
			continue
		}
		switch {
		case j+1 < len(text):
			rest := text[j+1:]
			values[o] = Word{Text: rest, Known: true, Raw: rest}
		case i+1 < len(c.Args):
			i++
			values[o] = c.Args[i]
		}
		return i
	}
	return i
}

// wrappers are the programs that run the program named in their arguments,
// with the options of each that take a value.
var wrappers = map[string]string{
	"exec": "a", "command": "", "builtin": "", "nohup": "", "time": "fo", "nice": "n", "ionice": "cn", "setsid": "",
	"env": "uSC", "sudo": "ugpCTrth", "doas": "uC", "stdbuf": "ioe", "chronic": "", "timeout": "ks", "xargs": "IdEnPLs",
	"tini": "p", "dumb-init": "r", "gosu": "", "su-exec": "", "chpst": "ueCn", "catatonit": "", "chroot": "", "dotenv": "ce", "cross-env": "", "cross-env-shell": "",
}

// wrapperWords are the long options of wrappers that take the next word as their value.
var wrapperWords = map[string]string{
	"env": "--chdir --unset --split-string", "timeout": "--signal --kill-after", "sudo": "--user --group --chdir --host --prompt", "nice": "--adjustment",
	"time": "--format --output", "ionice": "--class --classdata", "stdbuf": "--input --output --error", "dumb-init": "--rewrite",
}

// firstOperands are the wrappers whose own first operand is not the program.
var firstOperands = map[string]int{"gosu": 1, "su-exec": 1, "timeout": 1, "chroot": 1}

// Wrapped returns the words of the command that the call hands over to, as sudo
// and exec do; nil if it hands over to none.
func (c Call) Wrapped() []Word {
	withValue, ok := wrappers[c.Name]
	if !ok {
		return nil
	}
	skip := firstOperands[c.Name]
	for i := 0; i < len(c.Args); i++ {
		a := c.Args[i]
		switch {
		case a.Known && a.Text == "--":
			return c.Args[min(i+1+skip, len(c.Args)):]
		case a.Known && len(a.Text) > 1 && a.Text[0] == '-':
			if len(a.Text) == 2 && strings.Contains(withValue, a.Text[1:]) || slices.Contains(strings.Fields(wrapperWords[c.Name]), a.Text) {
				i++
			}
		case a.Known && strings.Contains(a.Text, "=") && !strings.HasPrefix(a.Text, "/"):
			// an assignment of env, sudo or cross-env
		case skip > 0:
			skip--
		default:
			return c.Args[i:]
		}
	}
	return nil
}

// Script returns the script in the arguments of a shell: sh -c SCRIPT.
func (c Call) Script() (string, bool) {
	switch c.Name {
	case "sh", "bash", "ash", "dash", "zsh", "ksh":
	default:
		return "", false
	}
	for i, a := range c.Args {
		if !a.Known || !strings.HasPrefix(a.Text, "-") {
			return "", false
		}
		if !strings.HasPrefix(a.Text, "--") && strings.HasSuffix(a.Text, "c") && i+1 < len(c.Args) {
			return c.Args[i+1].Text, c.Args[i+1].Known
		}
	}
	return "", false
}

// Words returns the words of an exec-form command, in which nothing is expanded.
func Words(argv []string) []Word {
	ws := make([]Word, len(argv))
	for i, a := range argv {
		ws[i] = Word{Text: a, Known: true, Raw: a}
	}
	return ws
}

// FromArgs reads an exec-form command, its wrappers and nested scripts
// included. The error says that it is too long.
func FromArgs(argv []string, env Env) (*Script, error) {
	w := &walker{env: env, vars: map[string]Word{}, left: &budget{calls: MaxCalls, bytes: maxNested}, dir: Word{Known: true}, moving: map[string]bool{}}
	w.add(Words(argv), Call{Certain: true, Succeeded: true, Plain: true, Dir: w.dir, By: -1, From: -1})
	if w.left.calls < 0 {
		return nil, errTooLong
	}
	s := &Script{Calls: w.calls, Writes: w.writes, Loops: w.loops, Simple: true}
	for _, arg := range argv {
		s.Words = append(s.Words, Source{Text: arg})
	}
	return s, nil
}
