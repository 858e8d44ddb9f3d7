package split

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file decides whether the build steps after the install can move into its stage.

// buildTools are what a build step and its scripts may call: their output is
// in the working directory, unless their arguments say otherwise.
var buildTools = strings.Fields(`npm yarn pnpm npx node echo set test [ true env cross-env mkdir mkdirp rm rimraf del-cli cp cpx cpy copyfiles mv chmod shx
	run-s run-p npm-run-all tsc tsc-alias tspc ttsc swc babel esbuild tsup rollup webpack webpack-cli parcel gulp grunt vite vue-tsc vue-cli-service
	ng nest next nuxt nuxi astro svelte-kit remix react-scripts sass node-sass postcss tailwindcss eslint prettier`)

// buildStage makes the stage that installs continue to the last build step: then
// the last stage copies its directory, without dev dependencies. The error says
// why it can't.
func (sp *Split) buildStage(last int) error {
	if sp.in.Tool != "npm" {
		return fmt.Errorf("line %d builds with them", sp.run.Steps[last].In.Line)
	}
	switch {
	case sp.in.Call.Has("--force", "-f", "--no-optional", "--optional=false"):
		return errors.New("npm prune may not accept, or complete, what it installs with its flags")
	case tokenIn(sp.project.Npmrc):
		return errors.New(".npmrc has a token, and would be copied with the rest")
	case sp.project.Lock.Has("prisma") || sp.project.Lock.Has("@prisma/client"):
		return errors.New("the client of Prisma is generated into node_modules")
	}
	switch outer := sp.pass.Files().OuterOutput(); {
	case outer.Gap != workload.Gap{}:
		return fmt.Errorf("%s may name a directory outside: %s", outer.File(), outer.Gap.What)
	case !outer.None():
		return fmt.Errorf("%s names a directory outside, where a build may write", outer.File())
	}
	dir := sp.in.Step.Before.Workdir.Text
	for _, s := range sp.run.Steps[sp.first : last+1] {
		line := s.In.Line
		switch s.In.Name() {
		case "COPY", "ADD":
			if c, ok := s.Before.Copy(s.In); !ok || !workload.Within(c.Dest, dir) {
				return fmt.Errorf("line %d builds with them, and line %d copies to elsewhere", sp.run.Steps[last].In.Line, line)
			}
		case "RUN":
			if err := sp.buildsInside(s); err != nil {
				return err
			}
		default:
			return fmt.Errorf("line %d builds with them, and the image needs line %d", sp.run.Steps[last].In.Line, line)
		}
		if !stage.IsRoot(s.Before.User.Text) {
			return fmt.Errorf("line %d runs as %s", line, s.Before.User.Text)
		}
	}
	for _, s := range sp.run.Steps[last+1:] {
		if s.In.Name() == "RUN" && steps.IsInert(s) && strings.Contains(s.In.Logical, "node_modules") {
			return fmt.Errorf("line %d changes node_modules", s.In.Line)
		}
	}
	sp.last, sp.prune = last, "npm prune "+sp.omitFlag()
	if version, _ := sp.pass.Workload(sp.run).NPMAt(sp.run.Steps[last]); !version.AtLeast(7, 0) {
		sp.prune = "npm prune --production" // which does not support "only"
	}
	if sp.in.LegacyPeers {
		sp.prune += " --legacy-peer-deps" // otherwise it would install the peers
	}
	return nil
}

// buildsInside fails unless the output of a RUN stays in the working directory.
func (sp *Split) buildsInside(s stage.Step) error {
	line := s.In.Line
	scripts, err := sp.scriptsOf(s)
	if err != nil {
		return err
	}
	for _, script := range scripts {
		for _, c := range script.Calls {
			if _, install := installs.ReadCall(c); install || leavesNothing(c) {
				continue
			}
			if !slices.Contains(buildTools, c.Name) || c.Name == "npm" && scriptOf(sp.run, c) == "" || c.Name == "npx" && !runsBuildTool(c) {
				return fmt.Errorf("line %d calls %s, and what that makes is not known", line, installs.ProgramName(c.Name))
			}
			for _, a := range c.Args {
				if leavesDir(a) {
					return fmt.Errorf("line %d builds with them, and perhaps to somewhere else (%s)", line, a.Raw)
				}
			}
			if file := sp.nodeScript(s, c); file != "" {
				if outside := sp.pass.Files().WritesOutside(file); !outside.None() {
					return fmt.Errorf("line %d runs %s, which may write outside of its directory", line, outside.Place())
				}
			}
		}
		for _, w := range script.Writes {
			if leavesDir(w.Word) {
				return fmt.Errorf("line %d writes %s", line, w.Raw)
			}
		}
	}
	return nil
}

// scriptsOf returns the script of a RUN, and those of package.json that it calls.
func (sp *Split) scriptsOf(s stage.Step) ([]*shell.Script, error) {
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return nil, fmt.Errorf("line %d can't be read", s.In.Line)
	}
	scripts := []*shell.Script{script}
	seen := map[string]bool{}
	for i := 0; i < len(scripts); i++ {
		for _, c := range scripts[i].Calls {
			if _, install := installs.ReadCall(c); install || leavesNothing(c) {
				continue
			}
			name := scriptOf(sp.run, c)
			if !slices.Contains([]string{"npm", "yarn", "pnpm"}, c.Name) || name == "" || seen[name] {
				continue
			}
			seen[name] = true
			for _, n := range []string{"pre" + name, name, "post" + name} {
				inner, err := shell.Parse(sp.project.Manifest.Scripts[n], nil)
				if err != nil {
					return nil, fmt.Errorf("the script %q of package.json can't be understood", n)
				}
				scripts = append(scripts, inner)
			}
		}
	}
	return scripts, nil
}

// runsBuildTool reports whether npx is called with nothing but a build tool.
func runsBuildTool(npx shell.Call) bool {
	return len(npx.Args) > 0 && npx.Args[0].Known && slices.Contains(buildTools, npx.Args[0].Text)
}

// leavesDir reports whether a word may name something outside the working
// directory.
func leavesDir(w shell.Word) bool {
	return !w.Known && strings.ContainsAny(w.Raw, "$`") || strings.HasPrefix(w.Text, "/") || strings.HasPrefix(w.Raw, "~") || strings.Contains(w.Text, "=/") || strings.Contains(w.Text, "..")
}
