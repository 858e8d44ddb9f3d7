package workload

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file follows the start: from ENTRYPOINT and CMD through shells, scripts and
// package managers to the final programs.

// The bounds of one start.
const (
	maxScriptDepth = 8    // scripts that call scripts
	maxCommands    = 4096 // in all of them
)

// follower is the state of one walk.
type follower struct {
	w        *Workload
	env      shell.Env
	commands int
	read     map[string]bool // scripts that were followed: files, and scripts of packages
	handed   bool            // the CMD was met after an entrypoint script
}

// Start returns what the runtime executes, with all that it runs. It returns nil where
// that can't be read: a shell form with a syntax error, an unusual SHELL.
func (w *Workload) Start() *Script {
	if w.start == nil {
		f := &follower{w: w, env: w.in.Run.Final.EnvVar, read: map[string]bool{}}
		w.start = f.commandLine()
	}
	return w.start
}

// Follow follows any command line, called in the working directory of the image. It
// never returns nil.
func (w *Workload) Follow(argv []string) *Script {
	f := &follower{w: w, env: w.in.Run.Final.EnvVar, read: map[string]bool{}}
	s := &Script{Kind: CommandLine, Dir: f.workdir()}
	if parsed, err := shell.FromArgs(argv, f.env); err == nil {
		f.add(s, parsed)
	}
	f.expand(s, nil, 0, 0)
	return s
}

// Child follows a program that a source starts, in the working directory of the
// image.
func (w *Workload) Child(c ChildProcess) *Script {
	f := &follower{w: w, env: w.in.Run.Final.EnvVar, read: map[string]bool{}}
	s := &Script{Kind: ChildCommand, Name: c.Place.File, Text: c.Script, Place: c.Place, Dir: cmp.Or(c.Dir, f.workdir())}
	if file, ok := w.in.Run.Destination(c.Place.File); ok && c.Argv == nil {
		f.env = func(name string) (string, bool) {
			if name == "__dirname" {
				return path.Dir(file), true
			}
			return w.in.Run.Final.EnvVar(name)
		}
	}
	if parsed, err := f.child(c, s.Dir); err == nil {
		f.add(s, parsed)
	}
	f.expand(s, nil, 0, 0)
	return s
}

func (f *follower) child(c ChildProcess, dir string) (*shell.Script, error) {
	if c.Argv == nil {
		return shell.ParseIn(c.Script, f.env, dir)
	}
	var argv []string
	for i, word := range c.Argv {
		text := word.Text
		if slices.Contains(c.OfSource, i) {
			file, copied := f.w.in.Run.Destination(text)
			text, word.Known = file, copied
		}
		if !word.Known {
			break
		}
		argv = append(argv, text)
	}
	return shell.FromArgs(argv, f.env)
}

// workdir returns the working directory of the image; "" if it is not known.
func (f *follower) workdir() string {
	if dir := f.w.in.Run.Final.Workdir; dir.Known {
		return dir.Text
	}
	return ""
}

// commandLine follows ENTRYPOINT with CMD as its arguments, and CMD by itself,
// which an entrypoint usually executes last.
func (f *follower) commandLine() *Script {
	final := f.w.in.Run.Final
	entry, ok1 := argv(final, final.Entrypoint)
	cmd, ok2 := argv(final, final.Cmd)
	if final.Entrypoint != nil && final.Entrypoint.Shell {
		cmd, ok2 = nil, true // a shell-form ENTRYPOINT ignores CMD
	}
	if !ok1 || !ok2 {
		return nil
	}
	s := &Script{Kind: CommandLine, Dir: f.workdir()}
	parsed, err := shell.FromArgs(append(entry[:len(entry):len(entry)], cmd...), f.env)
	if err != nil {
		return nil
	}
	f.add(s, parsed)
	f.expand(s, nil, 0, 0)
	if len(entry) > 0 && len(cmd) > 0 && !f.handed {
		alone, err := shell.FromArgs(cmd, f.env)
		if err != nil {
			return nil
		}
		f.add(s, alone)
		f.expand(s, nil, len(parsed.Calls), 0)
	}
	return s
}

// argv returns what the runtime executes for a CMD or ENTRYPOINT. It is false where an
// unknown shell would read it.
func argv(s stage.State, c *stage.Command) ([]string, bool) {
	if c == nil {
		return nil, true
	}
	if !c.Shell {
		return c.Argv, true
	}
	script := strings.Join(c.Argv, " ")
	if !s.POSIXShell() {
		return nil, false
	}
	if _, err := shell.Parse(script, nil); err != nil {
		return nil, false
	}
	return append(s.Shell[:len(s.Shell):len(s.Shell)], script), true
}

// add puts the calls of a parsed text into the script.
func (f *follower) add(s *Script, parsed *shell.Script) {
	first := len(s.Commands)
	for _, c := range parsed.Calls {
		if f.commands++; f.commands > maxCommands {
			return
		}
		if c.By >= 0 {
			c.By += first
		}
		s.Commands = append(s.Commands, &Command{Call: c, In: s, Dir: in(s.Dir, c.Dir)})
	}
	for _, r := range parsed.Writes {
		file := ""
		if path.IsAbs(r.Text) && r.Known {
			file = path.Clean(r.Text)
		} else if dir := in(s.Dir, r.Dir); dir != "" && r.Known {
			file = path.Join(dir, r.Text)
		}
		s.Writes = append(s.Writes, Redirection{r.Word, file})
	}
	s.Words, s.Loops = append(s.Words, parsed.Words...), append(s.Loops, parsed.Loops...)
	s.Simple = parsed.Simple
}

// in returns the absolute directory that dir leads to from start, "" if that is
// not known.
func in(start string, dir shell.Word) string {
	if start == "" && !path.IsAbs(dir.Text) {
		return ""
	}
	abs, ok := dir.In(start)
	if !ok {
		return ""
	}
	return abs
}

// expand follows the commands of a script, starting at index first. args are the
// arguments of the script.
func (f *follower) expand(s *Script, args []string, first, depth int) {
	end := sync.OnceValues(func() (shell.Ending, bool) { return shell.End(s.Text) })
	for _, c := range s.Commands[min(first, len(s.Commands)):] {
		if f.commands > maxCommands {
			c.Unread = "its start scripts are longer than any that are written by hand"
			return
		}
		if passed, ok := argumentsIn(s, c.Program.Raw, args, end); ok {
			f.handOver(c, passed, depth)
			continue
		}
		f.command(c, depth)
	}
}

// argumentsIn returns the arguments of a shell script that a word of it stands for. It is
// false for another word.
func argumentsIn(s *Script, raw string, args []string, end func() (shell.Ending, bool)) ([]string, bool) {
	if s.Kind != ShellScript {
		return nil, false
	}
	switch strings.Trim(raw, `"`) {
	case "$@", "${@}", "$*", "${*}":
		return args, true
	}
	if !strings.Contains(raw, "$") {
		return nil, false
	}
	if e, ok := end(); ok && e.Passes && e.Raw == raw {
		return e.Arguments(args)
	}
	return nil, false
}

// handOver follows exec "$@": the arguments that a script was called with.
func (f *follower) handOver(c *Command, args []string, depth int) {
	if len(args) == 0 {
		return
	}
	var rest []string
	for _, a := range c.Args {
		rest = append(rest, a.Text)
	}
	f.handed = true
	f.words(c, Arguments, append(slices.Clip(args), rest...), depth)
}

// words follows a command line that c receives.
func (f *follower) words(c *Command, kind ScriptKind, argv []string, depth int) {
	parsed, err := shell.FromArgs(argv, f.env)
	if err != nil {
		c.Unread = "its start command can't be read"
		return
	}
	f.runs(c, &Script{Kind: kind, Place: c.In.Place, Dir: c.Dir}, parsed, nil, depth)
}

// runs follows a script that c runs.
func (f *follower) runs(c *Command, s *Script, parsed *shell.Script, args []string, depth int) {
	if depth++; depth > maxScriptDepth {
		c.Unread = "its start scripts call each other without end"
		return
	}
	f.add(s, parsed)
	c.Runs = append(c.Runs, s)
	f.expand(s, args, 0, depth)
}

// command follows one command.
func (f *follower) command(c *Command, depth int) {
	switch c.Name {
	case "":
		f.unknownProgram(c, depth)
	case "sh", "bash", "ash", "dash", "zsh", "ksh", ".", "source":
		f.shell(c, depth)
	case "npm", "yarn", "yarnpkg", "pnpm", "bun", "npx", "pnpx", "bunx", "corepack":
		f.manager(c, depth)
	default:
		if !f.runner(c, depth) {
			f.program(c, c.Path, depth)
		}
	}
}

// shell follows the file that a shell is called with. The script of sh -c is among
// the calls already.
func (f *follower) shell(c *Command, depth int) {
	args := c.Args
	for len(args) > 1 && args[0].Known && isShellFlag(args[0].Text) && c.Name != "." && c.Name != "source" {
		args = args[1:]
	}
	if len(args) == 0 || strings.HasPrefix(args[0].Text, "-") {
		return
	}
	if !args[0].Known {
		f.unknownScript(c, args[0], depth)
		return
	}
	program := args[0].Text
	if strings.HasSuffix(program, "/bin/activate") {
		return // an environment of Python, which sets variables
	}
	if !strings.Contains(program, "/") {
		program = "./" + program
	}
	f.program(c, program, depth)
}

// isShellFlag reports whether a flag of a shell takes no value and starts no script.
func isShellFlag(flag string) bool {
	return len(flag) > 1 && flag[0] == '-' && strings.Trim(flag[1:], "eux") == ""
}

// program follows a program that may be a script of the build context, or of the Dockerfile.
func (f *follower) program(c *Command, program string, depth int) {
	file := f.w.Lookup(program, c.Dir)
	if file == "" || IsInit(program) {
		return // what an init does is known, downloaded or not
	}
	origin, made := f.w.Origin(file), false
	c.Source = origin.Name
	if origin.Copied {
		c.File = file
	} else if one := f.w.madeScripts()[file]; one.in != nil {
		origin.Heredoc, origin.Text, made = one.in, one.text, true
	}
	isScript := made || path.Ext(file) == ".sh" || strings.Contains(path.Base(file), "entrypoint") || program != c.Path || strings.HasPrefix(origin.Text, "#!")
	if f.read[file] {
		return // scripts may call each other
	}
	f.read[file] = true
	switch {
	case origin.From != "" && !isScript:
		return // a program that another stage built
	case !origin.Copied && !made && (!isScript || f.w.inherits(program)):
		return // programs of the base image are not followed
	case made && origin.Text == "":
		c.Unread = fmt.Sprintf("it starts through %s, which line %d writes, and can't be read", program, origin.Heredoc.Line)
		return
	case origin.Name == "" && origin.Heredoc == nil:
		c.Unread = fmt.Sprintf("it starts through %s, which can't be read from here", program)
		return
	}
	text, err := origin.Text, error(nil)
	if origin.Heredoc == nil {
		text, err = f.w.read(origin.Name)
	}
	switch {
	case err != nil && !isScript:
		c.Unfollowed = fmt.Sprintf("what %s does can't be seen: %v", program, err)
	case err != nil:
		c.Unread = fmt.Sprintf("it starts through %s, which can't be read: %v", program, err)
	case !strings.HasPrefix(text, "#!") && !isScript, !IsShellScript(text, isScript):
	default:
		f.text(c, program, file, origin, text, depth)
	}
}

// text follows the text of a shell script.
func (f *follower) text(c *Command, program, file string, origin stage.Origin, text string, depth int) {
	parsed, err := shell.ParseIn(text, f.env, c.Dir)
	if err != nil {
		c.Unread = fmt.Sprintf("it starts through %s, whose shell can't be understood", program)
		return
	}
	s := &Script{Kind: ShellScript, Name: origin.Name, Text: text, Place: Place{File: origin.Name}, Dir: c.Dir}
	if origin.Heredoc != nil {
		s.Name, s.Place = file, Place{File: f.w.in.Run.Node.Graph().File.Name(), Line: origin.Heredoc.Line}
	}
	f.runs(c, s, parsed, arguments(c, program), depth)
}

// arguments returns the arguments of a script; nil if one is not known.
func arguments(c *Command, program string) (args []string) {
	words := c.Args
	if program != c.Path { // sh FILE
		i := slices.IndexFunc(words, func(w shell.Word) bool { return w.Text == program || "./"+w.Text == program })
		words = words[min(i+1, len(words)):]
	}
	for _, a := range words {
		if !a.Known {
			return nil
		}
		args = append(args, a.Text)
	}
	return args
}

// IsShellScript reports whether the first line of a text names a shell; without a line
// that names an interpreter, it returns otherwise.
func IsShellScript(text string, otherwise bool) bool {
	first, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(first, "#!") {
		return otherwise
	}
	return slices.ContainsFunc(strings.Fields(first[2:]), func(word string) bool { return strings.HasSuffix(word, "sh") })
}
