package owner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges which copies a user needs that the container ran as all along: it has
// worked with root's files, and what its author kept from being written stays so.

// Needs knows which copies the user of a stage needs.
type Needs struct {
	pass *imagebuild.Pass
	run  *stage.Evaluation
	id   users.Identity
	// Before: the container ran as a user other than root before this run, too.
	Before bool
	// chosen: the file itself gives something to the user, and so the rest not.
	chosen  bool
	written *written
}

// NewNeeds returns what knows the needs of a stage.
func NewNeeds(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) Needs {
	n := Needs{pass: p, run: run, id: id}
	if first := p.Before(run.Node); first != nil {
		user := first.Eval(run.Final.Base).Final.User
		n.Before = user.Known && !stage.IsRoot(user.Text)
	}
	if n.Before {
		n.chosen = gives(run, id)
		n.written = newWritten(p, run, id)
	}
	return n
}

// gives reports whether the file gives something to the user, by a RUN or by a COPY.
func gives(run *stage.Evaluation, id users.Identity) (found bool) {
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		ch, ok := steps.ReadChown(c, s.Before.Workdir.Text)
		found = found || ok && id.Is(ch.User)
	})
	return found || slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && c.Chown != "" && ownedBy(s.Before, c, id)
	})
}

// Of reports whether the user needs what a copy brings, the i-th of the steps that are the
// image's alone, and why: "" where the container was root's, who may write everything. A
// copy that a later RUN gives to the user is needed.
func (n Needs) Of(i int, c stage.Copy) (why string, needed bool) {
	if !n.Before || ChownedLater(n.pass, n.run, i, n.id) {
		return "", true
	}
	if why = n.installed(i, c); why != "" {
		return why, true
	}
	if why, sure := n.written.by(c); why != "" && (sure || !n.chosen) {
		return why, true
	}
	if n.chosen {
		return "", false
	}
	others := otherStarts(n.pass, n.run)
	open := slices.DeleteFunc(Unplaced(n.pass.Workload(n.run), n.pass.NodeProcess()), func(e workload.Evidence) bool { return others.Has(e.Place.File) })
	if len(open) == 0 {
		return "", false
	}
	return fmt.Sprintf("%s may write there", open[0].Place), true
}

// installed tells of a RUN of the user's that installs packages where the copy made the
// directory, or brought a lock file that npm writes again; "" for none.
func (n Needs) installed(i int, c stage.Copy) (why string) {
	own := n.run.Exclusive()
	steps.Calls(own[i+1:], func(s stage.Step, call shell.Call) {
		m := workload.ReadManager(call, s.Before.Getenv)
		user, _, _ := strings.Cut(s.Before.User.Text, ":")
		dir, ok := call.In(s.Before.Workdir.Text)
		if why != "" || m == nil || !ok || !n.id.Is(user) || !slices.Contains(strings.Fields("install i ci add"), m.Command) && !(m.Name == "yarn" && len(call.Args) == 0) {
			return
		}
		made, _ := maker(n.run.Steps, dir)
		if made.In == c.In && dir != n.id.Home || m.Name == "npm" && m.Command != "ci" && n.bringsLock(c, dir) {
			why = fmt.Sprintf("%s writes there in line %d", strings.TrimSpace(m.Name+" "+m.Command), s.In.Line)
		}
	})
	return why
}

// bringsLock reports whether a copy brings a package-lock.json into a directory, which npm
// install writes in any case (npm documentation, "package-lock").
func (n Needs) bringsLock(c stage.Copy, dir string) bool {
	const lock = "package-lock.json"
	if c.Dest != dir || c.From != "" {
		return false
	}
	return slices.ContainsFunc(c.Sources, func(src string) bool {
		src = workload.ContextPath(src)
		name := src
		if ok, err := path.Match(path.Base(src), lock); err != nil || !ok {
			name = path.Join(src, lock) // of a directory
		} else {
			name = path.Join(path.Dir(src), lock)
		}
		_, err := n.pass.Files().Stat(name)
		return err == nil || n.pass.Context == nil && path.Base(name) == lock && path.Dir(name) == path.Dir(src)
	})
}
