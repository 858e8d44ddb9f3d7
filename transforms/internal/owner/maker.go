package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds directories that are the user's since a COPY made them.

// maker returns the step that is the first to make a directory, or that may be it: a
// WORKDIR, a COPY or a RUN. ok is false where there is none.
func maker(list []stage.Step, dir string) (first stage.Step, ok bool) {
	for _, s := range list {
		switch s.In.Name() {
		case "WORKDIR":
			ok = workload.Within(s.Before.After(s.In).Workdir.Text, dir)
		case "COPY", "ADD":
			c, known := s.Before.Copy(s.In)
			ok = !known || workload.Within(c.Dest, dir) || workload.Within(dir, c.Dest) && bringsDirectory(c)
		case "RUN":
			ok = mayMake(s, dir)
		}
		if ok {
			return s, true
		}
	}
	return stage.Step{}, false
}

// mayMake reports whether a RUN may make a directory: it names it, or runs more there than
// what is known to make none.
func mayMake(s stage.Step, dir string) bool {
	script, err := s.Script()
	if err != nil || script == nil || strings.Contains(steps.Text(s.In), path.Base(dir)) {
		return true
	}
	named := func(w shell.Word) bool { return !w.Known || strings.Contains(w.Text, path.Base(dir)) }
	if slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "mkdir" && slices.ContainsFunc(c.Args, named) }) {
		return true
	}
	return !steps.IsInert(s) && workload.Within(dir, s.Before.Workdir.Text) && slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
		return !steps.Inert[c.Name] && workload.ReadManager(c, s.Before.Getenv) == nil
	})
}

// isMadeAsTheUsers reports whether a directory is the user's from a COPY that makes it to
// the end. given tells whether a copy gets its --chown in this pass.
func isMadeAsTheUsers(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, dir string, given func(*dockerfile.Instruction) bool) bool {
	if !lacks(run, dir) || dir == id.Home {
		return false
	}
	first, ok := maker(run.Steps, dir)
	if c, isCopy := first.Before.Copy(first.In); !ok || !isCopy || c.Link || !makes(p, c, dir) {
		return false
	}
	begun := false
	for _, s := range run.Steps {
		if begun = begun || s.In == first.In; !begun {
			continue
		}
		switch c, isCopy := s.Before.Copy(s.In); {
		case isCopy && (workload.Within(c.Dest, dir) && s.In == first.In || workload.Within(dir, c.Dest)):
			if !given(s.In) && !(c.Chown != "" && ownedBy(s.Before, c, id)) {
				return false // a copy of what lies above it sets its owner again
			}
		case s.In.Name() == "RUN" && mayChange(s, id, dir):
			return false
		}
	}
	return true
}

// makes reports whether a copy certainly makes a directory: it lies on the way to what it
// brings, or is in a directory of the build context that it brings.
func makes(p *imagebuild.Pass, c stage.Copy, dir string) bool {
	if workload.Within(c.Dest, dir) {
		return true
	}
	return c.From == "" && p.Context != nil && slices.ContainsFunc(c.Sources, func(src string) bool {
		info, err := p.Files().Stat(path.Join(workload.ContextPath(src), strings.TrimPrefix(strings.TrimPrefix(dir, c.Dest), "/")))
		return src != "" && err == nil && info.IsDir()
	})
}

// lacks reports whether the base image, one of Docker's official ones, is known not to have
// the directory of an application.
func lacks(run *stage.Evaluation, dir string) bool {
	base := run.Final.Base
	if base == nil || base.Config == nil || workload.IsSystem(dir) || workload.Within(base.Config.WorkingDir, dir) {
		return false
	}
	name := strings.TrimPrefix(strings.TrimPrefix(base.Image, "docker.io/"), "library/")
	return !strings.Contains(name, "/") || strings.HasPrefix(name, "oven/bun:")
}

// mayChange reports whether a RUN may give a directory to another user, or remove it.
func mayChange(s stage.Step, id users.Identity, dir string) (found bool) {
	script, err := s.Script()
	if err != nil || script == nil {
		return true
	}
	for _, c := range script.Calls {
		if ch, ok := steps.ReadChown(c, s.Before.Workdir.Text); ok {
			found = found || !ch.Known || !id.Is(ch.User) && slices.ContainsFunc(ch.Targets, func(t string) bool { return t == dir || ch.Recursive && workload.Within(dir, t) })
		}
		switch c.Name {
		case "chown", "rm", "rmdir", "mv":
		default:
			continue
		}
		for _, a := range c.Args {
			target, known := a.In(s.Before.Workdir.Text)
			found = found || !known || c.Name != "chown" && workload.Within(dir, strings.TrimSuffix(path.Clean(target), "/*"))
		}
	}
	return found
}
