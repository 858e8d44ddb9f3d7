package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file follows programs that run others: by script names, by command
// lines among their arguments, by a file that lists processes.

// runner follows such a program, and reports whether c is one.
func (f *follower) runner(c *Command, depth int) bool {
	switch c.Name {
	case "npm-run-all", "npm-run-all2", "run-s", "run-p":
		f.runAll(c, depth)
	case "concurrently", "conc":
		f.concurrently(c, depth)
	case "pm2", "pm2-runtime", "pm2-docker", "forever":
		f.processManager(c, depth)
	case "foreman", "nf", "honcho", "overmind", "hivemind", "goreman":
		f.procfile(c, depth)
	case "turbo", "nx", "lerna", "wsrun":
		f.unfollowed(c)
	case "air", "gow", "CompileDaemon", "reflex", "realize", "watchexec", "cargo-watch", "entr", "skaffold", "tilt":
		// They build while they run, where their configuration says.
		f.unfollowed(c)
	case "nodemon":
		f.nodemon(c, depth)
	case "run-parts":
		f.runParts(c, depth)
	case "bundle", "poetry", "pipenv", "uv", "pdm", "rye", "hatch", "doppler", "infisical", "op", "dotenvx", "with-contenv":
		f.given(c, depth)
	default:
		return false
	}
	return true
}

// given follows programs that take a command after run or exec, as bundle exec and
// poetry run, or after --.
func (f *follower) given(c *Command, depth int) {
	for i, a := range c.Args {
		if a.Text != "exec" && a.Text != "run" && a.Text != "--" {
			continue
		}
		var argv []string
		for _, w := range c.Args[i+1:] {
			if len(argv) == 0 && (strings.HasPrefix(w.Text, "-") || w.Text == "--") {
				continue
			}
			argv = append(argv, w.Text)
		}
		if i := slices.Index(argv, "--"); i >= 0 {
			argv = argv[i+1:]
		}
		if len(argv) > 0 {
			f.words(c, Handed, argv, depth)
		}
		return
	}
}

// unfollowed records a start whose end is unknown.
func (f *follower) unfollowed(c *Command) {
	c.Unfollowed = fmt.Sprintf("what %s starts is not followed", c.Name)
}

// runAll follows npm-run-all, run-s and run-p, which run scripts by name.
func (f *follower) runAll(c *Command, depth int) {
	for _, a := range c.Args {
		switch {
		case strings.HasPrefix(a.Text, "-"):
		case !a.Known || strings.ContainsAny(a.Text, "*{ "):
			f.unfollowed(c)
		default:
			f.named(c, c.Name, a.Text, depth)
		}
	}
}

// named follows a script of the package.json in c's directory, which a runner of scripts
// or, for it, a package manager runs.
func (f *follower) named(c *Command, runner, script string, depth int) {
	if c.Dir == "" {
		f.unfollowed(c)
		return
	}
	c.Manager = &ManagerCall{Name: runner, Script: script}
	f.packageScript(c, c.Dir, depth)
	c.Manager = nil
}

// concurrentlyValues are the options of concurrently with a value.
var concurrentlyValues = strings.Fields("-n --names -c --prefix-colors -p --prefix -l --prefix-length -m --max-processes -s --success --restart-tries --restart-after -t --timestamp-format --name-separator --default-input-target --kill-signal --cwd")

// concurrently follows its arguments, each of which is a command line, or the name
// of a script after "npm:" and similar prefixes.
func (f *follower) concurrently(c *Command, depth int) {
	for i := 0; i < len(c.Args); i++ {
		a := c.Args[i]
		manager, name, isName := strings.Cut(a.Text, ":")
		isName = isName && slices.Contains([]string{"npm", "yarn", "pnpm", "bun"}, manager) && !strings.ContainsAny(name, " \t")
		switch {
		case slices.Contains(concurrentlyValues, a.Text):
			i++
		case a.Known && strings.HasPrefix(a.Text, "-"):
		case !a.Known || isName && strings.Contains(name, "*"):
			f.unfollowed(c)
		case isName:
			f.named(c, manager, name, depth)
		default:
			parsed, err := shell.Parse(a.Text, f.env)
			if err != nil {
				f.unfollowed(c)
				continue
			}
			f.runs(c, &Script{Kind: Handed, Text: a.Text, Place: c.In.Place, Dir: c.Dir}, parsed, nil, depth)
		}
	}
}

// nodemon follows the command that it executes, with the words after it that are not its own
// options; without one, it starts node (github.com/remy/nodemon, "Running non-node
// scripts").
func (f *follower) nodemon(c *Command, depth int) {
	i := slices.IndexFunc(c.Args, func(a shell.Word) bool {
		return a.Text == "-x" || a.Text == "--exec" || strings.HasPrefix(a.Text, "--exec=")
	})
	if i < 0 {
		return
	}
	first, attached := strings.CutPrefix(c.Args[i].Text, "--exec=")
	line := []string{first}
	if !attached {
		if i++; i == len(c.Args) || !c.Args[i].Known || c.Args[i].Text == "" {
			f.unfollowed(c)
			return
		}
		line[0] = c.Args[i].Text
	}
	for i++; i < len(c.Args); i++ {
		switch a := c.Args[i]; {
		case slices.Contains(nodemonValues, a.Text):
			i++
		case slices.Contains(nodemonFlags, a.Text):
		case !a.Known:
			f.unfollowed(c)
			return
		default:
			line = append(line, a.Raw)
		}
	}
	f.line(c, strings.Join(line, " "), c.Dir, depth)
}

// The options of nodemon, with a value and without (its "--help options").
var (
	nodemonValues = strings.Fields("-w --watch -e --ext -i --ignore -d --delay --cwd --config --signal -s")
	nodemonFlags  = strings.Fields("-L --legacy-watch -I --no-stdin -V --verbose -q --quiet -C --on-change-only -r --spawn --polling --inspect --exitcrash --dump")
)

var (
	// processScript matches what an ecosystem file of pm2 starts.
	processScript = lazyregexp.New(`["']?\bscript["']?\s*:\s*(["'][^"'\n]*["'])?`)
	processLine   = lazyregexp.New(`^[A-Za-z0-9_-]+:\s*(.+)$`)
)

// processManager follows pm2 and forever: a program, or a file that lists several.
func (f *follower) processManager(c *Command, depth int) {
	_, operands := c.Options(func(o string) bool {
		return slices.Contains([]string{"-i", "--instances", "-n", "--name", "--env", "-o", "-e", "-l", "--log", "--interpreter", "--only", "-c", "-w"}, o)
	})
	for len(operands) > 1 && slices.Contains([]string{"start", "startOrRestart", "reload", "restart"}, operands[0].Text) {
		operands = operands[1:]
	}
	if len(operands) == 0 || !operands[0].Known || c.Dir == "" {
		return
	}
	file, _ := operands[0].In(c.Dir)
	base := path.Base(file)
	isList := strings.Contains(base, "ecosystem") || strings.Contains(base, "pm2") || strings.Contains(base, ".config.") || path.Ext(base) == ".json" || path.Ext(base) == ".yml" || path.Ext(base) == ".yaml"
	if !isList {
		return // a program of the application's
	}
	name := f.w.Origin(file).Name
	text, err := f.w.read(name)
	if err != nil || f.read[file] {
		return
	}
	f.read[file] = true
	for _, m := range processScript.FindAllStringSubmatchIndex(text, -1) {
		if m[2] < 0 {
			continue
		}
		script := text[m[2]+1 : m[3]-1]
		parsed, err := shell.Parse(script, f.env)
		if err != nil {
			continue
		}
		f.runs(c, &Script{Kind: ProcessFile, Name: name, Text: script, Place: Place{File: name, Line: lineOf(text, m[0])}, Dir: c.Dir}, parsed, nil, depth)
	}
}

// procfile follows foreman and similar programs, which start the lines of a Procfile.
func (f *follower) procfile(c *Command, depth int) {
	values, _ := c.Options(func(o string) bool {
		return slices.Contains([]string{"-f", "--procfile", "-j", "-p", "--port", "-e", "--env"}, o)
	})
	name := "Procfile"
	for _, o := range []string{"-f", "--procfile", "-j"} {
		if w, ok := values[o]; ok && w.Known && w.Text != "" {
			name = w.Text
		}
	}
	file := path.Join(c.Dir, name)
	origin := f.w.Origin(file)
	text, err := f.w.read(origin.Name)
	if err != nil || c.Dir == "" {
		f.unfollowed(c)
		return
	}
	line := 0
	for l := range strings.Lines(text) {
		line++
		m := processLine.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			continue
		}
		parsed, err := shell.Parse(m[1], f.env)
		if err != nil {
			f.unfollowed(c)
			continue
		}
		f.runs(c, &Script{Kind: ProcessFile, Name: origin.Name, Text: m[1], Place: Place{File: origin.Name, Line: line}, Dir: c.Dir}, parsed, nil, depth)
	}
}
