package npmscript

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what changes how a package manager runs a script.

// runSettings are the settings of package managers that decide how scripts run; the
// last ones make npm and yarn set NODE_ENV (observed with npm 6, 8 and 10 and yarn 1).
var runSettings = strings.Fields(`node-options script-shell shell shell-emulator scripts-prepend-node-path ignore-scripts if-present workspace
	workspaces local-prefix node-version use-node-version onload-script dir omit include only also dev production`)

// calmSettings are settings of .npmrc that do not affect how scripts run.
var calmSettings = strings.Fields(`registry _auth _authtoken _password username email always-auth legacy-peer-deps save-exact save-prefix fund audit audit-level
	engine-strict loglevel strict-ssl package-lock auto-install-peers strict-peer-dependencies strict-peer-deps shamefully-hoist public-hoist-pattern hoist-pattern node-linker
	update-notifier progress color fetch-retries fetch-timeout fetch-retry-mintimeout fetch-retry-maxtimeout network-timeout maxsockets save unsafe-perm
	lockfile prefer-offline resolution-mode prefer-frozen-lockfile link-workspace-packages dedupe-peer-dependents install-links child-concurrency sass_binary_site
	puppeteer_skip_download package-manager-strict manage-package-manager-versions save-workspace-protocol min-release-age minimum-release-age message init-author-name
	shared-workspace-lockfile prefer-workspace-packages publish-branch enable-pre-post-scripts puppeteer_skip_chromium_download`)

// settings returns an error for what changes how the package manager runs a script.
func (s *Script) settings(manager string) error {
	if s.pass.Context == nil {
		return fmt.Errorf("package.json can't be read: %w", workload.ErrNoContext)
	}
	for _, e := range s.run.Final.Env {
		if name, _, _ := strings.Cut(e, "="); setsRuns(name) {
			return fmt.Errorf("the variable %s changes how scripts run", name)
		}
	}
	if err := s.deployed(); err != nil {
		return err
	}
	for _, name := range []string{".yarnrc", ".pnp.cjs", ".pnp.js", ".pnpmfile.cjs"} {
		if _, err := s.near(name); err == nil {
			return fmt.Errorf("%s may change how scripts run", name)
		}
	}
	if text, err := s.near(".npmrc"); err == nil {
		if key := uncommonSetting(text); key != "" {
			return fmt.Errorf("the setting %s in .npmrc may change how scripts run", key)
		}
	}
	if text, err := s.near("pnpm-workspace.yaml"); err == nil && (strings.Contains(text, "cript") || strings.Contains(text, "nodeOptions") || strings.Contains(text, "useNodeVersion")) {
		return errors.New("pnpm-workspace.yaml may change how scripts run")
	}
	return s.tools(manager)
}

// setsRuns reports whether a variable is an npm setting that decides how scripts run.
func setsRuns(variable string) bool {
	key, ok := strings.CutPrefix(strings.ToLower(variable), "npm_config_")
	return ok && slices.Contains(runSettings, strings.ReplaceAll(key, "_", "-"))
}

// deployed returns an error for a deployment of the image's own CMD that makes it
// another script.
func (s *Script) deployed() error {
	for _, d := range s.pass.Deployments {
		if d.Command != nil || d.Entrypoint != nil {
			continue // which replaces CMD, or removes it
		}
		if d.Moves(s.run.Final.Workdir.Text) {
			return fmt.Errorf("%s starts it in %s, which has its own scripts", d.Place, d.WorkingDir)
		}
		for _, v := range d.Env {
			if setsRuns(v.Name) {
				return fmt.Errorf("the variable %s of %s changes how scripts run", v.Name, v.Place)
			}
		}
	}
	return nil
}

// uncommonSetting returns the first setting of an .npmrc that may affect scripts.
func uncommonSetting(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, _, _ := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if line == "" || line[0] == '#' || line[0] == ';' || strings.HasPrefix(key, "//") || strings.HasPrefix(key, "@") {
			continue
		}
		if plain := strings.TrimSuffix(strings.ToLower(key), "[]"); !slices.Contains(calmSettings, plain) && !slices.Contains(calmSettings, strings.ReplaceAll(plain, "_", "-")) {
			return key
		}
	}
	return ""
}

// tools checks the package manager itself, and what RUN does to it and to package.json.
func (s *Script) tools(manager string) error {
	m, err := s.load.Package(s.run.Final.Workdir.Text)
	if err != nil {
		return fmt.Errorf("package.json can't be read: %w", err)
	}
	_, version, _ := strings.Cut(m.PackageManager, "yarn@")
	_, noRC := s.near(".yarnrc.yml")
	if manager == "yarn" && (noRC == nil || version != "" && !strings.HasPrefix(version, "1.")) {
		// With node_modules, they set variables that the sources are searched for.
		if rc, _ := s.near(".yarnrc.yml"); !nodeModulesLinker.MatchString(rc) {
			return errors.New("yarn 2 and later run scripts in their own environment")
		}
	}
	if len(m.Config) > 0 {
		return errors.New("package.json has a config, which npm puts into the environment")
	}
	for _, n := range s.pass.Graph.Nodes {
		for _, in := range n.Stage.Body {
			if what := changesScripts(in); what != "" {
				return fmt.Errorf("line %d may change %s", in.Line, what)
			}
		}
	}
	// Only root can switch to another user.
	if user := s.run.Final.User; manager == "npm" && (!user.Known || stage.IsRoot(user.Text)) && mayBeOthers(s.run) {
		if npm := installs.SwitchesOwner(s.pass, s.run); npm != "" {
			s.Owner = npm + " run scripts as the owner of the directory, who may be another user"
		}
	}
	return nil
}

// mayBeOthers reports whether the working directory may belong to a user other
// than root.
func mayBeOthers(run *stage.Evaluation) bool {
	found := strings.HasPrefix(run.Final.Workdir.Text, "/home/")
	for _, s := range run.Steps {
		c, ok := s.Before.Copy(s.In)
		found = found || ok && c.Owned || !stage.IsRoot(s.Before.User.Text)
	}
	steps.Calls(run.Steps, func(_ stage.Step, c shell.Call) { found = found || c.Name == "chown" || c.Name == "install" })
	return found
}

// nodeModulesLinker matches the setting of Yarn 2 and later that installs packages
// into node_modules (yarnpkg.com, "nodeLinker").
var nodeModulesLinker = lazyregexp.New(`(?m)^nodeLinker:\s*["']?node-modules\b`)

var (
	changesManifest = lazyregexp.New(`package\.json|\bnpm (pkg|init|set-script|version)\b|\b(yarn|pnpm) (init|version)\b`)
	changesManager  = lazyregexp.New(`\byarn (set|policies)\b|\byarn@([2-9]|stable|berry|canary|latest)|script-shell|node-options|` +
		`\b(npm|pnpm|yarn) (config )?set\b.*\b(production|omit|only|include|also|dev|ignore-scripts)\b|\.npmrc\b.*>|>.*\.npmrc\b`)
)

// changesScripts returns what a RUN may change: package.json, or how scripts run.
func changesScripts(in *dockerfile.Instruction) string {
	if in.Name() != "RUN" {
		return ""
	}
	text := in.Body() // not its flags: what --mount names exists only in the RUN
	for _, h := range in.Node.Heredocs {
		text += "\n" + h.Content
	}
	switch {
	case changesManifest.MatchString(text):
		return "package.json"
	case changesManager.MatchString(text):
		return "how scripts are run"
	}
	return ""
}
