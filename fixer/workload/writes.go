package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file lists what a container writes.

// writers are the programs that write below their working directory at every
// start; "" means a call without any of the listed subcommands.
var writers = map[string]string{
	"react-scripts": "start", "react-app-rewired": "start", "craco": "start", "vite": "", "next": "dev start build", "nuxt": "", "nuxi": "",
	"gatsby": "develop build serve", "ng": "serve build", "vue-cli-service": "serve build", "webpack-dev-server": "", "webpack": "", "parcel": "", "astro": "",
	"svelte-kit": "", "expo": "start", "remix": "dev build", "docusaurus": "start build serve", "strapi": "develop build", "tsc": "", "tsc-watch": "",
	"nest": "start build", "medusa": "develop start", "gulp": "", "grunt": "", "prisma": "generate", "vuepress": "dev build", "hexo": "", "eleventy": "", "snowpack": "", "storybook": "", "start-storybook": "", "ember": "", "quasar": "",
	"keystone": "dev build", "keystone-next": "dev build", "vitepress": "dev build", "gitbook": "serve build", "ionic": "serve build", "rollup": "",
	"firebase": "",                                            // firebase-debug.log, with each command
	"rails":    "server s",                                    // tmp/pids, tmp/cache and log
	"jupyter":  "", "jupyter-lab": "", "jupyter-notebook": "", // notebooks and their checkpoints
	"jekyll": "serve build",
	"cargo":  "watch run build",                                                                        // target
	"dotnet": "watch run build",                                                                        // bin and obj
	"gradle": "", "gradlew": "", "mvn": "", "mvnw": "", "sbt": "", "lein": "", "mix": "run phx.server", // build, target, _build
}

// modulesWriters are programs that keep a cache in node_modules while they serve,
// with the subcommands that do; "" means all (vite.dev, "cacheDir" and the
// compiled configuration in .vite-temp; babel-loader and terser, by find-cache-dir).
var modulesWriters = map[string]string{
	"vite": "", "react-scripts": "start", "craco": "start", "react-app-rewired": "start", "vue-cli-service": "serve", "astro": "dev preview", "nuxt": "dev", "nuxi": "dev",
	"gatsby": "develop", "webpack-dev-server": "", "storybook": "dev", "start-storybook": "", "parcel": "serve watch", "quasar": "dev", "expo": "start", "vitepress": "dev",
	"babel-node": "",
}

// inTable reports whether a table of programs contains the call.
func inTable(table map[string]string, c shell.Call) bool {
	subs, ok := table[c.Name]
	return ok && (subs == "" || c.Has(strings.Fields(subs)...))
}

// Rewrites returns the program's name, with its subcommand where that matters, if the
// command writes files below its directory at every start without naming them; "" if
// that is not known of it.
func (c *Command) Rewrites() string {
	switch {
	case inTable(writers, c.Call):
		return c.Name
	case (c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm" || c.Name == "bun") && c.Has("install", "i", "ci", "add", "rebuild", "link"):
		return c.Name + " " + c.Args[0].Text
	case c.Name == "yarn" && len(c.Args) == 0:
		return "yarn"
	case c.Name == "git" && changesTree(c.Call):
		return "git"
	}
	return ""
}

// gitWriters are the subcommands of git that change the working tree or the
// repository ("Git User Manual", git-scm.com).
var gitWriters = strings.Fields("clone pull fetch checkout switch restore reset merge rebase stash clean commit add init submodule worktree")

// changesTree reports whether a call of git has a subcommand that writes, or an
// unknown one.
func changesTree(c shell.Call) bool {
	_, operands := c.Options(func(o string) bool { return slices.Contains([]string{"-C", "-c", "--git-dir", "--work-tree"}, o) })
	return len(operands) > 0 && (!operands[0].Known || slices.Contains(gitWriters, operands[0].Text))
}

// CachesInModules reports whether the command keeps a cache in node_modules.
func (c *Command) CachesInModules() bool { return inTable(modulesWriters, c.Call) }

// fileTools change the files in their arguments.
var fileTools = strings.Fields("cp mv ln mkdir touch tee install rm chmod rsync unlink")

// Changes returns the words of a command that name files which it makes, changes or
// removes.
func (c *Command) Changes() (files []shell.Word) {
	if !slices.Contains(fileTools, c.Name) && !inPlace(c.Call) {
		return outputs(c.Call)
	}
	_, files = c.Options(func(o string) bool { return c.Name == "sed" && (o == "-e" || o == "-f") })
	if c.Name == "sed" && !c.Has("-e", "-f") && len(files) > 0 {
		files = files[1:] // the script
	}
	if c.Name == "chmod" && len(files) > 1 && chmodMode.MatchString(files[0].Text) {
		files = files[1:]
	}
	return files
}

// chmodMode matches the operand of chmod that names no file.
var chmodMode = lazyregexp.New(`^([0-7]+|[ugoa]*[-+=][-+=,rwxXstugoa]*)$`)

// inPlace reports whether a sed changes its files: -i, -Ei, -i.bak, --in-place=….
func inPlace(c shell.Call) bool {
	values, _ := c.Options(func(o string) bool { return o == "-e" || o == "-f" })
	_, short := values["-i"]
	_, long := values["--in-place"]
	return c.Name == "sed" && (short || long)
}

// Write is a file or directory that the container writes.
type Write struct {
	Path string // absolute and clean
	// Tree: it is a directory, below which the container writes files that are not
	// named.
	Tree bool
	// Sure: a command of the start or a call of a source writes it. It is false if
	// only the name of a variable or of a constant suggests it.
	Sure bool
	// By is what writes it: a program of the start, a source, a variable.
	By       string
	Place    Place    // of the script, source or variable; its File is "" for a command line
	Command  *Command // of the start; nil for the others
	Variable string   // that names the path; "" for none
}

// Writes returns what the container is known to write: what the start redirects
// output to and changes by file tools, what known programs write next to the
// application, the directories that variables of the image and of its deployments
// name for data, and what the sources write or keep data in. Writes to unknown places
// are not listed: see [Workload.Gaps].
func (w *Workload) Writes() (list []Write) {
	list = slices.Concat(w.startWrites(), w.variableWrites(), w.nodeOptionWrites(), w.environmentOptions(), w.argumentWrites(), w.packageWrites(), w.SourceWrites(), w.configuration().writes)
	type key struct{ path, by string }
	seen := map[key]bool{}
	return slices.DeleteFunc(list, func(one Write) bool {
		k := key{one.Path, one.By}
		again := seen[k]
		seen[k] = true
		return again
	})
}

// startWrites returns those of Writes that are the commands' of the start.
func (w *Workload) startWrites() (list []Write) {
	w.eachScript(func(s *Script) {
		for _, r := range s.Writes {
			if r.File != "" {
				list = append(list, Write{Path: r.File, Sure: true, By: "the start", Place: s.Place})
			}
		}
		for _, c := range s.Commands {
			list = append(append(list, c.writes()...), w.denoWrites(c)...)
		}
	})
	return list
}

// eachScript visits the scripts of the start.
func (w *Workload) eachScript(visit func(*Script)) {
	var all func(s *Script)
	all = func(s *Script) {
		visit(s)
		for _, c := range s.Commands {
			for _, inner := range c.Runs {
				all(inner)
			}
		}
	}
	if start := w.Start(); start != nil {
		all(start)
	}
}

func (c *Command) writes() (list []Write) {
	for _, word := range c.Changes() {
		if file, ok := word.In(c.Dir); ok && path.IsAbs(file) {
			list = append(list, Write{Path: file, Sure: true, By: c.Name, Place: c.In.Place, Command: c})
		}
	}
	if by := c.Rewrites(); by != "" && c.Dir != "" {
		list = append(list, Write{Path: c.Dir, Tree: true, Sure: true, By: by, Place: c.In.Place, Command: c})
	}
	return list
}

// ownModules matches the setting by which deno keeps packages of npm beside its
// configuration, and makes them at the start (docs.deno.com, "nodeModulesDir").
var ownModules = lazyregexp.New(`"nodeModulesDir"\s*:\s*(?:"auto"|true)`)

// denoWrites returns the directory in which deno makes node_modules.
func (w *Workload) denoWrites(c *Command) []Write {
	if c.Name != "deno" || c.Dir == "" {
		return nil
	}
	for _, name := range []string{"deno.json", "deno.jsonc"} {
		if text, err := w.read(w.Origin(path.Join(c.Dir, name)).Name); err == nil && ownModules.MatchString(text) {
			return []Write{{Path: c.Dir, Tree: true, Sure: true, By: c.Name, Place: c.In.Place, Command: c}}
		}
	}
	return nil
}

// variableWrites returns the paths that variables name and the application writes.
func (w *Workload) variableWrites() (list []Write) {
	run := w.in.Run
	for _, s := range run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.EnvCommand)
		if !ok {
			continue
		}
		for _, kv := range cmd.Env {
			value, known := s.Before.Expand(kv.Value)
			if kv.Key == "NODE_OPTIONS" && known {
				list = append(list, nodeWrites(strings.Fields(value), run.Final.Workdir.Text, kv.Key, Place{File: run.Node.Graph().File.Name(), Line: s.In.Line})...)
			}
			if dir, ok := w.pathOfVariable(kv.Key, value); ok && known {
				list = append(list, Write{Path: dir, Tree: true, By: kv.Key, Variable: kv.Key, Place: Place{File: run.Node.Graph().File.Name(), Line: s.In.Line}})
			}
		}
	}
	for _, d := range w.in.Deployments {
		for _, v := range d.Env {
			if v.Name == "NODE_OPTIONS" && v.Known {
				list = append(list, nodeWrites(strings.Fields(v.Value), run.Final.Workdir.Text, v.Name, v.Place)...)
			}
			if dir, ok := w.pathOfVariable(v.Name, v.Value); ok && v.Known && !d.onlyReads(v.Value) {
				list = append(list, Write{Path: dir, Tree: true, By: v.Name, Variable: v.Name, Place: v.Place})
			}
		}
	}
	return list
}

// SourceWrites returns those of Writes that the sources have, each of their lines: absolute,
// from the working directory, or from the location of the source in the image.
func (w *Workload) SourceWrites() (list []Write) {
	dirs := map[string]string{}
	w.eachSources(func(s *Sources) { list = append(list, w.writesOf(s, dirs)...) })
	return list
}

// writesOf returns the writes of some sources. dirs caches the directories of the
// sources in the image.
func (w *Workload) writesOf(sources *Sources, dirs map[string]string) (list []Write) {
	final := w.in.Run.Final
	for _, p := range sources.Paths {
		if _, set := final.EnvVar(p.Variable); p.Kind == Mentioned || p.Variable != "" && set {
			continue // the variable's value counts
		}
		list = append(list, Write{Path: p.Path, Tree: p.Tree, Sure: p.Kind == Written, By: p.Place.File, Place: p.Place})
	}
	for _, r := range sources.RelativeWrites {
		if _, set := final.EnvVar(r.Variable); r.Variable != "" && set {
			continue
		}
		for _, file := range w.filesOf(r, dirs) {
			list = append(list, Write{Path: file, Tree: r.Tree, Sure: r.Kind == Written, By: r.Place.File, Place: r.Place})
		}
	}
	for _, l := range sources.locations {
		dir, copied := w.in.Run.Destination(l.Place.File)
		if !copied || !w.writesAnywhere() {
			continue
		}
		for _, file := range w.compiledWrites(l, path.Dir(dir)) {
			list = append(list, Write{Path: file, Tree: true, Sure: true, By: l.Place.File, Place: l.Place})
		}
	}
	return list
}

// filesOf returns the absolute paths of what a source writes, none if they are not known:
// beside the source, and beside what a RUN compiles it to. If no COPY is known to bring the
// source, what lies next to it is taken to lie below the working directory. dirs caches the
// directories of the sources in the image.
func (w *Workload) filesOf(r RelativeWrite, dirs map[string]string) []string {
	workdir := w.in.Run.Final.Workdir
	if r.OfSource {
		source := r.Place.File
		switch as := w.installedAs(source); {
		case as.dir != "" && r.InPrefix != "":
			return []string{path.Join(as.prefix, r.InPrefix)}
		case as.dir != "":
			return []string{path.Join(as.dir, relativeTo(path.Dir(source), r.Path))}
		}
		dir, seen := dirs[source]
		if !seen {
			if file, ok := w.in.Run.Destination(source); ok {
				dir = path.Dir(file)
			}
			dirs[source] = dir
		}
		if dir != "" {
			return append(w.compiledWrites(r, dir), path.Join(dir, relativeTo(path.Dir(source), r.Path)))
		}
	}
	if !workdir.Known {
		return nil
	}
	return []string{path.Join(workdir.Text, r.Path)}
}

// relativeTo returns a path relative to a directory, both clean and relative to the
// same root. The directory lies below that root.
func relativeTo(dir, file string) string {
	up := strings.Split(dir, "/")
	if dir == "." {
		up = nil
	}
	down := strings.Split(file, "/")
	for len(up) > 0 && len(down) > 0 && up[0] == down[0] {
		up, down = up[1:], down[1:]
	}
	return path.Join(strings.Repeat("../", len(up)), path.Join(down...))
}
