package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file looks at what stands behind the install, and decides what becomes of
// the dev dependencies.

// later decides between two stages and a build stage, and whether dev
// dependencies go.
func (sp *split) later() error {
	builds := -1 // the last step that calls more than inert programs
	if sp.also != "" {
		builds = sp.in.at
	}
	for i, s := range sp.run.Steps[sp.in.at+1:] {
		if s.In.Name() == "RUN" && !isInert(s) {
			builds = sp.in.at + 1 + i
		}
		if s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "prune") {
			return fmt.Errorf("line %d prunes what is installed", s.In.Node.StartLine)
		}
		if s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "npm link") {
			return fmt.Errorf("line %d links what is installed", s.In.Node.StartLine)
		}
	}
	sp.devDependencies(builds)
	if sp.also != "" && sp.prune == "" {
		return fmt.Errorf("its RUN calls %s too", sp.also)
	}
	return nil
}

// devDependencies decides whether they go, and how: the install leaves them out,
// or the stage that builds prunes them behind the step builds.
func (sp *split) devDependencies(builds int) {
	if sp.in.withoutDev || sp.in.production() && sp.in.knownNodeEnv() {
		return // it leaves them out itself
	}
	if sp.stay = sp.needsDev(); sp.stay != "" {
		return
	}
	flag := sp.omitFlag()
	switch {
	case flag == "":
		sp.stay = "which flag leaves them out depends on the npm of the image, which is not known"
	case builds < 0:
		sp.omit = flag
	default:
		if err := sp.buildStage(builds); err != nil {
			sp.stay = err.Error()
		}
	}
}

// omitFlag leaves dev dependencies out (npm documentation, "omit", since npm 7;
// npm 6 knows "only"; Yarn 1 and pnpm).
func (sp *split) omitFlag() string {
	switch sp.in.tool {
	case "yarn":
		return "--production"
	case "pnpm":
		return "--prod"
	}
	switch major, known := npmMajor(sp.pass, sp.run, sp.in.at); {
	case !known:
		return ""
	case major >= 7:
		return "--omit=dev"
	}
	return "--only=production"
}

// buildTools are what a build step and its scripts may call: what they make lies
// in the working directory, unless their arguments say otherwise.
var buildTools = strings.Fields(`npm yarn pnpm npx node echo set test [ true env cross-env mkdir mkdirp rm rimraf del-cli cp cpx cpy copyfiles mv chmod shx
	run-s run-p npm-run-all tsc tsc-alias tspc ttsc swc babel esbuild tsup rollup webpack webpack-cli parcel gulp grunt vite vue-tsc vue-cli-service
	ng nest next nuxt nuxi astro svelte-kit remix react-scripts sass node-sass postcss tailwindcss eslint prettier`)

// buildStage makes the stage that installs go on to the last build step: then
// the last stage copies its directory, without dev dependencies. The error says
// why it can't.
func (sp *split) buildStage(last int) error {
	if sp.in.tool != "npm" {
		return fmt.Errorf("line %d builds with them", sp.run.Steps[last].In.Node.StartLine)
	}
	switch {
	case tokenIn(sp.project.npmrc):
		return errors.New(".npmrc has a token, and would be copied with the rest")
	case sp.project.lock.Has("prisma") || sp.project.lock.Has("@prisma/client"):
		return errors.New("Prisma generates its client into node_modules")
	}
	dir := sp.in.step.Before.Workdir.Text
	for _, s := range sp.run.Steps[sp.first : last+1] {
		line := s.In.Node.StartLine
		switch s.In.Name() {
		case "COPY", "ADD":
			if c, ok := s.Before.Copy(s.In); !ok || !within(c.Dest, dir) {
				return fmt.Errorf("line %d builds with them, and line %d copies to elsewhere", sp.run.Steps[last].In.Node.StartLine, line)
			}
		case "RUN":
			if err := sp.buildsInside(s); err != nil {
				return err
			}
		default:
			return fmt.Errorf("line %d builds with them, and the image needs line %d", sp.run.Steps[last].In.Node.StartLine, line)
		}
		if !isRoot(s.Before.User.Text) {
			return fmt.Errorf("line %d runs as %s", line, s.Before.User.Text)
		}
	}
	for _, s := range sp.run.Steps[last+1:] {
		if s.In.Name() == "RUN" && isInert(s) && strings.Contains(s.In.Logical, "node_modules") {
			return fmt.Errorf("line %d changes node_modules", s.In.Node.StartLine)
		}
	}
	sp.last, sp.prune = last, "npm prune "+sp.omitFlag()
	if major, _ := npmMajor(sp.pass, sp.run, last); major < 7 {
		sp.prune = "npm prune --production" // which does not know "only"
	}
	return nil
}

// buildsInside makes sure that what a RUN makes stays in the working directory.
func (sp *split) buildsInside(s chain.Step) error {
	line := s.In.Node.StartLine
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return fmt.Errorf("line %d can't be read", line)
	}
	scripts := []*shell.Script{script}
	seen := map[string]bool{}
	for len(scripts) > 0 {
		script, scripts = scripts[0], scripts[1:]
		for _, c := range script.Calls {
			if _, install := readInstall(c); install || leavesNothing(c) {
				continue
			}
			if name := scriptName(c); slices.Contains([]string{"npm", "yarn", "pnpm"}, c.Name) && name != "" && !seen[name] {
				seen[name] = true
				for _, n := range []string{"pre" + name, name, "post" + name} {
					inner, err := shell.Parse(sp.project.manifest.Scripts[n], nil)
					if err != nil {
						return fmt.Errorf("the script %q of package.json can't be understood", n)
					}
					scripts = append(scripts, inner)
				}
			}
			if !slices.Contains(buildTools, c.Name) || c.Name == "npm" && scriptName(c) == "" {
				return fmt.Errorf("line %d calls %s, and what that makes is not known", line, orSomething(c.Name))
			}
			for _, a := range c.Args {
				if leavesDir(a) {
					return fmt.Errorf("line %d builds with them, and perhaps to somewhere else (%s)", line, a.Raw)
				}
			}
		}
		for _, w := range script.Writes {
			if leavesDir(w) {
				return fmt.Errorf("line %d writes %s", line, w.Raw)
			}
		}
	}
	return nil
}

// leavesDir reports whether a word may name something outside the working
// directory.
func leavesDir(w shell.Word) bool {
	return !w.Known && strings.ContainsAny(w.Raw, "$`") || strings.HasPrefix(w.Text, "/") || strings.HasPrefix(w.Raw, "~") || strings.Contains(w.Text, "=/") || strings.Contains(w.Text, "..")
}

// owned says who owns what the install makes, where it's not root's.
func (sp *split) owned() error {
	user := sp.in.step.Before.User
	if user.Known && isRoot(user.Text) {
		return nil
	}
	if !user.Known {
		return errors.New("who installs is not known")
	}
	base, err := sp.pass.Base(sp.run.Node, baseimage.AskConfig|baseimage.AskUsers)
	if err != nil {
		return err
	}
	id, ok := lookup(sp.run.Node.Eval(base).Steps[sp.in.at].Before, user.Text)
	if !ok || id.group == "" {
		return fmt.Errorf("the group of the user %s, who installs, is not known", user.Text)
	}
	sp.owner = id.owner()
	return nil
}
