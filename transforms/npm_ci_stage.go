package transforms

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/split"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// NPMCIStage installs the dependencies in a stage of their own.
var NPMCIStage = &fixer.Transform{
	ID:       "npm-ci-stage",
	Title:    "install dependencies in a stage of their own",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Installs dependencies in a stage of their own, without the dev dependencies, where nothing that runs uses them. Lines are inserted
into a stage that copies the manifest, installs, and copies the sources: the part before the manifest becomes the stage base;
deps, built from it, installs; the rest, built from base too, copies node_modules from deps. Where a later build step needs
the dev dependencies, a stage build runs it and prunes them at its end, and the last stage copies its directory.`,
		Why: `The final image keeps what only the installation and the build need: dev dependencies with their known vulnerabilities, the
package manager's cache (often larger than the application), and tokens.`,
		Checks: []string{
			"The working directory of the image holds the same files as before, except an .npmrc with a token",
			"Files that were copied for the install and that no later COPY brings are copied again",
			"Dev dependencies are dropped only where the lock file separates them from all others",
			"The start command leads to a program that loads no plugins",
			"No source names a dev dependency, reaches into node_modules, or calls a package manager",
			"Nor do data files, fields of package.json, or variables of the image and of its deployments name one",
			"No script of a package that stays runs at install and uses them",
			"Deployments, scripts and documents of the repository start nothing else in the image",
		},
		LeavesAlone: []string{
			"Database drivers and packages that Babel loads: they stay, dev dependencies or not",
			"Files that are split already, or whose install leaves no cache and no dev dependencies; no finding is made",
			"Images that would lose the package manager's cache alone, which RUN --mount=type=cache keeps out in a word",
			"No lock file, or one that an earlier command may change",
			"A second install, other commands in the same RUN, and a node_modules that exists before it",
			"Packages that install outside node_modules (puppeteer, playwright, cypress, electron)",
			"Workspaces, dependencies on a directory, Yarn's Plug'n'Play, and a binding.gyp",
			"Scripts of package.json that run at install",
			"Later RUNs that need the settings or the token of the install, and starts that use the cache",
			"npm before 9 in a directory of another owner",
			"ONBUILD, a volume over the directory, files that name stages by number, or that use base and deps",
		},
		See: []string{
			"https://docs.docker.com/build/building/multi-stage/",
			"https://docs.docker.com/build/cache/optimize/",
			"https://docs.npmjs.com/cli/commands/npm-ci",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		names := split.Names(p)
		for _, n := range p.Graph.Targets() {
			if err := splitInstall(p, n, names); err != nil {
				return err
			}
		}
		return nil
	}),
}

func splitInstall(p *imagebuild.Pass, n *stage.Node, names map[string]bool) error {
	if !slices.ContainsFunc(n.Stage.Body, installs.MayInstall) {
		return nil
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil {
		return nil // others say so
	}
	run := n.Eval(base)
	if !steps.Starts(run) {
		return nil
	}
	first := len(run.Steps) - len(run.Own())
	var found []installs.Install
	for i := first; i < len(run.Steps); i++ {
		found = append(found, installs.Read(run.Steps, i)...)
	}
	if len(found) == 0 {
		return nil
	}
	in := found[0]
	const wrong = "packages are installed in the final stage"
	if len(found) > 1 {
		p.Leave(in.Step.In.Span, wrong, "it installs twice")
		return nil
	}
	sp, err := split.Plan(p, run, in, names)
	if err != nil {
		p.Leave(in.Step.In.Span, wrong, err.Error())
		return nil
	}
	if sp.Idle() {
		return nil
	}
	if why := sp.CacheOnly(); why != "" {
		p.Leave(in.Step.In.Span, wrong, why)
		return nil
	}
	if name := split.InstallsAtStart(p.Workload(run)); name != "" {
		p.Leave(in.Step.In.Span, wrong, fmt.Sprintf("its start calls %s, which uses the cache", name))
		return nil
	}
	edits, err := sp.Edits()
	if err != nil {
		p.Leave(in.Step.In.Span, wrong, err.Error())
		return nil
	}
	p.Change(in.Step.In.Span, sp.Finding(), fixer.Decision{}, edits...)
	return nil
}
