package split

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file determines whether the final command needs the dev dependencies.

// needsDev returns what may need them, "" if nothing does.
func (sp *Split) needsDev() string {
	switch {
	case sp.in.WithDev:
		return "it asks for them"
	case sp.project.Lock == nil:
		return "the lock file is not analyzed"
	case !sp.in.KnownNodeEnv():
		return "NODE_ENV depends on a build argument"
	}
	if scripts := sp.project.Manifest.InstallScripts(); len(scripts) > 0 && !sp.ignoresScripts() {
		return fmt.Sprintf("the script %q runs at install, and may use them", scripts[0])
	}
	gone := map[string]bool{}
	for _, name := range sp.project.Lock.DevOnly() {
		gone[name] = true
	}
	start := sp.pass.Workload(sp.run).Start()
	if start == nil {
		return "the start command can't be read"
	}
	for _, check := range []func() string{
		func() string { return sp.startNeeds(start, gone) },
		func() string { return sp.environmentNeeds(gone) },
		func() string { return sp.variableNames(gone) },
		func() string { return sp.healthNeeds(gone) },
		func() string { return sp.loadedByName(gone) },
		func() string { return loadedUnnamed(sp.project.Manifest, gone) },
	} {
		if reason := check(); reason != "" {
			return reason
		}
	}
	for _, d := range sp.pass.Deployments {
		if d.Command != nil || d.Entrypoint != nil || d.Job {
			return fmt.Sprintf("%s runs other commands in it", d.Place)
		}
	}
	if reason := sp.mentionedCommand(); reason != "" {
		return reason
	}
	if other := sp.pass.DirectoryFiles().OtherCommand(); !other.None() {
		return other.File() + " runs other commands in it"
	}
	q := workload.PackageQuery{
		Packages: gone, Listed: sp.project.Manifest.DevDependencies, Loaders: compilers, Programs: sp.project.Lock.DevPrograms(),
	}
	uses := sp.pass.Files().PackageUses()
	if use, found := uses.First(q); found && strings.Contains(path.Ext(use.Place.File), "js") {
		if only := sp.buildFiles(); only[use.Place.File] {
			uses = sp.pass.Files().PackageUsesWithout(only)
		}
	}
	return usedInSources(uses, q)
}

// usedInSources returns where the sources use one of the packages, "" if they don't.
func usedInSources(uses *workload.PackageUses, q workload.PackageQuery) string {
	use, found := uses.First(q)
	switch {
	case !found && len(uses.Gaps) > 0:
		return uses.Gaps[0].What
	case !found:
		return ""
	case use.Kind == workload.LoadsOthers:
		return fmt.Sprintf("%s uses %s, which compiles with others", use.Place, use.Package)
	case use.Kind == workload.ReachesInside:
		return fmt.Sprintf("%s reaches into node_modules", use.Place)
	case use.Kind == workload.StartsProgram:
		return fmt.Sprintf("%s starts other programs", use.Place)
	}
	return fmt.Sprintf("%s %s %s", use.Place, use.Kind, use.Package)
}

// startPrograms are programs of the system that a start command may call. What
// they call in turn is listed after them, or a file of the context.
var startPrograms = strings.Fields("node nodejs sh bash ash exec env tini dumb-init docker-entrypoint.sh echo printf cd set export test [ true sleep wait mkdir trap")

// startNeeds returns what in a script, and in what that runs, needs a package that
// would be gone.
func (sp *Split) startNeeds(script *workload.Script, gone map[string]bool) string {
	for _, w := range script.Words {
		if name := mentioned(w.Text, gone); name != "" {
			return fmt.Sprintf("the start command uses %s", name)
		}
	}
	for _, c := range script.Commands {
		if reason := sp.commandNeeds(c, gone); reason != "" {
			return reason
		}
	}
	return ""
}

func (sp *Split) commandNeeds(c *workload.Command, gone map[string]bool) string {
	for _, a := range c.Args {
		if strings.HasPrefix(c.Name, "node") && (workload.IsDevelopmentFile(a.Text) || strings.Contains(a.Text, ".bin/")) {
			return fmt.Sprintf("it starts %s, which is not followed", a.Text)
		}
	}
	if file := sp.ownFile(c.Call); file != "" {
		return fmt.Sprintf("it starts through %s, which is not followed", file)
	}
	switch {
	case c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm":
		if c.Manager.Script == "" || !c.Manager.Where.Here() || sp.project.Manifest.Scripts[c.Manager.Script] == "" {
			return fmt.Sprintf("what %s starts is not known", c.Name)
		}
		if c.Unread != "" {
			return fmt.Sprintf("the script %q can't be understood", c.Manager.Script)
		}
		for _, inner := range c.Runs {
			if reason := sp.startNeeds(inner, gone); reason != "" {
				return reason
			}
		}
		return ""
	case slices.Contains(startPrograms, c.Name):
		if file := scriptFile(c.Call); file != "" {
			return fmt.Sprintf("it starts through %s, which is not followed", file)
		}
	default:
		if production, known := sp.project.Lock.Program(c.Name); !known || !production || strings.Contains(c.Path, "/") {
			return fmt.Sprintf("the start command calls %s", installs.ProgramName(c.Name))
		}
	}
	if slices.Contains(pluginHosts, c.Name) {
		return fmt.Sprintf("the start command calls %s, which loads plugins", c.Name)
	}
	if compiler := compilerIn(c.Call); compiler != "" {
		return fmt.Sprintf("%s compiles at start, and may use some of them", compiler)
	}
	return ""
}

// pluginHosts are programs whose settings, which are not read, name packages.
var pluginHosts = strings.Fields(`gulp grunt webpack webpack-cli webpack-dev-server rollup tsup babel babel-node swc jest vitest karma eslint prettier
	postcss tailwindcss react-scripts vue-cli-service ng vite mocha`)

// ownFile returns the program that a call starts if it is not the base image's: a
// script of the application may have the name of any other. "" if it is.
func (sp *Split) ownFile(c shell.Call) string {
	if strings.Contains(c.Path, "/") && !path.IsAbs(c.Path) {
		return c.Path
	}
	load := sp.pass.Workload(sp.run)
	if file := load.Lookup(c.Path, sp.run.Final.Workdir.Text); file != "" {
		if o := load.Origin(file); o.Copied && o.From == "" {
			return c.Path
		}
	}
	for _, s := range sp.run.Steps {
		makes := slices.Contains([]string{"RUN", "COPY", "ADD"}, s.In.Name())
		if makes && c.Name == "docker-entrypoint.sh" && strings.Contains(steps.Text(s.In), c.Name) {
			return c.Path
		}
	}
	return ""
}

// healthNeeds returns what in the HEALTHCHECK lines needs a package that would be
// gone, "" for nothing.
func (sp *Split) healthNeeds(gone map[string]bool) string {
	for _, s := range sp.run.Steps {
		if s.In.Name() != "HEALTHCHECK" {
			continue
		}
		if name := mentioned(exitStatus.ReplaceAllString(s.In.Logical, ""), gone); name != "" {
			return fmt.Sprintf("line %d uses %s", s.In.Line, name)
		}
		if workload.CallsPackageManager(s.In.Logical) {
			return fmt.Sprintf("line %d runs a script of package.json", s.In.Line)
		}
	}
	return ""
}

// exitStatus matches the shell's own exit, of which there is a package too.
var exitStatus = lazyregexp.New(`\bexit \d+`)

// scriptOf returns the script of package.json that a call of a package manager runs, ""
// for none.
func scriptOf(run *stage.Evaluation, c shell.Call) string {
	if m := workload.ReadManager(c, run.Final.EnvVar); m != nil {
		return m.Script
	}
	return ""
}

// mentioned returns a package that a command names, "" for none.
func mentioned(text string, names map[string]bool) string {
	for name := range workload.PackageWords(text) {
		if names[name] {
			return name
		}
	}
	return ""
}

// scriptFile returns the script that a shell is called with.
func scriptFile(c shell.Call) string {
	if !slices.Contains([]string{"sh", "bash", "ash"}, c.Name) || len(c.Args) == 0 || strings.HasPrefix(c.Args[0].Text, "-") {
		return ""
	}
	return c.Args[0].Raw
}

// namedPackage returns the package that a word names, "" for none of these.
func namedPackage(word string, names map[string]bool) string {
	if name := workload.PackageOfWord(word); names[name] {
		return name
	}
	return ""
}
