package workload

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds what is between the runtime and the final command.

// Way is how programs hand a command line on, up to its end.
type Way struct {
	Argv []string // the command that is left
	Init bool     // an init is before it
	// Script reports whether a shell script is before it, which hands over by exec.
	Script bool
	// Looks is the name of such a script if it may examine the command first, and so
	// may depend on its spelling; "" otherwise.
	Looks string
}

// HandsOver follows a command line through inits and entrypoint scripts, until at most
// its last words are left. The error says where the way can't be followed; the Way is
// then what is known so far.
func (w *Workload) HandsOver(argv []string, last int) (Way, error) {
	way := Way{Argv: argv}
	for range maxScriptDepth {
		if len(way.Argv) <= last {
			return way, nil
		}
		if IsInit(way.Argv[0]) {
			way.Init, way.Argv = true, AfterInit(way.Argv)
			continue
		}
		next, isScript, err := w.throughScript(&way)
		if err != nil || !isScript {
			return way, err
		}
		way.Script, way.Argv = true, next
	}
	return way, errors.New("its entrypoint scripts call each other without end")
}

// throughScript follows the entrypoint script that way.Argv begins with. It returns
// false for another program.
func (w *Workload) throughScript(way *Way) (next []string, isScript bool, err error) {
	program, rest := way.Argv[0], way.Argv[1:]
	if script, args, ok := shellFile(way.Argv); ok {
		program, rest = script, args
	}
	file := w.Lookup(program, w.in.Run.Final.Workdir.Text)
	origin := w.Origin(file)
	if file == "" || !origin.Copied {
		return w.ofBase(program, rest)
	}
	isNamed := path.Ext(file) == ".sh" || strings.Contains(path.Base(file), "entrypoint") || program != way.Argv[0]
	text, err := w.read(origin.Name)
	if origin.Name == "" || err != nil {
		if !isNamed {
			return nil, false, nil
		}
		return nil, false, fmt.Errorf("what %s does with its arguments can't be seen", program)
	}
	if !IsShellScript(text, isNamed) {
		return nil, false, nil
	}
	next, looks, ok := scriptEnd(text, rest)
	if !ok {
		if _, executes := shell.End(text); executes {
			return nil, false, fmt.Errorf("what %s executes in the end is not known", origin.Name)
		}
		return nil, false, fmt.Errorf("%s does not hand over with exec", origin.Name)
	}
	if looks && way.Looks == "" {
		way.Looks = origin.Name
	}
	return next, true, nil
}

// shellFile parses the call of a shell with a file, as bash -e start.sh: the file,
// as a path, and its arguments.
func shellFile(argv []string) (file string, args []string, ok bool) {
	switch path.Base(argv[0]) {
	case "sh", "bash", "ash", "dash":
	default:
		return "", nil, false
	}
	rest := argv[1:]
	for len(rest) > 0 && isShellFlag(rest[0]) {
		rest = rest[1:]
	}
	if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return "", nil, false
	}
	if file = rest[0]; !strings.Contains(file, "/") {
		file = "./" + file
	}
	return file, rest[1:], true
}

// ofBase follows a program that no COPY brought.
func (w *Workload) ofBase(program string, rest []string) (next []string, isScript bool, err error) {
	switch {
	case path.Base(program) != "docker-entrypoint.sh":
		if path.Ext(program) == ".sh" {
			return nil, false, fmt.Errorf("what %s does with its arguments can't be seen", program)
		}
		return nil, false, nil
	case !w.IsNodesEntrypoint(program):
		return nil, false, fmt.Errorf("what %s does with its arguments is not known", program)
	}
	return nodesEntrypoint(rest), true, nil
}

var looksAtArguments = lazyregexp.New(`\$[@*#1-9]|\$\{[@*#!1-9]|\bshift\b|\bset\s+--|\bgetopts\b|\bBASH_ARGV\b`)

// scriptEnd returns what a shell script, called with these arguments, finally
// executes: it must end in an exec, of its arguments or of a plain command.
// looks reports whether it may examine the arguments before.
func scriptEnd(text string, args []string) (argv []string, looks, ok bool) {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		return nil, false, false // without a first line that names its shell
	}
	end, ok := shell.End(text)
	if !ok {
		return nil, false, false
	}
	looks = looksAtArguments.MatchString(text[:end.Start])
	if end.Passes {
		argv, ok = end.Arguments(args)
		return argv, looks, ok
	}
	argv, err := shell.Plain(end.Text)
	return argv, looks || len(args) > 0, err == nil
}

// CommandLine returns what the runtime executes: ENTRYPOINT with CMD as its
// arguments. It is false if an unknown shell would read it, and if there is neither.
func (w *Workload) CommandLine() ([]string, bool) {
	var line []string
	run := w.in.Run
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if entry != nil && entry.Shell {
		cmd = nil // ignored
	}
	for _, c := range []*stage.Command{entry, cmd} {
		switch {
		case c == nil:
		case !c.Shell:
			line = append(line, c.Argv...)
		default:
			s := run.At(c.In)
			if !s.POSIXShell() {
				return nil, false
			}
			line = append(append(line, s.Shell...), strings.Join(c.Argv, " "))
		}
	}
	return line, len(line) > 0
}

// ToNode is how the start leads to node.
type ToNode struct {
	Node    bool   // it ends at node
	Manager string // the package manager that starts it, "" for none
	// Waits: a shell starts it without exec. Simple: that shell starts
	// nothing else, and BusyBox's replaces itself by it all the same.
	Waits, Simple bool
	// Blocked is why no init can be put before it; "" when one can.
	Blocked string
}

// LeadsToNode follows the start to node. If the way leads elsewhere, or through
// an init, Node is false.
func (w *Workload) LeadsToNode() ToNode {
	line, known := w.CommandLine()
	if !known {
		return ToNode{}
	}
	for _, word := range line {
		if why := Supervises(word); why != "" {
			return ToNode{Node: true, Blocked: why}
		}
	}
	way, err := w.HandsOver(line, 0)
	if way.Init || len(way.Argv) == 0 {
		return ToNode{}
	}
	if err != nil {
		return ToNode{Node: w.readsNode(way.Argv), Blocked: err.Error()}
	}
	return w.endsInNode(line, way.Argv)
}

// endsInNode examines the final command.
func (w *Workload) endsInNode(line, argv []string) ToNode {
	program := argv[0]
	entry := w.in.Run.Final.Entrypoint
	switch {
	case entry != nil && entry.Shell && (IsNode(program) || mentionsNode(line)):
		return ToNode{Node: true, Blocked: "its ENTRYPOINT is in shell form"}
	case IsNode(program):
		return ToNode{Node: len(argv) > 1 && !isQuestion(argv[1])}
	case IsManager(program):
		return ToNode{Node: len(argv) > 1 && !IsJob(argv[1:]), Manager: path.Base(program)}
	}
	if script, ok := (shell.Call{Name: path.Base(program), Args: shell.Words(argv[1:])}).Script(); ok {
		return w.throughShell(script)
	}
	if w.isNodeProgram(program) {
		return ToNode{Node: true}
	}
	if mentionsNode(argv[1:]) {
		return ToNode{Node: true, Blocked: fmt.Sprintf("what %s does with its arguments is not known", program)}
	}
	return ToNode{}
}

// RunsInstalled reports whether the final command is a program that a RUN installs
// globally with a package manager of Node.js.
func (w *Workload) RunsInstalled() bool {
	line, known := w.CommandLine()
	if !known {
		return false
	}
	way, err := w.HandsOver(line, 0)
	return err == nil && len(way.Argv) > 0 && !strings.Contains(way.Argv[0], "/") && w.IsInstalled(way.Argv[0])
}

// isNodeProgram reports whether a program is one of a package that node runs: a RUN
// installs it globally, or PATH leads to node_modules/.bin and package.json lists it.
func (w *Workload) isNodeProgram(program string) bool {
	if strings.Contains(program, "/") {
		return inModulesBin(program)
	}
	if w.IsInstalled(program) {
		return true
	}
	dirs, _ := w.in.Run.Final.EnvVar("PATH")
	for dir := range strings.SplitSeq(dirs, ":") {
		root, isBin := strings.CutSuffix(path.Clean(dir), "/node_modules/.bin")
		if !isBin {
			continue
		}
		pkg, err := w.Package(path.Join("/", root))
		if err == nil && (pkg.Dependencies[program] != "" || pkg.DevDependencies[program] != "") {
			return true
		}
	}
	return false
}

// IsInstalled reports whether a RUN installs the package of that name globally.
func (w *Workload) IsInstalled(program string) bool {
	return slices.ContainsFunc(w.in.Run.Steps, func(s stage.Step) bool {
		script, err := s.Script()
		return s.In.Name() == "RUN" && err == nil && script != nil &&
			slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return InstallsGlobally(c, program) })
	})
}

// InstallsGlobally reports whether a call installs the package of that name globally.
func InstallsGlobally(c shell.Call, name string) bool {
	m := ReadManager(c, func(string) (string, bool) { return "", false })
	if m == nil || !c.Has("-g", "--global", "global") {
		return false
	}
	return slices.ContainsFunc(c.Args, func(a shell.Word) bool {
		pkg := a.Text
		if at := strings.LastIndexByte(pkg, '@'); at > 0 {
			pkg = pkg[:at]
		}
		return a.Known && pkg == name
	})
}

// throughShell follows the script of sh -c.
func (w *Workload) throughShell(script string) ToNode {
	s, err := shell.Parse(script, w.in.Run.Final.EnvVar)
	if err != nil || len(s.Calls) == 0 || slices.ContainsFunc(s.Calls, func(c shell.Call) bool { return IsInit(c.Name) }) {
		return ToNode{}
	}
	leads := slices.ContainsFunc(s.Calls, func(c shell.Call) bool { return IsNode(c.Name) || IsManager(c.Name) })
	if !leads && w.startsNode() {
		return ToNode{Node: true, Blocked: shellWaits}
	}
	last := s.Calls[len(s.Calls)-1]
	to := ToNode{Node: leads, Simple: s.Simple}
	if IsManager(last.Name) {
		to.Manager = last.Name
	}
	replaced := len(s.Calls) > 1 && s.Calls[len(s.Calls)-2].Name == "exec" && (IsNode(last.Name) || to.Manager != "")
	to.Waits = !replaced && !(s.Simple && to.Manager != "") // a manager's own shell waits anyway
	return to
}

// shellWaits is why an init before a shell is of no use.
const shellWaits = "its shell would wait for node, and end before it on a signal: write exec before the last command"

// startsNode reports whether the start runs node, or a package manager with a script
// that is not a job, anywhere.
func (w *Workload) startsNode() bool {
	found := false
	if start := w.Start(); start != nil {
		start.All(func(c *Command) bool {
			found = found || IsNode(c.Name) && len(c.Args) > 0 && !isQuestion(c.Args[0].Text)
			return !found
		})
	}
	return found
}

// jobs are the scripts that end by themselves.
var jobs = strings.Fields("test lint build ci install i e2e format typecheck coverage")

// IsJob reports whether the arguments of a package manager request something that ends
// by itself.
func IsJob(args []string) bool {
	return slices.ContainsFunc(args, func(word string) bool { return slices.Contains(jobs, strings.SplitN(word, ":", 2)[0]) })
}

// isQuestion reports whether node answers an argument and ends.
func isQuestion(arg string) bool {
	return slices.Contains([]string{"-v", "--version", "-h", "--help", "-p", "-i", "--interactive"}, arg)
}

// mentionsNode reports whether a script in a command line names node or a package
// manager.
func mentionsNode(line []string) bool {
	return slices.ContainsFunc(strings.Fields(strings.Join(line, " ")), func(w string) bool { return IsNode(w) || IsManager(w) })
}

// readsNode reports whether a start that can't be followed to its end is meant for
// node: its last words, or a script on the way, name it.
func (w *Workload) readsNode(argv []string) bool {
	if len(argv) > 1 && mentionsNode(argv[1:]) {
		return true
	}
	program := argv[0]
	if file, _, ok := shellFile(argv); ok {
		program = file
	}
	text, err := w.read(w.Origin(w.Lookup(program, w.in.Run.Final.Workdir.Text)).Name)
	if err != nil {
		return false
	}
	s, err := shell.Parse(text, w.in.Run.Final.EnvVar)
	return err == nil && slices.ContainsFunc(s.Calls, func(c shell.Call) bool {
		return (IsNode(c.Name) || IsManager(c.Name)) && len(c.Args) > 0 && !isQuestion(c.Args[0].Text)
	})
}
