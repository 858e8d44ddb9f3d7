// Package split plans how to split a stage that installs packages, so that the final
// image has no more than the output of the install.
package split

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Split is the plan to split a stage.
type Split struct {
	pass    *imagebuild.Pass
	run     *stage.Evaluation
	in      installs.Install
	first   int      // the first step of the new stage: what is copied for the install
	last    int      // its last step: the install, or the last build step
	also    string   // a program that the RUN of the install calls too, "" for none
	base    string   // the name of the stage that both are built from
	name    string   // of the new stage
	again   []string // copies for the install that the last stage needs too
	owner   string   // of what the last stage copies, "" for root
	omit    string   // what makes the install leave dev dependencies out, "" for nothing
	prune   string   // the command that removes them after a build, "" for none
	stay    string   // why dev dependencies stay, "" if they don't, or were left out before
	secret  string   // the file with a token that is not copied again
	project *installs.Project
}

// Plan decides how; the error says why the stage stays as it is.
func Plan(p *imagebuild.Pass, run *stage.Evaluation, in installs.Install, names map[string]bool) (*Split, error) {
	sp := &Split{pass: p, run: run, in: in, first: in.At, last: in.At}
	var err error
	sp.project, err = installs.ReadProject(p, run, in.At, in.Tool)
	switch {
	case err != nil:
		return nil, err
	case sp.project.LockErr != nil:
		return nil, sp.project.LockErr
	}
	for _, check := range []func() error{sp.section, sp.stageKinds, sp.onlyInstalls, sp.packages, sp.later, sp.owned, sp.copies} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return sp, sp.pickNames(names)
}

// Idle reports whether the image would be the same: the install leaves nothing that
// the image does not need.
func (sp *Split) Idle() bool {
	return sp.omit == "" && sp.prune == "" && sp.secret == "" && sp.cleans()
}

// CacheOnly returns why a new stage is not worth its lines, "" if it is: the image would
// lose the cache of the package manager alone, which a mount of a cache keeps out of it in
// a word.
func (sp *Split) CacheOnly() string {
	if sp.omit != "" || sp.prune != "" || sp.secret != "" {
		return ""
	}
	why := fmt.Sprintf("only %s's cache would go, as with RUN --mount=type=cache", sp.in.Tool)
	if sp.stay != "" {
		why += "; dev dependencies are kept: " + sp.stay
	}
	return why
}

// cleans reports whether the cache of the package manager is not in the image.
func (sp *Split) cleans() bool {
	cleaned := false
	steps.Calls([]stage.Step{sp.in.Step}, func(_ stage.Step, c shell.Call) {
		cleaned = cleaned || c.Name == sp.in.Tool && c.Has("cache", "store") && c.Has("clean", "clear", "prune")
	})
	return cleaned || strings.Contains(strings.Join(flagTexts(sp.in.Step.In), " "), "type=cache")
}

func flagTexts(in *dockerfile.Instruction) (texts []string) {
	for _, w := range in.Flags {
		texts = append(texts, w.Text)
	}
	return texts
}

// Finding returns what is done, and why it may be.
func (sp *Split) Finding() (f fixer.Finding) {
	keeps := ", which keeps " + sp.in.Tool + "'s cache"
	if sp.cleans() {
		keeps = ""
	}
	f.Problem = "packages are installed in the final stage" + keeps
	f.Change = fmt.Sprintf("install in a new stage %s", sp.name)
	const unused = "nothing uses them at run time"
	switch {
	case sp.prune != "":
		f.Problem = "the final stage builds, and keeps the dev dependencies"
		f.Change, f.Reason = fmt.Sprintf("build in a new stage %s, and prune them there", sp.name), unused
	case sp.omit != "":
		f.Change, f.Reason = f.Change+", without dev dependencies", sp.omit+"; "+unused
	}
	if sp.secret != "" {
		f.Caveats = append(f.Caveats, sp.secret+" holds a token, and is not copied into the final stage")
	}
	return f
}

// InstallsAtStart returns the package manager that the start calls to install, "" for
// none.
func InstallsAtStart(load *workload.Workload) (found string) {
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

// Names are the names that no new stage may have: those of stages, and of
// images that are spelled as one.
func Names(p *imagebuild.Pass) map[string]bool {
	taken := map[string]bool{}
	for _, st := range p.File.Stages {
		taken[st.Name], taken[st.Ref.Text] = true, true
	}
	for _, n := range p.Graph.Nodes {
		taken[n.Image] = true // where it is a variable
	}
	for _, in := range p.File.Instructions {
		for _, ref := range stage.Sources(in) {
			taken[ref] = true
		}
	}
	return taken
}

// pickNames gives the new stages free names.
func (sp *Split) pickNames(taken map[string]bool) error {
	sp.base = "base"
	sp.name = "deps"
	if sp.prune != "" {
		sp.name = "build"
	}
	if taken[sp.base] || taken[sp.name] {
		prefix := cmp.Or(sp.run.Node.Stage.Name, "app") + "-"
		sp.base, sp.name = prefix+sp.base, prefix+sp.name
		if taken[sp.base] || taken[sp.name] {
			return fmt.Errorf("there is a stage %s already", sp.name)
		}
	}
	taken[sp.base], taken[sp.name] = true, true
	return nil
}
