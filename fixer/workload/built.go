package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds the directories that the RUN instructions of root's make below the
// working directory.

// builtNames are the names of directories that compilers and bundlers make, each by the
// default of at least one: tsc and nest (dist by convention), vite, webpack, rollup,
// parcel, react-scripts (build), next (.next, out), nuxt (.nuxt, .output), svelte-kit,
// astro, remix, nyc.
var builtNames = strings.Fields("dist build out .next .nuxt .output .svelte-kit .astro .vinxi .parcel-cache .turbo coverage")

// installing are the commands of package managers that fill node_modules.
var installing = map[string]bool{"": true, "install": true, "ci": true, "i": true, "add": true, "clean-install": true}

// onlyNamed are programs that make only what their arguments name.
var onlyNamed = map[string]bool{"mkdir": true, "touch": true, "chown": true, "chmod": true, "rm": true, "rmdir": true, "ln": true, "cp": true, "mv": true, "curl": true, "wget": true, "corepack": true, "sed": true}

// maxBuildSources bounds the sources of the build that are read.
const maxBuildSources = 50

// MayBeBuilt reports whether a RUN of root's may have made a directory that no COPY
// brings, and all directories below it: by a program that writes where it is called. Which
// names those give is known, or said by their settings and scripts.
func (w *Workload) MayBeBuilt(dir string) bool {
	b := w.buildings()
	switch {
	case path.Base(path.Dir(dir)) == "node_modules" || path.Base(dir) == "node_modules":
		return b.installs
	case !b.runs:
		return false
	case slices.Contains(builtNames, path.Base(dir)):
		return true
	}
	return slices.ContainsFunc(b.paths, func(p string) bool { return Within(p, dir) })
}

// Makes reports whether a RUN of root's is known to make a file that no COPY brings: a file
// tool, or a source that it runs, names it.
func (w *Workload) Makes(file string) bool {
	return slices.Contains(w.buildings().paths, file) && !w.Origin(file).Copied
}

// buildings is what the RUN instructions of root's make.
type buildings struct {
	runs     bool     // programs that may make directories where they are called
	installs bool     // the packages of the application
	paths    []string // what they are known to write
	sources  []string // that they run
}

// buildings finds it once.
func (w *Workload) buildings() *buildings {
	if w.built != nil {
		return w.built
	}
	w.built = &buildings{}
	sources := &started{}
	for _, s := range w.in.Run.Steps {
		if s.In.Name() == "RUN" && stage.IsRoot(s.Before.User.Text) && Within(s.Before.Workdir.Text, w.in.Run.Final.Workdir.Text) {
			w.builtBy(s, sources)
		}
	}
	dirs := map[string]string{}
	w.built.sources = sources.names[:min(len(sources.names), maxBuildSources)]
	for _, name := range w.built.sources {
		for _, one := range w.writesOf(w.in.Files.readSource(name), dirs) {
			w.built.paths = append(w.built.paths, one.Path)
		}
	}
	return w.built
}

// builtBy adds what a RUN makes, and the sources that it runs.
func (w *Workload) builtBy(s stage.Step, sources *started) {
	parsed, err := s.Script()
	if err != nil || parsed == nil {
		w.built.runs = true
		return
	}
	f := &follower{w: w, env: s.Before.Getenv, read: map[string]bool{}}
	script := &Script{Kind: CommandLine, Dir: s.Before.Workdir.Text}
	f.add(script, parsed)
	f.expand(script, nil, 0, 0)
	script.All(func(c *Command) bool {
		m := c.Manager
		switch {
		case m != nil && m.Script == "" && len(c.Runs) == 0:
			w.built.installs = w.built.installs || installing[m.Command]
		case !harmless[c.Name] && !onlyNamed[c.Name]:
			w.built.runs = true
		}
		for _, one := range c.writes() {
			if !one.Tree {
				w.built.paths = append(w.built.paths, one.Path)
			}
		}
		w.built.paths = append(w.built.paths, w.outDirs(c)...)
		sources.add(w, c.Name, c.Dir, append(slices.Clip(c.Args), c.Program))
		return true
	})
}

// outDirs returns the directories that settings of TypeScript, and options of compilers
// and bundlers, name for what they make.
func (w *Workload) outDirs(c *Command) (dirs []string) {
	for i, a := range c.Args {
		for _, option := range []string{"--outDir", "--out-dir", "--outdir", "-d", "--dist-dir", "--output-path"} {
			value, joined := strings.CutPrefix(a.Text, option+"=")
			word := shell.Word{Text: value, Known: a.Known}
			if a.Text == option && i+1 < len(c.Args) {
				word, joined = c.Args[i+1], true
			}
			if dir, ok := word.In(c.Dir); ok && joined && path.IsAbs(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	if !slices.Contains([]string{"tsc", "nest", "tsup", "tsc-alias"}, c.Name) || c.Dir == "" {
		return dirs
	}
	for _, name := range []string{"tsconfig.json", "tsconfig.build.json", "tsconfig.prod.json"} {
		text, err := w.read(w.Origin(path.Join(c.Dir, name)).Name)
		for _, m := range outDir.FindAllStringSubmatch(text, maxMatches) {
			if err == nil {
				dirs = append(dirs, path.Join(c.Dir, m[1]))
			}
		}
	}
	return dirs
}

// OnlyBuilds reports whether a source runs in the build and not in the container: a RUN
// runs it, nothing starts it, and no other source names it as an import does.
func (w *Workload) OnlyBuilds(name string) bool {
	if !slices.Contains(w.buildings().sources, name) || slices.Contains(w.started().names, name) {
		return false
	}
	stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
	for _, s := range w.in.Files.NodeProcess().read().list {
		if s.name == name || slices.Contains(w.built.sources, s.name) || !s.code {
			continue
		}
		for _, end := range []string{"'", `"`, "`", ".js", ".mjs", ".cjs", ".ts"} {
			if strings.Contains(s.text, "/"+stem+end) {
				return false
			}
		}
	}
	return true
}
