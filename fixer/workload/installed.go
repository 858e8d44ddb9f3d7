package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds packages of Python that a RUN installs: they run from the interpreter's
// directories, and what they compute from their own location lies there, not where COPY puts
// their sources.

// fromWorkdir are the programs that look for modules in their working directory first
// (docs.python.org, "sys.path"; the documentation of each). Scripts that pip makes look only
// among what is installed.
var fromWorkdir = lazyregexp.New(`^(python[0-9.]*|gunicorn|uvicorn|hypercorn|granian|daphne|waitress-serve|flask|celery|streamlit|django-admin)$`)

// importOptions are the options by which those look elsewhere.
var importOptions = strings.Fields("--app-dir --chdir --pythonpath --working-dir --workdir")

// installedSource is where a source of an installed package runs from.
type installedSource struct {
	dir    string // "" where it is not installed
	prefix string // of the interpreter
}

// installedAs returns where a source of Python runs from if a RUN installs its package. Its
// directory is "" where it runs from where COPY puts it, or perhaps does.
func (w *Workload) installedAs(source string) installedSource {
	if path.Ext(source) != ".py" {
		return installedSource{}
	}
	as, seen := w.installed[source]
	if !seen {
		as = w.findInstalled(source)
		if w.installed == nil {
			w.installed = map[string]installedSource{}
		}
		w.installed[source] = as
	}
	return as
}

func (w *Workload) findInstalled(source string) installedSource {
	if !w.installsProject(source) {
		return installedSource{}
	}
	parent := w.in.Files.parentOfPackage(source)
	if file, copied := w.in.Run.Destination(source); copied {
		if w.importsFrom(path.Clean(strings.TrimSuffix(file, relativeTo(parent, source)))) {
			return installedSource{}
		}
	}
	prefix, packages := w.interpreter()
	return installedSource{path.Join(packages, relativeTo(parent, path.Dir(source))), prefix}
}

// parentOfPackage returns the directory of the context from which the package of a source is
// imported.
func (f *Files) parentOfPackage(source string) string {
	parent := path.Dir(source)
	for dir := parent; dir != "."; dir = path.Dir(dir) {
		if _, err := f.Stat(path.Join(dir, "__init__.py")); err == nil {
			parent = path.Dir(dir)
		}
	}
	return parent
}

// importsFrom reports whether the start looks for modules in a directory, or may.
func (w *Workload) importsFrom(dir string) bool {
	if list, set := w.in.Run.Final.EnvVar("PYTHONPATH"); set && slices.Contains(strings.Split(list, ":"), dir) {
		return true
	}
	return slices.ContainsFunc(w.Launches(), func(l Launch) bool {
		if !fromWorkdir.MatchString(l.Name) {
			return false
		}
		return l.Dir == dir || slices.ContainsFunc(l.Args, func(a shell.Word) bool {
			name, _, _ := strings.Cut(a.Text, "=")
			file, known := a.In(l.Dir)
			return slices.Contains(importOptions, name) || known && path.Ext(file) == ".py" && path.Dir(file) == dir
		})
	})
}

// installsProject reports whether a RUN of a stage installs a directory that holds the source,
// and not a link to it.
func (w *Workload) installsProject(source string) bool {
	for _, n := range w.in.Run.Node.Graph().Nodes {
		run := n.Eval(nil)
		file, copied := run.Destination(source)
		if !copied {
			continue
		}
		for _, s := range run.Exclusive() {
			script, err := s.Script()
			if s.In.Name() != "RUN" || err != nil || script == nil {
				continue
			}
			for _, c := range script.Calls {
				dir, known := c.In(s.Before.Workdir.Text)
				if known && slices.ContainsFunc(projects(c), func(project string) bool {
					return Within(file, path.Join(dir, project)) || path.IsAbs(project) && Within(file, project)
				}) {
					return true
				}
			}
		}
	}
	return false
}

// projects returns the directories whose packages a call installs, or makes a wheel of, as
// written.
func projects(c shell.Call) (list []string) {
	args := c.Args
	named := func(i int, words ...string) bool { return i < len(args) && slices.Contains(words, args[i].Text) }
	switch isPython := fromWorkdir.MatchString(c.Name); {
	case isPython && named(0, "setup.py") && named(1, "install"), isPython && named(0, "-m") && named(1, "build"),
		(c.Name == "poetry" || c.Name == "hatch" || c.Name == "pdm" || c.Name == "uv") && named(0, "build"),
		c.Name == "uv" && named(0, "sync") && c.Has("--no-editable") && !c.Has("--no-install-project", "--no-install-workspace"):
		return []string{"."}
	case isPython && named(0, "-m") && named(1, "pip"):
		args = args[2:]
	case c.Name == "uv" && named(0, "pip"):
		args = args[1:]
	case !strings.HasPrefix(c.Name, "pip"):
		return nil
	}
	if !named(0, "install", "wheel") {
		return nil
	}
	for i, a := range args {
		directory, _, _ := strings.Cut(a.Text, "[") // with extras
		isDir := directory == "." || strings.HasPrefix(directory, "./") || strings.HasPrefix(directory, "/")
		if isDir && path.Ext(directory) == "" && !strings.HasPrefix(args[i-1].Text, "-") || isDir && directory == "." && !named(i-1, "-e", "--editable", "-t", "--target", "-r", "-c", "-w") {
			list = append(list, directory)
		}
	}
	return list
}

// interpreter returns the prefix of the interpreter that the start finds, and the directory of
// its packages, with a pattern where the version is not known.
func (w *Workload) interpreter() (prefix, packages string) {
	final := w.in.Run.Final
	version := "3.*"
	full, _ := final.EnvVar("PYTHON_VERSION")
	if parts := strings.SplitN(full, ".", 3); len(parts) == 3 {
		version = parts[0] + "." + parts[1]
	}
	prefix, set := final.EnvVar("VIRTUAL_ENV")
	if list, known := final.EnvVar("PATH"); known && !set {
		first, _, _ := strings.Cut(list, ":")
		if path.Base(first) == "bin" && strings.Contains(first, "env") {
			prefix, set = path.Dir(first), true
		}
	}
	switch {
	case set:
	case w.installsPython():
		return "/usr", "/usr/local/lib/python" + version + "/dist-packages" // Debian's
	default:
		prefix = "/usr/local"
	}
	return prefix, path.Join(prefix, "lib/python"+version+"/site-packages")
}

// installsPython reports whether Python is a package of the distribution.
func (w *Workload) installsPython() bool {
	return slices.ContainsFunc(w.in.Run.Steps, func(s stage.Step) bool {
		script, err := s.Script()
		return s.In.Name() == "RUN" && err == nil && script != nil && slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
			return (c.Name == "apt-get" || c.Name == "apt") && c.Has("python3", "python3-pip", "python3-venv")
		})
	})
}
