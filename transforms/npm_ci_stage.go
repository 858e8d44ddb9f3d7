package transforms

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/split"
	"github.com/dockmend/dockmend/transforms/internal/steps"
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
		names := split.Names(p)
		for _, n := range p.Graph.Targets() {
			if err := splitInstall(p, n, names); err != nil {
				return err
			}
		}
		return nil
	},
}

func splitInstall(p *fixer.Pass, n *stage.Node, names map[string]bool) error {
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
	if name := split.InstallsAtStart(p.Workload(run)); name != "" {
		p.Leave(in.Step.In.Span, wrong, fmt.Sprintf("its start calls %s, which uses the cache", name))
		return nil
	}
	edits, err := sp.Edits()
	if err != nil {
		p.Leave(in.Step.In.Span, wrong, err.Error())
		return nil
	}
	may := fixer.Decision{}
	if sp.Unread != nil {
		may = fixer.Doubt(sp.Unread.Error())
	}
	p.Change(in.Step.In.Span, sp.Finding(), may, edits...)
	return nil
}
