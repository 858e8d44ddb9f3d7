package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds the RUN instructions that run the application's own code: as root it may
// make files anywhere below its directory, of which no text needs to say where. The build
// tools of Node.js are not among them: MayBeBuilt knows the names of what they make, unless the start
// has one of another name among its arguments.

// ApplicationRun is a command of a RUN that runs the application's own code.
type ApplicationRun struct {
	Step    stage.Step
	Index   int    // of Step in the chain
	Dir     string // absolute, where it runs
	Program string // for messages: "manage.py", "rails"
}

// frameworks are the commands that load an application: they make caches, logs and
// databases in its directory.
var frameworks = strings.Fields("rails rake hanami flask django-admin alembic aerich mix pytest")

// codeRunners run a file of the application.
var codeRunners = lazyregexp.New(`^(python[0-9.]*|pypy3?|ruby|perl|php[0-9.]*|elixir)$`)

// installers are files of the application that only package it, as they are named by
// convention.
var installers = strings.Fields("setup.py get-pip.py install-poetry.py get-poetry.py composer-setup.php composer.phar composer")

// ApplicationRuns returns those of root's, in the order of the file: one of each RUN.
func (w *Workload) ApplicationRuns() []ApplicationRun {
	if w.ran == nil {
		w.ran = &[]ApplicationRun{}
		for i, s := range w.in.Run.Steps {
			if r, ok := w.applicationRun(s); ok {
				r.Index = i
				*w.ran = append(*w.ran, r)
			}
		}
	}
	return *w.ran
}

// applicationRun returns the first one of a step.
func (w *Workload) applicationRun(s stage.Step) (found ApplicationRun, ok bool) {
	if s.In.Name() != "RUN" || !stage.IsRoot(s.Before.User.Text) {
		return found, false
	}
	parsed, err := s.Script()
	if err != nil || parsed == nil {
		return found, false
	}
	f := &follower{w: w, env: s.Before.Getenv, read: map[string]bool{}}
	script := &Script{Kind: CommandLine, Dir: s.Before.Workdir.Text}
	f.add(script, parsed)
	f.expand(script, nil, 0, 0)
	script.All(func(c *Command) bool {
		found = ApplicationRun{Step: s}
		found.Program, found.Dir = w.applications(c)
		ok = found.Program != ""
		return !ok
	})
	return found, ok
}

// applications returns what a command runs of the application, and where; "" for nothing.
func (w *Workload) applications(c *Command) (program, dir string) {
	switch {
	case c.Dir == "":
	case slices.Contains(frameworks, c.Name):
		return w.framework(c), c.Dir
	case c.Name == "composer":
		return w.composer(c), c.Dir
	case codeRunners.MatchString(c.Name):
		return w.codeOf(c)
	case path.Ext(c.Name) == ".py" && !strings.Contains(c.Path, "/"): // uv run manage.py
		return w.file(c, c.Program)
	case w.sharesArgument(c):
		return c.Name, c.Dir
	case strings.Contains(c.Path, "/"):
		return w.ownScript(c)
	}
	return "", ""
}

// sharesArgument reports whether a program of Node.js has an argument that one of the start has, too, and
// that no COPY brings: what it makes of that name is what the application works on, as in "node init.js
// data" and "node server.js data".
func (w *Workload) sharesArgument(c *Command) bool {
	args := c.Args
	switch i := slices.IndexFunc(args, func(a shell.Word) bool { return a.Known && !strings.HasPrefix(a.Text, "-") }); {
	case strings.Contains(c.Path, "node_modules/"):
	case i < 0 || !IsNode(c.Name) && !packageRunners[c.Name]:
		return false
	default:
		args = args[i+1:] // behind the program that it runs
	}
	for _, a := range args {
		file, ok := a.In(c.Dir)
		if !ok || !path.IsAbs(file) || !plainName.MatchString(a.Text) || file == c.Dir || slices.Contains(builtNames, path.Base(file)) || w.Origin(path.Clean(file)).Name != "" {
			continue
		}
		for _, l := range w.Launches() {
			if slices.ContainsFunc(l.Args, func(b shell.Word) bool { return b.Known && b.Text == a.Text }) {
				return true
			}
		}
	}
	return false
}

// packageRunners run a program of a package.
var packageRunners = map[string]bool{"npx": true, "pnpx": true, "bunx": true, "tsx": true, "ts-node": true}

// plainName matches a name of a file or a directory that is no option and no number.
var plainName = lazyregexp.New(`^[A-Za-z_./][\w./-]*$`)

// framework returns the name of a framework's command that loads the application, which has
// to be there.
func (w *Workload) framework(c *Command) string {
	_, operands := c.Options(func(o string) bool { return o == "-f" || o == "-c" || o == "-x" || o == "--app" || o == "-A" })
	if len(operands) == 0 && c.Name != "rake" && c.Name != "pytest" {
		return "" // its version
	}
	if c.Name == "mix" && hexCommands.MatchString(operands[0].Text) {
		return ""
	}
	return c.Name
}

// hexCommands matches the tasks of mix that install packages.
var hexCommands = lazyregexp.New(`^(local|deps|archive|hex|escript)\b`)

// composer returns composer where it runs scripts of composer.json's: those of Laravel and
// Symfony load the application, which writes its caches (getcomposer.org, "Scripts").
func (w *Workload) composer(c *Command) string {
	if !c.Has("install", "update", "dump-autoload", "dumpautoload", "run-script", "run") || c.Has("--no-scripts") {
		return ""
	}
	text, err := w.read(w.Origin(path.Join(c.Dir, "composer.json")).Name)
	if err != nil || !composerScripts.MatchString(text) {
		return ""
	}
	return "scripts of composer.json"
}

// composerScripts matches scripts of composer.json that run PHP of the application or of
// Symfony's flex.
var composerScripts = lazyregexp.New(`@php |"auto-scripts"|bin/console|artisan`)

// codeOptions are the options of codeRunners that have a value and run nothing.
var codeOptions = strings.Fields("-W -X -I -d")

// codeOf returns the file or module of the application that an interpreter runs.
func (w *Workload) codeOf(c *Command) (program, dir string) {
	for i, a := range c.Args {
		switch {
		case !a.Known:
			return "", ""
		case i > 0 && slices.Contains(codeOptions, c.Args[i-1].Text):
			continue
		case a.Text == "-m" && i+1 < len(c.Args):
			module := c.Args[i+1].Text
			if first, _, _ := strings.Cut(module, "."); slices.Contains(frameworks, first) || first == "django" || w.hasModule(c.Dir, first) {
				return "python -m " + module, c.Dir
			}
			return "", ""
		case a.Text == "-c" && i+1 < len(c.Args):
			for _, m := range pythonImport.FindAllStringSubmatch(c.Args[i+1].Text, maxMatches) {
				if w.hasModule(c.Dir, m[1]) {
					return m[1], c.Dir
				}
			}
			return "", ""
		case !strings.HasPrefix(a.Text, "-"):
			return w.file(c, a)
		}
	}
	return "", ""
}

// file returns a file of the application that a word of a command names. What that makes
// lies where the command runs, or, if that is elsewhere, beside the file.
func (w *Workload) file(c *Command, word shell.Word) (program, dir string) {
	file, ok := word.In(c.Dir)
	if !ok || !path.IsAbs(file) || slices.Contains(installers, path.Base(file)) || !w.Origin(path.Clean(file)).Copied {
		return "", ""
	}
	if workdir := w.in.Run.Final.Workdir.Text; !Within(c.Dir, workdir) && Within(file, workdir) {
		return path.Base(file), path.Dir(path.Clean(file))
	}
	return path.Base(file), c.Dir
}

// pythonImport matches the module that an import names.
var pythonImport = lazyregexp.New(`\b(?:from|import)\s+([A-Za-z_]\w*)`)

// hasModule reports whether the build context brings a module of Python into a directory.
func (w *Workload) hasModule(dir, module string) bool {
	for _, name := range []string{module + ".py", module + "/__init__.py", "src/" + module + "/__init__.py"} {
		if w.Origin(path.Join(dir, name)).Name != "" {
			return true
		}
	}
	return false
}

// ownScript returns a script of the application in another language than a shell's, whose
// commands are followed, and Node.js: bin/console, ./manage.py.
func (w *Workload) ownScript(c *Command) (program, dir string) {
	text, err := w.read(w.Origin(w.Lookup(c.Path, c.Dir)).Name)
	first, _, _ := strings.Cut(text, "\n")
	if err != nil || !strings.HasPrefix(first, "#!") || !scriptLanguage.MatchString(first) {
		return "", ""
	}
	return w.file(c, c.Program)
}

// scriptLanguage matches the first lines of scripts for codeRunners.
var scriptLanguage = lazyregexp.New(`\b(python|ruby|perl|php|elixir)`)
