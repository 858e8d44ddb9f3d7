package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds the programs that sources start as child processes.

// ChildProcess is a program that the sources start. Either Argv or Script is set.
type ChildProcess struct {
	Argv   []shell.Word // the program first, which is known
	Script string       // the text for a shell; in full. $__dirname is the directory of the source
	// OfSource are the indexes of words in Argv that are paths relative to the root of
	// the build context: the source computes them from its own location.
	OfSource []int
	Dir      string // absolute, that it starts in; "" for the working directory
	Moves    bool   // it starts in a directory that is not known
	Evidence
}

// spawnCall says where the arguments of a call have the program: 's' a text for a
// shell, 'a' the program and an array, 'v' the program and its arguments one by one,
// 'l' an array of all, 'n' a module of Node.js, 'w' a text of words without a shell.
type spawnCall struct {
	receivers []string
	arg       int
	style     byte
}

// spawnCallsOf are the calls of each language as [receiver|receiver.]name:argument
// and style.
var spawnCallsOf = map[Language]string{
	JavaScript: "exec:0s execSync:0s execAsync:0s execPromise:0s execP:0s execaCommand:0s execa.command:0s execa.commandSync:0s execaCommandSync:0s spawn:0a spawnSync:0a spawnAsync:0a execFile:0a execFileSync:0a execFileAsync:0a fork:0n execa:0a execaSync:0a",
	Python:     "subprocess.run:0l subprocess.call:0l subprocess.check_call:0l subprocess.check_output:0l subprocess.Popen:0l Popen:0l check_output:0l check_call:0l os.system:0s os.popen:0s getoutput:0s create_subprocess_exec:0v create_subprocess_shell:0s",
	Ruby:       "system:0v exec:0v Process.spawn:0v spawn:0v Open3.capture2:0v Open3.capture2e:0v Open3.capture3:0v Open3.popen3:0v IO.popen:0v",
	Go:         "exec.Command:0v exec.CommandContext:1v",
	Java:       "ProcessBuilder:0v getRuntime.exec:0w Runtime.exec:0w runtime.exec:0w",
	CSharp:     "Process.Start:0w ProcessStartInfo:0w",
	PHP:        "exec:0s shell_exec:0s system:0s passthru:0s proc_open:0s popen:0s",
	Rust:       "Command.new:0c",
	Elixir:     "System.cmd:0a System.shell:0s",
	Perl:       "system:0v exec:0v",
	Clojure:    "sh:0v shell.sh:0v",
}

var spawnCalls = sync.OnceValue(func() map[Language]map[string][]spawnCall {
	return callsByName(spawnCallsOf, func(c callName) spawnCall {
		return spawnCall{receivers: c.receivers, arg: int(c.what[0] - '0'), style: c.what[1]}
	})
})

// nodeReceivers are the names that sources give to child_process and similar modules;
// exec is also a method of regular expressions and of databases.
var nodeReceivers = strings.Fields("child_process childProcess cp child proc shell shelljs sh execa Bun util processes exec")

// childProcess reports the program that a call starts, if it starts one.
func (u *unit) childProcess(i int) {
	calls := spawnCalls()[u.lang][u.calledName(i)]
	if len(calls) == 0 || u.is(i-1, "function") || u.is(i-1, "def") || u.is(i-1, "func") || u.is(i-1, "fn") || u.is(i-1, "fun") || u.is(i-1, "sub") {
		return
	}
	args, ok := u.arguments(i)
	if !ok {
		return
	}
	words, method := u.calledWords(i)
	for _, c := range calls {
		switch {
		case c.receivers != nil && !u.receives(i, words, c.receivers):
		case c.receivers == nil && u.lang == JavaScript && (method && !u.requires(i) || len(words) > 1 && !slices.Contains(nodeReceivers, words[len(words)-2])):
		case c.receivers == nil && u.lang != JavaScript && (method || len(words) > 1) && u.str(i) != "ProcessBuilder" && u.lang != Python:
		case c.arg >= len(args):
		default:
			u.startsAsUser(args[c.arg+1:], i)
			u.spawn(c, args[c.arg:], i)
			return
		}
	}
}

// receives reports whether the receiver of a method call ends in one of these names:
// as a name, or as the call of a function.
func (u *unit) receives(i int, words, receivers []string) bool {
	if len(words) > 1 {
		return slices.Contains(receivers, words[len(words)-2])
	}
	m := -1
	if u.is(i-1, ".") && u.is(i-2, ")") {
		m = int(u.tokens[i-2].match)
	}
	return m > 0 && slices.Contains(receivers, u.str(m-1))
}

// requires reports whether the method at token i is called on require("…").
func (u *unit) requires(i int) bool {
	return u.is(i-1, ".") && u.is(i-2, ")") && u.kind(i-3) == textToken && u.is(i-5, "require")
}

func (u *unit) spawn(c spawnCall, args []argument, i int) {
	first := u.constantOf(args[0])
	args = append([]argument{first}, args[1:]...)
	list := u.listAt(first)
	style := c.style
	switch {
	case list >= 0 && (style != 'a' || u.is(first.a, "[")): // of Bun too
		args, style = u.entries(list), 'v'
	case style == 'l' || style == 'v' && len(args) == 1 && (u.lang == Ruby || u.lang == Perl):
		style = 's'
		if u.lang == Python && !u.shellTrue(args[1:]) {
			style = 'w'
		}
	}
	if len(args) == 0 {
		u.unknownChild(i)
		return
	}
	u.childWrites(style, args, i)
	child := ChildProcess{Evidence: u.evidence(args[0].a)}
	child.Dir, child.Moves = u.startDirectory(args)
	if !u.onlyLiteral(args[0]) {
		u.computedProgram(child, style, args, i)
		return
	}
	program, whole := u.literal(args[0].a)
	switch style {
	case 's', 'w':
		if text := strings.ReplaceAll(program+u.str(args[0].a)[len(program):], "${__dirname}", ""); u.lang == JavaScript && style == 's' && !whole && args[0].b == args[0].a+1 && !strings.Contains(text, "${") {
			child.Script = strings.TrimSpace(u.str(args[0].a))
			u.out.child(child)
			return
		}
		u.script(program, whole && args[0].b == args[0].a+1, style == 's', i, child)
		return
	}
	if !whole || program == "" {
		u.unknownChild(i)
		return
	}
	if style == 'n' {
		child.Argv = append(child.Argv, knownWord("node"))
	}
	child.Argv = append(child.Argv, knownWord(program))
	u.childArguments(&child, style, args, i)
	u.out.child(child)
}

// childArguments adds the arguments that a call gives the program.
func (u *unit) childArguments(child *ChildProcess, style byte, args []argument, i int) {
	switch style {
	case 'n', 'a':
		if len(args) > 1 && u.is(args[1].a, "[") {
			u.addWords(child, u.entries(args[1].a))
		} else if len(args) > 1 && !u.is(args[1].a, "{") {
			child.Argv = append(child.Argv, shell.Word{Raw: u.raw(args[1])})
		}
	case 'v':
		u.addWords(child, args[1:])
	case 'c':
		child.Argv = append(child.Argv, u.rustArguments(i)...)
	}
}

// ownInterpreters are the expressions for the program that runs the source.
var ownInterpreters = map[string]string{"process.execPath": "node", "process.argv0": "node", "process.argv[0]": "node", "sys.executable": "python3"}

// computedProgram reports a program that is not a literal: the interpreter of the
// source, or a file by a computed path.
func (u *unit) computedProgram(child ChildProcess, style byte, args []argument, i int) {
	first := args[0]
	if own := ownInterpreters[u.src[u.tokens[first.a].start:u.tokens[first.b-1].end]]; own != "" && style != 's' && style != 'w' {
		child.Argv = append(child.Argv, knownWord(own))
	} else if style != 's' && style != 'w' {
		if style == 'n' {
			child.Argv = append(child.Argv, knownWord("node"))
		}
		u.addWords(&child, args[:1])
	}
	if len(child.Argv) == 0 || !child.Argv[len(child.Argv)-1].Known {
		u.unknownChild(i)
		return
	}
	u.childArguments(&child, style, args, i)
	u.out.child(child)
}

// startDirectory returns the absolute directory that an argument "cwd" names, "" for
// none, and whether it names another one.
func (u *unit) startDirectory(args []argument) (dir string, moves bool) {
	for _, a := range u.keyed(args[1:]) {
		if strings.Trim(a.key, `"'`) != "cwd" || u.lang != JavaScript && u.lang != Python {
			continue
		}
		v := u.eval(a.a, a.b)
		if p := pathOf(v); path.IsAbs(p) && !v.partial {
			return p, false
		}
		return "", !(v.known && !v.partial && v.path == ".")
	}
	return "", false
}

// addWords adds arguments of a call as words of the command. Named arguments are
// options of the call, and are left out.
func (u *unit) addWords(child *ChildProcess, args []argument) {
	for _, a := range args {
		if a.key != "" || a.a >= a.b {
			continue
		}
		word := u.words([]argument{a})[0]
		if v := u.eval(a.a, a.b); !word.Known && v.known && !v.partial && v.from != elsewhere && v.variable == "" {
			word.Text, word.Known = v.path, true
			if v.from == sourceFile {
				child.OfSource = append(child.OfSource, len(child.Argv))
			}
		}
		child.Argv = append(child.Argv, word)
	}
}

// constantOf returns the literal or list that an argument names, if the source sets
// that name once and earlier; any other argument unchanged.
func (u *unit) constantOf(a argument) argument {
	if u.kind(a.a) != wordToken || a.b != a.a+1 {
		return a
	}
	set, ok := u.values[u.str(a.a)]
	at := set[0]
	switch {
	case !ok || set[1] != 0 || at >= a.a:
	case u.is(at, "[") && int(u.tokens[at].match) > at:
		return argument{a: at, b: int(u.tokens[at].match) + 1}
	case u.kind(at) == textToken && (!u.sameLine(at) || u.is(at+1, ";") || u.is(at+1, ",")):
		return argument{a: at, b: at + 1}
	case u.kind(at) == textToken:
		return argument{a: at, b: u.statementEnd(at)}
	}
	return a
}

// listAt returns the index of the bracket that opens a list argument, also one wrapped
// in a function that makes its arguments a list; -1 if there is none.
func (u *unit) listAt(a argument) int {
	switch {
	case u.is(a.a, "["):
		return a.a
	case u.is(a.a, "("):
		return a.a
	}
	for i := a.a; i < min(a.b, a.a+6); i++ {
		if u.is(i, "(") || u.is(i, "{") {
			last := u.str(i - 1)
			if slices.Contains([]string{"asList", "of", "listOf", "List", "Seq", "String", "]"}, last) {
				return i
			}
			return -1
		}
	}
	return -1
}

// onlyLiteral reports whether an argument is a single literal, or begins with one that
// is joined to more.
func (u *unit) onlyLiteral(a argument) bool {
	return u.kind(a.a) == textToken && (a.b == a.a+1 || u.is(a.a+1, "+") || u.is(a.a+1, "."))
}

func (u *unit) shellTrue(args []argument) bool {
	return slices.ContainsFunc(args, func(a argument) bool { return a.key == "shell" && u.is(a.a, "True") })
}

// script reports a text for a shell, or of words without one. Of a text that is only
// partly known, it may report the program.
func (u *unit) script(s string, whole, isShell bool, i int, child ChildProcess) {
	if !whole { // the last word may continue
		s = s[:max(0, strings.LastIndexAny(s, " \t\n"))]
	}
	fields := strings.Fields(s)
	switch {
	case len(fields) == 0 || !(whole && isShell) && strings.ContainsAny(fields[0], shellSigns):
		u.unknownChild(i)
	case whole && isShell:
		child.Script = strings.TrimSpace(s)
		u.out.child(child)
	default:
		var argv []shell.Word
		for _, f := range fields {
			if isShell && strings.ContainsAny(f, shellSigns) {
				whole = false
				break
			}
			argv = append(argv, knownWord(f))
		}
		if !whole {
			argv = append(argv, shell.Word{Raw: "…"})
		}
		child.Argv = argv
		u.out.child(child)
	}
}

// shellSigns end the words of a command that are taken as they are written.
const shellSigns = "$\"'=(){}&|;<>"

func (u *unit) unknownChild(i int) {
	e := u.evidence(i)
	u.out.unknownChild(Gap{e.Place, fmt.Sprintf("%s starts a program that is no literal", printable(u.str(i)))})
}

func knownWord(s string) shell.Word { return shell.Word{Text: s, Known: true, Raw: s} }

func (u *unit) raw(a argument) string {
	return printable(u.src[u.tokens[a.a].start:u.tokens[a.b-1].end])
}

// words returns arguments as the words of a command. Named arguments are options of
// the call.
func (u *unit) words(args []argument) (words []shell.Word) {
	for _, a := range args {
		switch {
		case a.key != "" || a.a >= a.b:
		case u.kind(a.a) == textToken && a.b == a.a+1:
			s, whole := u.literal(a.a)
			w := knownWord(s)
			if !whole {
				w = shell.Word{Raw: u.raw(a)}
			}
			words = append(words, w)
		default:
			words = append(words, shell.Word{Raw: u.raw(a)})
		}
	}
	return words
}

// rustArguments returns the arguments that .arg("…") and .args(["…"]) give after
// Command::new.
func (u *unit) rustArguments(i int) (words []shell.Word) {
	for j := i + 1; u.is(j, "(") && u.tokens[j].match > int32(j) && len(words) < maxArgs; {
		next := int(u.tokens[j].match) + 1
		if !u.is(next, ".") || !u.is(next+2, "(") {
			break
		}
		args, _ := u.arguments(next + 1)
		switch j = next + 2; {
		case len(args) == 0:
		case u.is(next+1, "arg"):
			words = append(words, u.words(args[:1])...)
		case u.is(next+1, "args"):
			at := args[0].a
			for u.is(at, "&") {
				at++
			}
			if list := u.entries(at); list != nil {
				words = append(words, u.words(list)...)
			} else {
				words = append(words, shell.Word{Raw: u.raw(args[0])})
			}
		}
	}
	return words
}

// command reports a literal in backticks, in languages where that is a command.
func (u *unit) command(i int) {
	t := u.tokens[i]
	if t.quote != '`' || u.lang == JavaScript && !u.is(i-1, "$") && !u.is(i-1, "$sync") || u.lang == Go {
		return
	}
	if u.lang == JavaScript && (u.tokens[i-1].end != t.start-1 || !u.usesShells()) {
		return
	}
	s, whole := u.literal(i)
	u.script(s, whole, true, i, ChildProcess{Evidence: u.evidence(i)})
}

// usesShells reports whether a source has `$` of zx, execa or Bun.
func (u *unit) usesShells() bool {
	return hasAny(u.src, []string{"zx", "execa", "bun", "dax"})
}
