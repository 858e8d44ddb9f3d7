package transforms

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
)

// This file follows an ENTRYPOINT to the command that it hands over to.

// inits are the programs that run another one as their child, forward signals to
// it and reap what it leaves behind.
var inits = map[string]bool{"tini": true, "tini-static": true, "dumb-init": true, "catatonit": true, "docker-init": true}

// handover is the way from what the runtime starts to the command in the end.
type handover struct {
	argv []string // the command
	init bool     // there is an init on the way
	// script: a shell script is on the way, which hands over by exec. looks is its
	// name when it may look at the command before, and so may care how it is
	// written; "" otherwise.
	script bool
	looks  string
}

// handsOver follows a command line through inits and entrypoint scripts, until no
// more than the last words of it are left. The error says where the way can't be
// seen any further.
func handsOver(p *fixer.Pass, run *chain.Run, argv []string, last int) (handover, error) {
	h := handover{argv: argv}
	for range maxDepth {
		if len(h.argv) <= last {
			return h, nil
		}
		program := h.argv[0]
		if inits[path.Base(program)] {
			h.init, h.argv = true, behindInit(h.argv)
			continue
		}
		next, isScript, err := h.throughScript(p, run)
		if err != nil || !isScript {
			return h, err
		}
		h.script, h.argv = true, next
	}
	return h, fmt.Errorf("its entrypoint scripts call each other without end")
}

// behindInit is the command that an init is given.
func behindInit(argv []string) []string {
	for i := 1; i < len(argv); i++ {
		switch a := argv[i]; {
		case a == "--":
			return argv[i+1:]
		case a == "-p" || a == "-e" || a == "-r":
			i++
		case !strings.HasPrefix(a, "-"):
			return argv[i:]
		}
	}
	return nil
}

// throughScript follows the entrypoint script that h.argv begins with. It is
// false when h.argv begins with another program.
func (h *handover) throughScript(p *fixer.Pass, run *chain.Run) (next []string, isScript bool, err error) {
	x := &examiner{pass: p, run: run}
	program, rest := h.argv[0], h.argv[1:]
	file := run.Lookup(program, p.Context)
	origin := run.Origin(file, p.Context)
	if file == "" || !origin.Copied {
		if path.Base(program) != "docker-entrypoint.sh" {
			if path.Ext(program) == ".sh" {
				return nil, false, fmt.Errorf("what %s does with its arguments can't be seen", program)
			}
			return nil, false, nil
		}
		if !isNodesEntrypoint(p, run, program) {
			return nil, false, fmt.Errorf("what %s does with its arguments is not known", program)
		}
		return nodesEntrypoint(rest), true, nil
	}
	looksLikeScript := path.Ext(file) == ".sh" || strings.Contains(path.Base(file), "entrypoint")
	text, err := x.read(origin.Name)
	if origin.Name == "" || err != nil {
		if !looksLikeScript {
			return nil, false, nil
		}
		return nil, false, fmt.Errorf("what %s does with its arguments can't be seen", program)
	}
	if !isShellScript(text, looksLikeScript) {
		return nil, false, nil
	}
	next, looks, ok := scriptEnd(text, rest)
	if !ok {
		return nil, false, fmt.Errorf("%s does not hand over with exec", origin.Name)
	}
	if looks && h.looks == "" {
		h.looks = origin.Name
	}
	return next, true, nil
}

// isNodesEntrypoint reports whether a program is the docker-entrypoint.sh that the
// base image, one of Node.js', starts. Those of databases have the same name.
func isNodesEntrypoint(p *fixer.Pass, run *chain.Run, program string) bool {
	base := run.Final.Base
	if base == nil || base.Config == nil || len(base.Config.Entrypoint) != 1 || base.Config.Entrypoint[0] != program {
		return false
	}
	if slices.ContainsFunc(base.Config.Env, func(e string) bool { return strings.HasPrefix(e, "NODE_VERSION=") }) {
		return true
	}
	more, err := p.Base(run.Node, baseimage.AskNode)
	if err != nil {
		return false
	}
	has, _ := more.Programs.Has("node")
	return has
}

// nodesEntrypoint is what docker-entrypoint.sh of the Node.js images does: it
// puts node in front of what is an option or no program.
func nodesEntrypoint(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	switch path.Ext(argv[0]) {
	case ".js", ".mjs", ".cjs":
		return append([]string{"node"}, argv...)
	}
	if strings.HasPrefix(argv[0], "-") {
		return append([]string{"node"}, argv...)
	}
	return argv
}

var (
	execArgs = regexp.MustCompile(`^exec (?:(?:gosu|su-exec) [\w:$"{}.-]+ )?"\$@"$`)
	argument = regexp.MustCompile(`\$[@*#1-9]|\$\{[@*#!1-9]|\bshift\b|\bset\s+--|\bgetopts\b|\bBASH_ARGV\b`)
)

// scriptEnd tells what a shell script, called with these arguments, ends with:
// its last line must be an exec, of all arguments or of a plain command. looks
// tells whether it may look at the arguments before.
func scriptEnd(text string, args []string) (argv []string, looks, ok bool) {
	lines := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
	for len(lines) > 0 && strings.HasPrefix(strings.TrimSpace(lines[len(lines)-1]), "#") {
		lines = lines[:len(lines)-1]
	}
	if len(lines) < 2 {
		return nil, false, false // a first line says which shell it is for
	}
	last := strings.TrimSpace(lines[len(lines)-1])
	if strings.HasSuffix(strings.TrimSpace(lines[len(lines)-2]), `\`) {
		return nil, false, false
	}
	looks = argument.MatchString(strings.Join(lines[:len(lines)-1], "\n"))
	if execArgs.MatchString(last) {
		return args, looks, true
	}
	if !strings.HasPrefix(last, "exec ") {
		return nil, false, false
	}
	argv, err := plainCommand(last)
	return argv, looks || len(args) > 0, err == nil
}

// isNode reports whether a program is Node.js.
func isNode(program string) bool {
	name := path.Base(program)
	return name == "node" || name == "nodejs"
}

// isPackageManager reports whether a program runs another one through a shell of
// its own, as npm does.
func isPackageManager(program string) bool {
	switch path.Base(program) {
	case "npm", "npx", "yarn", "yarnpkg", "pnpm", "pnpx":
		return true
	}
	return false
}

// isWindows reports whether the stage is known to be for Windows.
func isWindows(run *chain.Run) bool {
	return run.Final.Base != nil && run.Final.Base.Distro.FamilyOf() == baseimage.Windows
}
