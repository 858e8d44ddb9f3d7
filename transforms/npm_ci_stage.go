package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// NPMCIStage installs the dependencies in a stage of their own.
var NPMCIStage = &fixer.Transform{
	ID:     "npm-ci-stage",
	Title:  "install dependencies in a stage of their own",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Splits a stage that copies the manifest, installs, and copies the sources, by inserting lines: what stands in front of the
manifest becomes the stage base; deps, built from it, installs; the rest, built from base too, copies node_modules from
deps. Where a build step behind the install needs the dev dependencies, the stage is build, it prunes them at its end,
and the last stage copies its directory. Dev dependencies are left out where nothing that runs uses them.`,
		Why: `The image that runs keeps what only the installation needs: the package manager's cache (often more than the
application), tokens, and the dev dependencies with their known holes.`,
		Safety: `Whatever the file system of the image held in its working directory is there again: what was copied for the
install and does not come with a later COPY is copied again, but for an .npmrc with a token. Dev dependencies stay unless
the lock file tells all packages apart, the start command is followed to a program that stays and loads no plugins, no
source file of the context names one of them, reaches into node_modules or calls a package manager, no script runs at
install, and no compose file, script or README beside the Dockerfile runs other commands in the image; drivers of databases
stay, and what Babel loads. Left alone, with the reason: no lock file, or one that a command in front may have changed; a
node_modules that is there before the install; packages that install outside node_modules (puppeteer, playwright, cypress,
electron), dependencies on a directory, workspaces, Yarn's Plug'n'Play; a later RUN that wants the settings or the token of
the install; npm before 9 in a directory of another owner; scripts of package.json that run at install; a second install;
more than the install in its RUN; ONBUILD; a volume over the directory; a file that names stages by number. Unsafe where
the build context can't be read. Nothing is said of a file that is split already, or whose install leaves nothing behind.`,
		See: []string{
			"https://docs.docker.com/build/building/multi-stage/",
			"https://docs.docker.com/build/cache/optimize/",
			"https://docs.npmjs.com/cli/commands/npm-ci",
		},
	},
	Run: func(p *fixer.Pass) error {
		names := stageNames(p)
		for _, n := range p.Graph.Targets() {
			if err := splitInstall(p, n, names); err != nil {
				return err
			}
		}
		return nil
	},
}

func splitInstall(p *fixer.Pass, n *chain.Node, names map[string]bool) error {
	if !slices.ContainsFunc(n.Stage.Body, mayInstall) {
		return nil
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil {
		return nil // others say so
	}
	run := n.Eval(base)
	if !starts(run) {
		return nil
	}
	first := len(run.Steps) - len(run.Own())
	var found []install
	for i := first; i < len(run.Steps); i++ {
		found = append(found, readInstalls(run.Steps, i)...)
	}
	if len(found) == 0 {
		return nil
	}
	in := found[0]
	const left = "installs in the stage that runs, left so: "
	if len(found) > 1 {
		p.Report(in.step.In.Span, left+"it installs twice")
		return nil
	}
	sp, err := planSplit(p, run, in, names)
	if err != nil {
		p.Report(in.step.In.Span, left+err.Error())
		return nil
	}
	if sp.idle() {
		return nil
	}
	if name := installsAtStart(p.Workload(run)); name != "" {
		p.Report(in.step.In.Span, left+fmt.Sprintf("its start calls %s, which uses the cache", name))
		return nil
	}
	edits, err := sp.edits()
	if err != nil {
		p.Report(in.step.In.Span, left+err.Error())
		return nil
	}
	safety := p.Transform().Safety
	if sp.unread != nil {
		safety = fixer.Unsafe
	}
	p.ReportAs(safety, in.step.In.Span, sp.message(), edits...)
	return nil
}

// installsAtStart is the package manager that the start calls to install, "" for none.
func installsAtStart(load *workload.Workload) (found string) {
	start := load.Start()
	if start == nil {
		return ""
	}
	start.All(func(c *workload.Command) bool {
		if m := c.Manager; m != nil && slices.Contains([]string{"install", "i", "ci", "add"}, m.Command) {
			found = m.Name + " " + m.Command
		}
		return found == ""
	})
	return found
}

// split is how a stage becomes several.
type split struct {
	pass    *fixer.Pass
	run     *chain.Run
	in      install
	first   int      // the step that the new stage begins with: what is copied for the install
	last    int      // the step that it ends with: the install, or the last build step
	also    string   // a program that the RUN of the install calls too, "" for none
	base    string   // the name of the stage that both are built from
	name    string   // of the new stage
	again   []string // copies for the install that the last stage needs too
	owner   string   // of what the last stage copies, "" for root
	omit    string   // what makes the install leave dev dependencies out, "" for nothing
	prune   string   // the command that takes them out behind a build, "" for none
	stay    string   // why dev dependencies stay, "" when they don't, or were left out before
	secret  string   // the file with a token that is not copied again
	unread  error    // why the context can't be read, nil when it can
	project *project // nil when unread is set
}

// planSplit decides how; the error says why the stage stays as it is.
func planSplit(p *fixer.Pass, run *chain.Run, in install, names map[string]bool) (*split, error) {
	sp := &split{pass: p, run: run, in: in, first: in.at, last: in.at}
	var err error
	sp.project, err = readProject(p, run, in.at, in.tool)
	switch {
	case errors.Is(err, workload.ErrNoContext) && in.frozen:
		sp.unread = err
	case err != nil:
		return nil, err
	case sp.project.lockErr != nil:
		return nil, sp.project.lockErr
	}
	for _, check := range []func() error{sp.section, sp.stageKinds, sp.onlyInstalls, sp.packages, sp.later, sp.owned, sp.copies} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return sp, sp.pickNames(names)
}

// idle reports whether the image would be the same: the install leaves nothing
// behind that it does not need.
func (sp *split) idle() bool {
	return sp.omit == "" && sp.prune == "" && sp.secret == "" && sp.cleans()
}

// cleans reports whether the cache of the package manager is not in the image.
func (sp *split) cleans() bool {
	cleaned := false
	calls([]chain.Step{sp.in.step}, func(_ chain.Step, c shell.Call) {
		cleaned = cleaned || c.Name == sp.in.tool && c.Has("cache", "store") && c.Has("clean", "clear", "prune")
	})
	return cleaned || strings.Contains(strings.Join(flagTexts(sp.in.step.In), " "), "type=cache")
}

func flagTexts(in *dockerfile.Instruction) (texts []string) {
	for _, w := range in.Flags {
		texts = append(texts, w.Text)
	}
	return texts
}

// message says what is done, and why it may be.
func (sp *split) message() string {
	keeps := ", so its image keeps " + sp.in.tool + "'s cache"
	if sp.cleans() {
		keeps = ""
	}
	text := fmt.Sprintf("installs in the stage that runs%s: the new stage %s installs", keeps, sp.name)
	switch {
	case sp.prune != "":
		text = fmt.Sprintf("builds in the stage that runs, so its image keeps the dev dependencies: the new stage %s builds, and prunes them (nothing that runs uses them)", sp.name)
	case sp.omit != "":
		text += fmt.Sprintf(", without dev dependencies (%s; nothing that runs uses them)", sp.omit)
	case sp.stay != "" && sp.unread == nil:
		text += "; dev dependencies stay: " + sp.stay
	}
	if sp.secret != "" {
		text += fmt.Sprintf("; %s has a token, and is not copied into the stage that runs", sp.secret)
	}
	if sp.unread != nil {
		text += "; " + sp.unread.Error()
	}
	return text
}

// stageNames are the names that no new stage may have: those of stages, and of
// images that are spelled as one.
func stageNames(p *fixer.Pass) map[string]bool {
	taken := map[string]bool{}
	for _, st := range p.File.Stages {
		taken[st.Name], taken[st.Ref.Text] = true, true
	}
	for _, n := range p.Graph.Nodes {
		taken[n.Image] = true // where it is a variable
	}
	for _, in := range p.File.Instructions {
		for _, ref := range chain.Sources(in) {
			taken[ref] = true
		}
	}
	return taken
}

// pickNames gives the new stages names that are free.
func (sp *split) pickNames(taken map[string]bool) error {
	sp.base = "base"
	sp.name = "deps"
	if sp.prune != "" {
		sp.name = "build"
	}
	if taken[sp.base] || taken[sp.name] {
		own := sp.run.Node.Stage.Name
		sp.base, sp.name = own+"-"+sp.base, own+"-"+sp.name
		if own == "" || taken[sp.base] || taken[sp.name] {
			return errors.New("the names base and deps are taken")
		}
	}
	taken[sp.base], taken[sp.name] = true, true
	return nil
}
