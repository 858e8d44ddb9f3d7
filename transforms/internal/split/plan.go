package split

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/browsers"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/paths"
)

// This file decides whether a stage can be split at its install.

// section finds what is copied for the install alone: the copies directly before it,
// up to one of the whole context. Earlier ones are part of the base, and so of the
// last stage too.
func (sp *Split) section() error {
	dir := sp.in.Step.Before.Workdir.Text
	switch {
	case !sp.in.Step.Before.Workdir.Known || sp.in.Step.Before.Workdir.In != nil && sp.in.Step.Before.DependsOnArg(sp.in.Step.Before.Workdir.In.Body()):
		return errors.New("its working directory depends on a build argument")
	case dir == "/":
		return errors.New("there is no WORKDIR: what the install makes lies in /")
	case !paths.IsPlain(dir):
		return errors.New("the name of its working directory needs quotes")
	case workload.Within(dir, "/root"), workload.IsSystem(dir) && !paths.IsOwnable(dir):
		return fmt.Errorf("%s is a directory of the system", dir)
	}
	if where := installs.RewrittenBy(sp.run, sp.in); where != "" {
		return fmt.Errorf("%s may change package.json or the lock file", where)
	}
	if where := installs.HasModules(sp.pass, sp.run, sp.in); where != "" {
		return fmt.Errorf("%s has brought node_modules already", where)
	}
	own := len(sp.run.Steps) - len(sp.run.Own())
	for sp.first > own {
		s := sp.run.Steps[sp.first-1]
		c, ok := s.Before.Copy(s.In)
		if !ok || c.From != "" || installs.CopiesContext(c) || !workload.Within(c.Dest, dir) || c.ADD && slices.ContainsFunc(c.Sources, isArchive) {
			break
		}
		if len(s.In.Node.Heredocs) > 0 {
			return fmt.Errorf("line %d writes a file in place", s.In.Line)
		}
		sp.first--
	}
	return nil
}

// isArchive reports whether ADD brings something other than the file of that name.
func isArchive(src string) bool {
	return strings.Contains(src, ":") || strings.Contains(src, ".tar") || slices.Contains([]string{".tgz", ".gz", ".tbz2", ".bz2", ".txz", ".xz", ".zst"}, path.Ext(src))
}

// stageKinds finds what does not survive another number of stages.
func (sp *Split) stageKinds() error {
	if len(sp.run.Node.Chain()) >= stage.MaxDepth {
		return errors.New("more stages are built from one another than are analyzed")
	}
	f := sp.pass.File
	for _, in := range f.Instructions {
		for _, ref := range stage.Sources(in) {
			if _, err := strconv.Atoi(ref); err == nil {
				return fmt.Errorf("line %d names a stage by its number", in.Line)
			}
		}
	}
	for _, s := range sp.run.Steps {
		if s.In.Name() == "ONBUILD" {
			return fmt.Errorf("line %d is ONBUILD, which runs in builds from this image", s.In.Line)
		}
		for _, flag := range flagTexts(s.In) {
			if strings.HasPrefix(flag, "--exclude") || strings.HasPrefix(flag, "--parents") {
				return fmt.Errorf("what line %d copies is unknown (%s)", s.In.Line, flag)
			}
		}
	}
	if c := sp.run.Final.Base.Config; c != nil && len(c.OnBuild) > 0 {
		return errors.New("the base image brings ONBUILD instructions")
	}
	dir := sp.in.Step.Before.Workdir.Text
	for _, v := range sp.run.Final.Volumes {
		if workload.Within(dir, v.Text) || workload.Within(v.Text, path.Join(dir, "node_modules")) {
			return fmt.Errorf("the volume %s covers its directory", v.Text)
		}
	}
	for _, s := range sp.run.Steps[len(sp.run.Steps)-len(sp.run.Own()) : sp.first] {
		if s.In.Name() == "VOLUME" {
			return fmt.Errorf("line %d declares a volume before it, which a stage built from that one can't give to a user", s.In.Line)
		}
	}
	// ENTRYPOINT clears an inherited CMD, and one of the same stage would
	// be inherited then.
	cmd, entrypoint := -1, -1
	for i, s := range sp.run.Own() {
		switch s.In.Name() {
		case "CMD":
			cmd = i
		case "ENTRYPOINT":
			entrypoint = i
		}
	}
	if first := sp.first - (len(sp.run.Steps) - len(sp.run.Own())); cmd >= 0 && cmd < first && entrypoint > first {
		return errors.New("its CMD comes before the install, and its ENTRYPOINT after it")
	}
	return nil
}

// onlyInstalls checks what else the RUN does: nothing that the image needs, or a
// build step.
func (sp *Split) onlyInstalls() error {
	if len(sp.in.Step.In.Node.Heredocs) > 0 {
		return errors.New("it is in a heredoc")
	}
	script, err := sp.in.Step.Script()
	if err != nil || script == nil {
		return errors.New("its RUN can't be read")
	}
	for _, c := range script.Calls {
		if _, install := installs.ReadCall(c); install || leavesNothing(c) {
			continue
		}
		sp.also = installs.ProgramName(c.Name)
		if workload.IsManager(c.Name) && len(c.Args) > 0 && c.Args[0].Known {
			sp.also += " " + c.Args[0].Text
		}
		if !slices.Contains(buildTools, c.Name) {
			return fmt.Errorf("its RUN calls %s too", sp.also)
		}
	}
	if len(script.Writes) > 0 {
		return errors.New("its RUN writes files")
	}
	sets := slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return leavesNothing(c) && c.Has("config") })
	if line := sp.callsLater(); sets && line > 0 {
		return fmt.Errorf("its RUN changes settings that line %d may need", line)
	}
	return nil
}

// callsLater returns the line of a RUN after the install that mentions a package
// manager, 0 for none.
func (sp *Split) callsLater() int {
	for _, s := range sp.run.Steps[sp.in.At+1:] {
		if installs.MayInstall(s.In) || s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "npx") {
			return s.In.Line
		}
	}
	return 0
}

// leavesNothing reports whether a call makes nothing that an image needs: it
// changes caches, settings and temporary files.
func leavesNothing(c shell.Call) bool {
	switch c.Name {
	case "true", "set", "echo":
		return true
	case "npm", "yarn", "pnpm":
		return len(c.Args) > 0 && slices.Contains([]string{"cache", "store", "config"}, c.Args[0].Text)
	case "rm":
		return !slices.ContainsFunc(c.Args, func(a shell.Word) bool {
			file := path.Clean(a.Text)
			return !a.Known || !strings.HasPrefix(a.Text, "-") && !workload.Within(file, "/tmp") && !workload.Within(file, "/root") && !workload.Within(file, "/var/cache")
		})
	}
	return false
}

// outside are packages that install programs outside node_modules.
var outside = strings.Fields(`puppeteer whatsapp-web.js playwright playwright-chromium playwright-firefox
	playwright-webkit @playwright/test cypress electron nightmare phantomjs phantomjs-prebuilt node-webkit nw chromedriver
	mongodb-memory-server mongodb-memory-server-global`)

// pnpmPlaces matches what makes pnpm install elsewhere than in one node_modules.
var pnpmPlaces = lazyregexp.New(`(?m)^\s*(packages|storeDir|virtualStoreDir|modulesDir|nodeLinker|packageImportMethod)\s*:`)

// packages finds packages, and scripts of the package itself, that leave
// something outside node_modules.
func (sp *Split) packages() error {
	m := sp.project.Manifest
	switch {
	case m.HasWorkspaces():
		return errors.New("it has workspaces, whose node_modules are spread")
	case sp.in.Tool == "pnpm" && pnpmPlaces.MatchString(sp.project.Pnpm):
		return errors.New("pnpm-workspace.yaml has packages, or says where they are kept")
	case sp.in.Tool == "yarn" && strings.Contains(sp.project.Yarnrc, "modules-folder"):
		return errors.New(".yarnrc says where Yarn keeps its packages")
	case sp.project.Pnp:
		return errors.New("its Yarn is not set to keep packages in node_modules")
	case sp.project.Gyp && !sp.ignoresScripts():
		return errors.New("it has a binding.gyp, which each install builds outside node_modules")
	case len(m.Dependencies)+len(m.OptionalDependencies) == 0 && len(m.DevDependencies) > 0:
		return errors.New("package.json has devDependencies alone")
	case len(m.Dependencies)+len(m.OptionalDependencies) == 0:
		return errors.New("package.json has no dependencies")
	case sp.in.Tool == "pnpm" && sp.project.Npmrc != "" && slices.ContainsFunc([]string{"store-dir", "virtual-store-dir", "modules-dir", "node-linker", "package-import-method"}, func(name string) bool {
		return sp.project.Setting(sp.in.Step.Before, name) != ""
	}):
		return errors.New(".npmrc says where pnpm keeps its packages")
	}
	for _, name := range m.InstallScripts() {
		if !sp.ignoresScripts() && !onlyModules(m.Scripts[name]) {
			return fmt.Errorf("its script %q runs at every install, and what that makes is not known", name)
		}
	}
	for _, name := range outside {
		if sp.ignoresScripts() || browsers.Skipped(name, sp.in.Step.Before) {
			continue
		}
		if m.Dependencies[name] != "" || m.DevDependencies[name] != "" || m.OptionalDependencies[name] != "" || sp.project.Lock != nil && sp.project.Lock.Has(name) {
			return fmt.Errorf("%s installs outside node_modules", name)
		}
	}
	for _, deps := range []map[string]string{m.Dependencies, m.DevDependencies, m.OptionalDependencies} {
		for _, name := range slices.Sorted(maps.Keys(deps)) {
			if localPackage.MatchString(deps[name]) {
				return fmt.Errorf("%s lies outside node_modules", name)
			}
		}
	}
	return nil
}

// ignoresScripts reports whether the install runs no scripts, of packages or its own
// (npm documentation, "ignore-scripts"; Yarn 1 and pnpm have the same option).
func (sp *Split) ignoresScripts() bool {
	return sp.in.Call.Has("--ignore-scripts") || sp.in.Tool == "npm" && sp.project.Setting(sp.in.Step.Before, "ignore-scripts") == "true"
}

// localPackage matches a dependency on a directory (npm documentation,
// "package.json", "Local Paths"; Yarn's link: and portal:).
var localPackage = lazyregexp.New(`^(file|link|portal|workspace):|^(\.|~|[A-Za-z]:)?/|^\.\./`)

// onlyModules reports whether a script that runs at install changes nothing but
// node_modules, or nothing at all.
func onlyModules(script string) bool {
	s, err := shell.Parse(script, nil)
	if err != nil || len(s.Writes) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.Calls, func(c shell.Call) bool {
		switch c.Name {
		case "husky", "is-ci", "patch-package", "true", "exit", "echo", "only-allow":
			return false
		case "npx":
			return len(c.Args) == 0 || !c.Args[0].Known || !slices.Contains([]string{"husky", "patch-package", "only-allow"}, c.Args[0].Text)
		}
		return true
	})
}
