package transforms

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file tells how a stage comes to start node.

// way is what stands between the runtime and node.
type way struct {
	node    bool   // it ends at node
	manager string // the package manager that starts it, "" for none
	// waits: it is a shell that starts it and does not say exec. simple: it starts
	// nothing else, and BusyBox's replaces itself by it all the same.
	waits, simple bool
}

// mayStartNode reports whether it is worth to ask the base image: the file says
// nothing of what is started, or mentions something that may be node.
func mayStartNode(run *chain.Run) bool {
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if entry == nil && cmd == nil {
		return false // a base image's own command is for others to decide
	}
	for _, c := range []*chain.Command{entry, cmd} {
		if c == nil {
			continue
		}
		if slices.ContainsFunc(c.Argv, mayBeNode) {
			return true
		}
	}
	return false
}

// mayBeNode reports a word that may have to do with node: names of programs and
// files, and of scripts that may start it.
func mayBeNode(word string) bool {
	if slices.ContainsFunc([]string{"node", ".js", ".mjs", ".cjs", "npm", "npx", "yarn"}, func(s string) bool { return strings.Contains(word, s) }) {
		return true
	}
	program, _, _ := strings.Cut(word, " ")
	name := path.Base(program)
	return path.Ext(name) == ".sh" || strings.Contains(name, "entrypoint") || strings.Contains(name, "start") || supervisors[program] != "" || supervisors[name] != ""
}

// startLine is what the runtime executes. It is false where that can't be told.
func startLine(run *chain.Run) ([]string, bool) {
	var line []string
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if entry != nil && entry.Shell {
		cmd = nil // ignored
	}
	for _, c := range []*chain.Command{entry, cmd} {
		switch {
		case c == nil:
		case !c.Shell:
			line = append(line, c.Argv...)
		case !stateAt(run, c.In).POSIXShell():
			return nil, false
		default:
			line = append(append(line, stateAt(run, c.In).Shell...), strings.Join(c.Argv, " "))
		}
	}
	return line, len(line) > 0
}

// supervisors do an init's work themselves, with what they start.
var supervisors = map[string]string{
	"pm2-runtime": "pm2-runtime forwards signals and looks after its processes itself", "pm2-docker": "pm2-docker forwards signals and looks after its processes itself",
	"supervisord": "supervisord is an init for what it starts", "s6-svscan": "s6 is an init", "/init": "/init is an init of its own", "runsvdir": "runit is an init",
	"my_init": "my_init is an init",
}

// leadsToNode follows the start. keep says why no init can be put in front of it;
// where the way leads elsewhere, or to an init, way.node is false.
func leadsToNode(p *fixer.Pass, run *chain.Run, line []string, known bool) (w way, keep string) {
	if !known {
		return way{}, ""
	}
	for _, word := range line {
		if why := cmp.Or(supervisors[word], supervisors[path.Base(word)]); why != "" {
			return way{node: true}, why
		}
	}
	h, err := handsOver(p, run, line, 0)
	if h.init || len(h.argv) == 0 {
		return way{}, ""
	}
	if err != nil {
		return way{node: readsNode(p, run, h.argv)}, err.Error()
	}
	program := h.argv[0]
	entry := run.Final.Entrypoint
	switch {
	case entry != nil && entry.Shell && (isNode(program) || mentionsNode(line)):
		return way{node: true}, "its ENTRYPOINT is in shell form"
	case isNode(program):
		return way{node: len(h.argv) > 1 && !isQuestion(h.argv[1])}, ""
	case isPackageManager(program):
		return way{node: len(h.argv) > 1 && !isJob(h.argv[1:]), manager: path.Base(program)}, ""
	}
	if script, ok := (shell.Call{Name: path.Base(program), Args: shell.Words(h.argv[1:])}).Script(); ok {
		return throughShell(run, script), ""
	}
	if mentionsNode(h.argv[1:]) {
		return way{node: true}, fmt.Sprintf("what %s does with its arguments is not known", program)
	}
	return way{}, ""
}

// jobs are the scripts that end by themselves.
var jobs = strings.Fields("test lint build ci install i e2e format typecheck coverage")

// isJob reports whether a package manager is asked to do something that ends by
// itself.
func isJob(args []string) bool {
	return slices.ContainsFunc(args, func(word string) bool { return slices.Contains(jobs, strings.SplitN(word, ":", 2)[0]) })
}

// isQuestion reports an argument with which node answers and ends.
func isQuestion(arg string) bool {
	return slices.Contains([]string{"-v", "--version", "-h", "--help", "-p", "-i", "--interactive"}, arg)
}

// throughShell follows a script that sh -c is given.
func throughShell(run *chain.Run, script string) way {
	s, err := shell.Parse(script, run.Final.EnvVar)
	if err != nil || len(s.Calls) == 0 || slices.ContainsFunc(s.Calls, func(c shell.Call) bool { return inits[c.Name] }) {
		return way{}
	}
	leads := slices.ContainsFunc(s.Calls, func(c shell.Call) bool { return isNode(c.Name) || isPackageManager(c.Name) })
	last := s.Calls[len(s.Calls)-1]
	w := way{node: leads, simple: s.Simple}
	if isPackageManager(last.Name) {
		w.manager = last.Name
	}
	replaced := len(s.Calls) > 1 && s.Calls[len(s.Calls)-2].Name == "exec" && (isNode(last.Name) || w.manager != "")
	w.waits = !replaced && !(s.Simple && w.manager != "") // a manager's own shell waits anyway
	return w
}

// mentionsNode reports whether a command line has node or a package manager in
// a script.
func mentionsNode(line []string) bool {
	return slices.ContainsFunc(strings.Fields(strings.Join(line, " ")), func(w string) bool { return isNode(w) || isPackageManager(w) })
}

// readsNode reports whether a start that can't be followed to its end is meant
// for node: its last words, or a script on the way, name it.
func readsNode(p *fixer.Pass, run *chain.Run, argv []string) bool {
	if len(argv) > 1 && mentionsNode(argv[1:]) {
		return true
	}
	file := run.Lookup(argv[0], p.Context)
	x := &examiner{pass: p, run: run}
	text, err := x.read(run.Origin(file, p.Context).Name)
	if err != nil {
		return false
	}
	s, err := shell.Parse(text, run.Final.EnvVar)
	return err == nil && slices.ContainsFunc(s.Calls, func(c shell.Call) bool {
		return (isNode(c.Name) || isPackageManager(c.Name)) && len(c.Args) > 0 && !isQuestion(fmt.Sprint(c.Args[0].Text))
	})
}
