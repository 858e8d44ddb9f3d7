// Package corepack finds where corepack keeps the package managers that it downloads, and
// moves them to where every user can read them.
package corepack

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Home is the directory that the package managers get. Corepack keeps them in
// COREPACK_HOME, else in ~/.cache/node/corepack, and writes there only to download or to
// activate one (github.com/nodejs/corepack, "Environment Variables").
const Home = "/usr/local/share/corepack"

// Cache is what root's RUNs leave of package managers in root's home.
type Cache struct {
	// Empty: nothing is left. A start downloads the manager to the home of its user,
	// whoever that is.
	Empty bool
	// First is the RUN that downloads first, if COREPACK_HOME before it is enough for
	// the start to find what it needs; nil if it is not.
	First *dockerfile.Instruction
}

// Look returns what root leaves of the package manager that is called name. field is
// packageManager of the package.json that the start reads, "" for none; known reports
// whether that could be read.
func Look(p *imagebuild.Pass, run *stage.Evaluation, name, field string, known bool) Cache {
	first := -1
	has := false // what the start needs
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if !stage.IsRoot(s.Before.User.Text) || !downloads(c, name) {
			return
		}
		i := slices.IndexFunc(run.Steps, func(other stage.Step) bool { return other.In == s.In })
		if first < 0 {
			first = i
		}
		has = has || provides(run, i, c, name, field, p)
	})
	switch {
	case first < 0:
		return Cache{Empty: true}
	case !has || !known || sharedWithUsers(p, run, run.Steps[first].In):
		return Cache{}
	}
	return Cache{First: run.Steps[first].In}
}

// downloads reports whether a call may have corepack download a package manager.
func downloads(c shell.Call, name string) bool {
	if c.Name == "corepack" {
		return !c.Has("enable", "disable", "cache") || c.Has("prepare", "install", "use", "up")
	}
	return c.Name == name || c.Name == name+"pkg" || name == "pnpm" && c.Name == "pnpx"
}

// provides reports whether a call leaves the version of the manager that the start asks
// for: the one that it names, or that the package.json beside it names, as the start's
// does.
func provides(run *stage.Evaluation, i int, c shell.Call, name, field string, p *imagebuild.Pass) bool {
	if c.Name == "corepack" {
		return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			version, ok := strings.CutPrefix(w.Text, name+"@")
			if !w.Known || !ok {
				return false
			}
			if field == "" {
				return c.Has("--activate", "-g", "--global")
			}
			wanted, _, _ := strings.Cut(field, "+")
			return name+"@"+version == wanted
		})
	}
	before := run.Steps[i].Before
	if field == "" || !before.Workdir.Known || before.Workdir.Text != run.Final.Workdir.Text || p.Context == nil {
		return field == ""
	}
	upTo := &stage.Evaluation{Node: run.Node, Steps: run.Steps[:i], Final: before}
	return upTo.Origin(path.Join(before.Workdir.Text, "package.json"), p.Context).Name != ""
}

// sharedWithUsers reports whether an instruction is in a stage that another one is built
// from in which a user other than root may call a package manager: it could not write to
// Home.
func sharedWithUsers(p *imagebuild.Pass, run *stage.Evaluation, in *dockerfile.Instruction) bool {
	home := p.File.StageOf(in)
	for _, n := range p.Graph.Nodes {
		if n == run.Node || !slices.ContainsFunc(n.Chain(), func(m *stage.Node) bool { return m.Stage == home }) {
			continue
		}
		if slices.ContainsFunc(n.Stage.Body, func(in *dockerfile.Instruction) bool { return in.Name() == "USER" }) {
			return true
		}
	}
	return false
}
