// Package owner knows who owns the files of an image when it runs as a user other than
// root: what COPY and RUN leave to root, what can be given to the user, and how.
package owner

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Giver makes the edits that give copies to a user.
type Giver struct {
	pass    *imagebuild.Pass
	run     *stage.Evaluation
	id      users.Identity
	sibling string // the owner that the file itself writes for this user, "" for none
}

// NewGiver returns what gives the copies of a stage to a user.
func NewGiver(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) Giver {
	return Giver{pass: p, run: run, id: WithGroup(run, id), sibling: siblingOwner(run, id)}
}

// Give returns the edit for one copy, the i-th of the steps that are the image's
// alone. The error says why it is left alone.
func (g Giver) Give(i int, c stage.Copy) (document.Edit, error) {
	if reason := laterRuns(g.pass, g.run, i, c); reason != "" {
		return document.Edit{}, errors.New(reason)
	}
	s := g.run.Exclusive()[i].Before
	_, exists := s.Accounts.User(g.id.Name)
	owner, ok := g.sibling, g.sibling != "" && exists && !c.Link
	if !ok {
		owner, ok = copyOwner(s, g.id, c)
	}
	if !ok {
		if exists {
			return document.Edit{}, fmt.Errorf("the group %s of the user %s is not known here", g.id.Group, g.id.User)
		}
		return document.Edit{}, fmt.Errorf("the user %s does not exist yet, and its number is not known", g.id.User)
	}
	return c.In.SetFlag("chown", owner)
}

// siblingOwner returns the owner that the file itself writes for this user in a COPY
// of the image's: perhaps with a group that is not the user's own. "" for none.
func siblingOwner(run *stage.Evaluation, id users.Identity) string {
	for _, s := range run.Exclusive() {
		if other, ok := s.Before.Copy(s.In); ok && other.Chown != "" && !other.Link && ownedBy(s.Before, other, id) {
			return other.Chown
		}
	}
	return ""
}

// ChownedLater reports whether a RUN after the i-th instruction of the stage
// gives what it copied to the user in any case.
func ChownedLater(p *imagebuild.Pass, run *stage.Evaluation, i int, id users.Identity) bool {
	return id.Is(ChownedTo(p, run, i))
}

// ChownedTo returns the user to which the last such RUN gives all that the i-th
// instruction of the stage copied; "" if none does.
func ChownedTo(p *imagebuild.Pass, run *stage.Evaluation, i int) (user string) {
	return chownedTo(p, run, i, func(stage.Step) bool { return true })
}

// ChownedByFile is ChownedTo without the RUNs that this run of the transforms inserted: what
// a copy gives to the user at once, those don't store a second time.
func ChownedByFile(p *imagebuild.Pass, run *stage.Evaluation, i int) (user string) {
	return chownedTo(p, run, i, func(s stage.Step) bool { return !p.Inserted(s.In.Start) })
}

func chownedTo(p *imagebuild.Pass, run *stage.Evaluation, i int, counts func(stage.Step) bool) (user string) {
	own := run.Exclusive()
	c, _ := own[i].Before.Copy(own[i].In)
	file := onlyFile(p, own[i].Before, c)
	steps.Calls(own[i+1:], func(s stage.Step, call shell.Call) {
		ch, ok := steps.ReadChown(call, s.Before.Workdir.Text)
		if ok && call.Certain && ch.Known && counts(s) && slices.ContainsFunc(ch.Targets, func(t string) bool { return ch.Recursive && workload.Within(c.Dest, t) || t == file }) {
			user = ch.User
		}
	})
	return user
}

// onlyFile returns the path in the image of the one file that a copy brings, "" where it may
// bring more. Of another stage's source, only what is copied into a directory is told: the
// contents of a directory are not called as it is.
func onlyFile(p *imagebuild.Pass, s stage.State, c stage.Copy) string {
	if len(c.Sources) != 1 || c.From == "" && !isFile(p, c.Sources[0]) || strings.ContainsAny(c.Sources[0], "*?[") {
		return ""
	}
	switch name := path.Base(path.Clean("/" + c.Sources[0])); {
	case name == "/":
	case c.Dir || c.Dest == s.Workdir.Text:
		return path.Join(c.Dest, name)
	case c.From == "":
		return c.Dest
	}
	return ""
}

// IsApplications reports whether a destination is the application's own: it lies below the
// working directory, or below an earlier one that has that below it, or in the home.
func IsApplications(run *stage.Evaluation, id users.Identity, dest string) bool {
	dir := run.Final.Workdir
	if dir.Known && dest == dir.Text && paths.IsOwnable(dest) {
		return true
	}
	if workload.IsSystem(dest) {
		return false
	}
	// A copy to /src brings files into the working directory /src/server too.
	return dir.Known && paths.IsOwnable(dir.Text) && (workload.Within(dest, dir.Text) || workload.Within(dir.Text, dest) || isBelowWorkdir(run, dest)) ||
		id.Home != "" && !workload.IsSystem(id.Home) && workload.Within(dest, id.Home)
}

// isBelowWorkdir reports whether a destination lies below a working directory of the stage
// above the last one: packages/shared, beside the package that starts.
func isBelowWorkdir(run *stage.Evaluation, dest string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		dir := s.Before.After(s.In).Workdir
		return s.In.Name() == "WORKDIR" && dir.Known && !workload.IsSystem(dir.Text) && workload.Within(run.Final.Workdir.Text, dir.Text) && workload.Within(dest, dir.Text)
	})
}

// copyOwner returns the value of --chown at this place. BuildKit looks names up in the
// stage's own /etc/passwd and /etc/group, but can't for --link.
func copyOwner(s stage.State, id users.Identity, c stage.Copy) (string, bool) {
	_, userNumeric := strconv.Atoi(id.User)
	_, user := s.Accounts.User(id.Name)
	_, group := s.Accounts.GroupID(id.Group)
	if _, err := strconv.Atoi(id.Group); err == nil {
		group = true
	}
	if strings.HasPrefix(id.Group, "$") {
		group = user
	}
	byName := !c.Link && (userNumeric == nil || user && group && defined(s, id.User) && defined(s, id.Group))
	if byName {
		return id.Owner(), true
	}
	return id.Numeric()
}

// defined reports whether a variable in a name has its value at this place.
func defined(s stage.State, name string) bool {
	v, ok := s.Expand(name)
	return ok && v != ""
}
