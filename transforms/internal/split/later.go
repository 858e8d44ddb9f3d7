package split

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file examines what comes after the install, and decides what happens to
// the dev dependencies.

// later decides between two stages and a build stage, and whether dev
// dependencies are removed.
func (sp *Split) later() error {
	builds := -1 // the last step that calls more than inert programs
	if sp.also != "" {
		builds = sp.in.At
	}
	for i, s := range sp.run.Steps[sp.in.At+1:] {
		if s.In.Name() == "RUN" && !steps.IsInert(s) {
			builds = sp.in.At + 1 + i
		}
		if s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "prune") {
			return fmt.Errorf("line %d prunes what is installed", s.In.Line)
		}
		if s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "npm link") {
			return fmt.Errorf("line %d links what is installed", s.In.Line)
		}
	}
	sp.devDependencies(builds)
	if sp.also != "" && sp.prune == "" {
		return fmt.Errorf("its RUN calls %s too", sp.also)
	}
	return nil
}

// devDependencies decides whether they are removed, and how: the install leaves them
// out, or the stage that builds prunes them after the step builds.
func (sp *Split) devDependencies(builds int) {
	if sp.in.WithoutDev || sp.in.Production() && sp.in.KnownNodeEnv() {
		return // it leaves them out itself
	}
	if sp.project != nil && len(sp.project.Manifest.DevDependencies) == 0 {
		return // there are none
	}
	if sp.stay = sp.needsDev(); sp.stay != "" {
		return
	}
	flag := sp.omitFlag()
	switch {
	case flag == "":
		sp.stay = "which flag leaves them out depends on the npm of the image, which is not known"
	case builds < 0:
		sp.omit = flag
	default:
		if err := sp.buildStage(builds); err != nil {
			sp.stay = err.Error()
		}
	}
}

// omitFlag returns the flag that leaves dev dependencies out (npm documentation,
// "omit", since npm 7; npm 6 has "only"; Yarn 1 and pnpm).
func (sp *Split) omitFlag() string {
	switch sp.in.Tool {
	case "yarn":
		return "--production"
	case "pnpm":
		return "--prod"
	}
	switch version, _ := sp.pass.Workload(sp.run).NPMAt(sp.in.Step); {
	case !version.Known:
		return ""
	case version.AtLeast(7, 0):
		return "--omit=dev"
	}
	return "--only=production"
}

// handedOn fails if root's npm gives what it installs to the owner of the directory,
// as it did before npm 9, and that is another user.
func (sp *Split) handedOn() error {
	if version, _ := sp.pass.Workload(sp.run).NPMAt(sp.in.Step); sp.in.Tool != "npm" || version.AtLeast(9, 0) {
		return nil
	}
	dir := sp.in.Step.Before.Workdir.Text
	line := 0
	for _, s := range sp.run.Steps[:sp.in.At] {
		if c, ok := s.Before.Copy(s.In); ok && c.Owned && workload.Within(dir, c.Dest) {
			line = s.In.Line
		}
		if s.In.Name() == "WORKDIR" && !stage.IsRoot(s.Before.User.Text) {
			line = s.In.Line
		}
	}
	steps.Calls(sp.run.Steps[:sp.in.At], func(s stage.Step, c shell.Call) {
		if c.Name == "chown" || c.Name == "install" {
			line = s.In.Line
		}
	})
	if line > 0 {
		return fmt.Errorf("npm before 9 gives what it installs to the owner of %s, see line %d", dir, line)
	}
	return nil
}

// owned determines who owns the output of the install, if it's not root.
func (sp *Split) owned() error {
	user := sp.in.Step.Before.User
	if user.Known && stage.IsRoot(user.Text) {
		return sp.handedOn()
	}
	if !user.Known {
		return errors.New("who installs is not known")
	}
	base, err := sp.pass.Base(sp.run.Node, baseimage.AskConfig|baseimage.AskUsers)
	if err != nil {
		return err
	}
	id, ok := users.Lookup(sp.run.Node.Eval(base).Steps[sp.in.At].Before, user.Text)
	if !ok || id.Group == "" {
		return fmt.Errorf("the group of the user %s, who installs, is not known", user.Text)
	}
	sp.owner = id.Owner()
	return nil
}
