package transforms

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// NPMCI installs what the lock file says.
var NPMCI = &fixer.Transform{
	ID:     "npm-ci",
	Title:  "install exactly what the lock file says",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Makes npm ci of npm install, and yarn install --frozen-lockfile of yarn install (Yarn 1), in every stage. Flags stay.
pnpm does that by itself where the lock file matches.`,
		Why: `npm install takes the lock file for a proposal: where it doesn't fit package.json, it installs something else, and each
build something else again. npm ci fails instead, and begins with an empty node_modules.`,
		Safety: `Only where the build can't begin to fail by it. The lock file must be copied into the image before the install, and
match package.json: every package that another one asks for must be in it, with a version that satisfies it, peers
included, as npm ci demands. npm ci must be known to the npm of this base image (5.7), which must understand this version
of the lock file. Left alone, with the reason: workspaces, overrides, a second install, a command in front that may
change or remove package.json or the lock file, a node_modules that is there already, settings by which npm goes without a lock file; flags that are not known.`,
		See: []string{
			"https://docs.npmjs.com/cli/commands/npm-ci",
			"https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
			"https://classic.yarnpkg.com/lang/en/docs/cli/install/#toc-yarn-install-frozen-lockfile",
		},
	},
	Run: func(p *fixer.Pass) error {
		if len(p.Graph.Nodes) > chain.MaxTargets {
			return nil // no file that anybody wrote
		}
		for _, n := range p.Graph.Nodes {
			if err := freezeInstalls(p, n); err != nil {
				return err
			}
		}
		return nil
	},
}

func freezeInstalls(p *fixer.Pass, n *chain.Node) error {
	if !slices.ContainsFunc(n.Stage.Body, mayInstall) {
		return nil
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil {
		return nil // pin-image and nonroot-user say so
	}
	run := n.Eval(base)
	first := len(run.Steps) - len(run.Own())
	for i := first; i < len(run.Steps); i++ {
		for _, in := range readInstalls(run.Steps, i) {
			if in.frozen || in.tool == "pnpm" {
				continue
			}
			text := map[string]string{"npm": "ci", "yarn": in.word.Raw + " --frozen-lockfile"}[in.tool]
			word, ok := in.step.Place(in.word)
			if !ok {
				continue // in a heredoc or exec form: rare, and not worth another edit
			}
			command := in.tool + " install"
			if err := mayFreeze(p, run, in); err != nil {
				wrong := "may install something else than the lock file says"
				if errors.Is(err, errNoLock) {
					wrong = "may install something else from day to day"
				}
				p.Report(word.Span, fmt.Sprintf("%s %s, left so: %v", command, wrong, err))
				continue
			}
			edit, err := in.step.In.Replace(word, text)
			if err != nil {
				p.Report(word.Span, fmt.Sprintf("%s may install something else than the lock file says, left so: %v", command, err))
				continue
			}
			p.Report(word.Span, fmt.Sprintf("%s may install something else than the lock file says: %s (the lock file is copied before, and matches package.json)",
				command, map[string]string{"npm": "npm ci", "yarn": "--frozen-lockfile"}[in.tool]), edit)
		}
	}
	return nil
}

// mayFreeze tells why an install that takes the lock file at its word might fail
// where this one does not.
func mayFreeze(p *fixer.Pass, run *chain.Run, in install) error {
	project, err := readProject(p, run, in.at, in.tool)
	if err != nil {
		return err
	}
	if project.lockErr != nil {
		return project.lockErr
	}
	o := npm.Options{LegacyPeers: in.legacyPeers || project.setting(in.step.Before, "legacy-peer-deps") == "true"}
	if in.tool == "npm" {
		version, _ := p.Workload(run).NPMAt(in.step)
		switch {
		case !version.Known:
			return errors.New("which npm the image has is not known")
		case !version.AtLeast(5, 7):
			return fmt.Errorf("npm ci came with npm 5.7, and the npm of Node.js %s may be older", version.Node)
		}
		o.NPM = version.Min.Major
		for _, name := range []string{"package-lock", "shrinkwrap"} {
			if project.setting(in.step.Before, name) == "false" {
				return fmt.Errorf("npm is set to go without a lock file (%s=false)", name)
			}
		}
	} else if version, ok := in.step.Before.EnvVar("YARN_VERSION"); !ok || !strings.HasPrefix(version, "1.") || project.berry || project.manifest.PackageManager != "" {
		return errors.New("which Yarn the image has is not known")
	}
	if where := rewritten(run, in); where != "" {
		return fmt.Errorf("%s may change package.json or the lock file", where)
	}
	if where := hasModules(p, run, in); where != "" {
		return fmt.Errorf("%s has brought node_modules already", where)
	}
	return project.lock.InSync(project.manifest, o)
}

// hasModules tells what in front of an install may have made the node_modules
// that npm ci would empty, "" for nothing.
func hasModules(p *fixer.Pass, run *chain.Run, in install) string {
	dir := path.Join(in.step.Before.Workdir.Text, "node_modules")
	for i, s := range run.Steps[:in.at] {
		line := fmt.Sprintf("line %d", s.In.Line)
		if c, ok := s.Before.Copy(s.In); ok {
			brings := workload.Within(c.Dest, dir) || c.From != "" && workload.Within(dir, c.Dest) && slices.ContainsFunc(c.Sources, func(src string) bool {
				return path.Base(src) == "node_modules" || path.Ext(src) == "" && c.Dest != dir && path.Base(c.Dest) != path.Base(src)
			})
			if brings || c.From == "" && workload.Within(dir, c.Dest) && wholeContext(c) && p.Context != nil && exists(p.Files(), "node_modules") {
				return line
			}
			continue
		}
		if s.In.Name() == "RUN" && mayInstall(s.In) && s.Before.Workdir.Text == in.step.Before.Workdir.Text && !onlyGlobal(run.Steps[i]) {
			return line
		}
	}
	for _, c := range earlierCalls(in) {
		if (c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm") && c.Has("install", "i", "add", "ci", "link") && !c.Has("-g", "--global", "global") {
			return "a command in front of it"
		}
	}
	return ""
}

// earlierCalls are the calls of the same RUN in front of an install.
func earlierCalls(in install) []shell.Call {
	script, err := in.step.Script()
	if err != nil || script == nil {
		return nil
	}
	i := slices.IndexFunc(script.Calls, func(c shell.Call) bool { return c.Program.Start == in.call.Program.Start })
	return script.Calls[:max(i, 0)]
}

func exists(files *workload.Files, name string) bool {
	_, err := files.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
