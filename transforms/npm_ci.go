package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/installs"
)

// NPMCI installs the versions in the lock file.
var NPMCI = &fixer.Transform{
	ID:       "npm-ci",
	Title:    "install exactly what the lock file says",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces npm install with npm ci, and yarn install with yarn install --frozen-lockfile (Yarn 1), in every stage. Flags stay.
pnpm does the same by default where the lock file matches.`,
		Why: `npm install treats the lock file as a proposal: where it does not match package.json, npm installs other versions, and each
build may get different ones. npm ci fails instead, and begins with an empty node_modules.`,
		Checks: []string{
			"The lock file is copied into the image before the install",
			"It has a matching version of every package that another one requires, peers included, as npm ci demands",
			"The base image's npm has ci (5.7 and later) and reads this version of the lock file",
		},
		LeavesAlone: []string{
			"Workspaces and overrides",
			"Lock files that lack a package, are of Yarn 2 or later, or that this npm completes at each install",
			"Installs after a command that may change package.json or the lock file",
			"Installs into a node_modules that exists already, a second install included",
			"Settings that turn the lock file off (package-lock=false)",
			"An npm ci for which no lock file is known, which is said",
			"Flags that are not known, installs in a heredoc or exec form, and an npm whose version is not known",
		},
		See: []string{
			"https://docs.npmjs.com/cli/commands/npm-ci",
			"https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
			"https://classic.yarnpkg.com/lang/en/docs/cli/install/#toc-yarn-install-frozen-lockfile",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if len(p.Graph.Nodes) > stage.MaxTargets {
			return nil // a generated file
		}
		for _, n := range p.Graph.Nodes {
			if err := freezeInstalls(p, n); err != nil {
				return err
			}
		}
		return nil
	}),
}

func freezeInstalls(p *imagebuild.Pass, n *stage.Node) error {
	if !slices.ContainsFunc(n.Stage.Body, installs.MayInstall) {
		return nil
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil {
		return nil // pin-image and nonroot-user say so
	}
	run := n.Eval(base)
	first := len(run.Steps) - len(run.Own())
	for i := first; i < len(run.Steps); i++ {
		for _, skipped := range installs.Skipped(run.Steps, i) {
			p.Leave(run.Steps[i].In.Span, skipped.Call.Name+" install may install other versions from day to day", skipped.Why)
		}
		for _, in := range installs.Read(run.Steps, i) {
			if in.Frozen || in.Tool == "pnpm" {
				withoutLock(p, run, in)
				continue
			}
			text := map[string]string{"npm": "ci", "yarn": in.Word.Raw + " --frozen-lockfile"}[in.Tool]
			word, ok := in.Step.Place(in.Word)
			if !ok {
				continue // in a heredoc or exec form: rare, and not worth another edit
			}
			command := in.Tool + " install"
			project, err := mayFreeze(p, run, in)
			if err != nil {
				wrong := "may install other versions than the lock file"
				if errors.Is(err, installs.ErrNoLock) {
					wrong = "may install other versions from day to day"
				}
				p.Leave(word.Span, command+" "+wrong, err.Error())
				continue
			}
			edit, err := in.Step.In.Replace(word, text)
			if err != nil {
				p.Leave(word.Span, command+" may install other versions than the lock file", err.Error())
				continue
			}
			p.Change(word.Span, fixer.Finding{
				Problem: command + " may install other versions than the lock file",
				Change:  map[string]string{"npm": "use npm ci", "yarn": "add --frozen-lockfile"}[in.Tool],
				Reason:  "the lock file is copied before it and matches package.json",
				Evidence: []fixer.Evidence{
					imagebuild.InContext(project.LockFile, "the lock file"),
					imagebuild.InContext(project.ManifestFile, "the dependencies"),
				},
			}, fixer.Decision{}, edit)
		}
	}
	return nil
}

// withoutLock says of an npm ci that no lock file is known to be there for it.
func withoutLock(p *imagebuild.Pass, run *stage.Evaluation, in installs.Install) {
	if in.Tool != "npm" || installs.RewrittenBy(run, in) != "" {
		return
	}
	if project, err := installs.ReadProject(p, run, in.At, in.Tool); err == nil && errors.Is(project.LockErr, installs.ErrNoLock) {
		p.Leave(in.Step.In.Span, "npm ci needs a lock file", project.LockErr.Error())
	}
}

// mayFreeze returns the project of an install, or why one that takes the lock file at its
// word might fail where this one does not.
func mayFreeze(p *imagebuild.Pass, run *stage.Evaluation, in installs.Install) (*installs.Project, error) {
	project, err := installs.ReadProject(p, run, in.At, in.Tool)
	if err != nil {
		return nil, err
	}
	if project.LockErr != nil {
		return nil, project.LockErr
	}
	o := npm.Options{LegacyPeers: in.LegacyPeers || project.Setting(in.Step.Before, "legacy-peer-deps") == "true"}
	if in.Tool == "npm" {
		version, _ := p.Workload(run).NPMAt(in.Step)
		switch {
		case !version.Known:
			return nil, errors.New("the version of npm in the image is unknown")
		case !version.AtLeast(5, 7):
			return nil, fmt.Errorf("npm ci came with npm 5.7, and the npm of Node.js %s may be older", version.Node)
		}
		o.NPM = version.Min.Major
		for _, name := range []string{"package-lock", "shrinkwrap"} {
			if project.Setting(in.Step.Before, name) == "false" {
				return nil, fmt.Errorf("npm is set to go without a lock file (%s=false)", name)
			}
		}
	} else if version, ok := in.Step.Before.EnvVar("YARN_VERSION"); !ok || !strings.HasPrefix(version, "1.") || project.Berry || project.Manifest.PackageManager != "" {
		return nil, errors.New("the version of Yarn in the image is unknown")
	}
	if where := installs.RewrittenBy(run, in); where != "" {
		return nil, fmt.Errorf("%s may change package.json or the lock file", where)
	}
	if where := installs.HasModules(p, run, in); where != "" {
		return nil, fmt.Errorf("%s has brought node_modules already", where)
	}
	return project, project.Lock.InSync(project.Manifest, o)
}
