package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds a Prisma CLI that fetches its engines when the container runs. The
// install script of @prisma/engines fetches those for the system that it runs on; what is
// not there when the CLI is called, the CLI writes into node_modules/@prisma/engines
// (prisma.io/docs, "Prisma engines"; github.com/prisma/prisma, packages/engines).

// engines returns why the Prisma CLI may have to write into a node_modules that stays
// root's, "" for any other command, and where the build has fetched what it needs.
func (x *examiner) engines(c *workload.Command) string {
	if c.Name != "prisma" || !c.Has("migrate", "db") || c.Dir == "" {
		return ""
	}
	modules := x.modulesFor(c.Dir)
	if modules == "" {
		return ""
	}
	if x.user == nil {
		x.open = true
		return ""
	}
	of := x.load.Owner(modules)
	if of.MayWrite(x.user.Name, x.user.User, strconv.Itoa(x.user.UID)) {
		return ""
	}
	made, lines := x.installing(x.run, modules)
	if len(lines) > 0 && owner.GivesOf(x.pass, x.run, lines[0].Dest) {
		return ""
	}
	why := withoutScripts(x, made)
	if len(lines) > 0 && why == "" {
		why = x.otherSystem(made, lines[0])
	}
	if _, set := x.run.Final.EnvVar("PRISMA_CLI_BINARY_TARGETS"); set && why == "" {
		why = "PRISMA_CLI_BINARY_TARGETS names others than those of the install"
	}
	if why == "" {
		return ""
	}
	return fmt.Sprintf("prisma may fetch its engines into %s, which stays owned by root: %s", modules, why)
}

// modulesFor returns the node_modules that a program in a directory finds, "" for none.
func (x *examiner) modulesFor(dir string) string {
	for ; ; dir = path.Dir(dir) {
		if modules := path.Join(dir, "node_modules"); x.load.Owner(modules).Made != workload.Unmade {
			return modules
		}
		if dir == "/" || dir == "." {
			return ""
		}
	}
}

// installing follows a node_modules through the stages that it is copied from, to the one
// that installs it, and returns the copies, the last one first.
func (x *examiner) installing(run *stage.Evaluation, modules string) (made *stage.Evaluation, list []stage.Copy) {
	for range x.pass.Graph.Nodes {
		c, ok := lastCopy(run, modules)
		if !ok {
			return run, list
		}
		from := x.pass.Graph.From(c.From, run.Node)
		if from == nil || len(c.Sources) == 0 {
			return run, list
		}
		base, _ := x.pass.Base(from, baseimage.AskConfig)
		run, list = from.Eval(base), append(list, c)
		modules = path.Join(path.Clean("/"+c.Sources[0]), strings.TrimPrefix(modules, c.Dest))
	}
	return run, list
}

// lastCopy returns the copy from a stage that brings a directory.
func lastCopy(run *stage.Evaluation, dir string) (stage.Copy, bool) {
	for _, s := range slices.Backward(run.Steps) {
		if c, ok := s.Before.Copy(s.In); ok && c.From != "" && workload.Within(dir, c.Dest) {
			return c, true
		}
	}
	return stage.Copy{}, false
}

// withoutScripts returns the install of a stage that runs no scripts, where none fetches
// the engines later; "" for none.
func withoutScripts(x *examiner, run *stage.Evaluation) (found string) {
	npmrc, _ := x.read(".npmrc")
	settings := strings.Contains(strings.ReplaceAll(npmrc, " ", ""), "ignore-scripts=true")
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		m := workload.ReadManager(c, s.Before.Getenv)
		set, _ := s.Before.Getenv("npm_config_ignore_scripts")
		other, _ := s.Before.Getenv("NPM_CONFIG_IGNORE_SCRIPTS")
		switch {
		case m != nil && m.Command == "rebuild", c.Has("prisma") && c.Has("migrate", "db", "version", "-v", "--version"):
			found = ""
		case m == nil || !slices.Contains([]string{"install", "ci", "i", "add"}, m.Command):
		case c.Has("--ignore-scripts") || settings || cmp.Or(set, other) == "true":
			found = fmt.Sprintf("line %d installs it without its scripts", s.In.Line)
		}
	})
	return found
}

// otherSystem tells that modules were installed for another system than that of the stage:
// which engines Prisma needs depends on the libc and on OpenSSL.
func (x *examiner) otherSystem(made *stage.Evaluation, c stage.Copy) string {
	switch {
	case made.Node.Root().Image != x.run.Node.Root().Image:
		return fmt.Sprintf("line %d copies it from another image, with the engines for that", c.In.Line)
	case installsOpenSSL(made) != installsOpenSSL(x.run):
		return fmt.Sprintf("line %d copies it from a stage with another OpenSSL", c.In.Line)
	}
	return ""
}

// installsOpenSSL reports whether a RUN installs OpenSSL.
func installsOpenSSL(run *stage.Evaluation) (found bool) {
	steps.Calls(run.Steps, func(_ stage.Step, c shell.Call) {
		found = found || c.Has("install", "add") && slices.ContainsFunc(c.Args, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "openssl") })
	})
	return found
}
