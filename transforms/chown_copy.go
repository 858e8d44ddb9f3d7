package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// ChownCopy copies the application's files as the application's own.
var ChownCopy = &fixer.Transform{
	ID:     "chown-copy",
	Title:  "copy what the application owns as its own",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds --chown=user:group to COPY and ADD into the working directory, or into the home of the user that the container
runs as. By number with --link and where the names do not exist yet. A RUN chown -R of the working directory behind such
copies, which has only the directory itself left to do, loses its -R.`,
		Why: `USER does not change who owns what COPY writes: root. An application that then writes to its own files and folders
(data/, uploads/, a SQLite file that came along) fails with EACCES. A recursive chown afterwards works, but stores every
file a second time.`,
		Safety: `Only in a stage that ends as a user who is not root and whose group is known, and only below the working directory or
the home; never in system directories, never where --chown is set. Left alone, with the reason, where a later RUN of
root's might mind: git refuses to work in a repository of another owner. What nginx serves, in its own image, stays root's:
it only reads it.`,
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
			"https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory",
		},
	},
	Run: func(p *fixer.Pass) error {
		for _, n := range p.Graph.Targets() {
			if err := chownCopies(p, n); err != nil {
				return err
			}
		}
		return nil
	},
}

func chownCopies(p *fixer.Pass, n *chain.Node) error {
	base, err := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	user := run.Final.User
	if !user.Known || isRoot(user.Text) || !starts(run) || !copiesAsRoot(run) || isNginxImage(n) {
		return nil // what nginx serves, it only reads
	}
	if err == nil {
		base, err = p.Base(n, baseimage.AskDistro|baseimage.AskUsers)
	}
	if err != nil {
		reportUnknown(p, run, err)
		return nil
	}
	if base.Distro.FamilyOf() == baseimage.Windows {
		return nil
	}
	run = n.Eval(base)
	id, known := lookup(run.Final, user.Text)
	if !known || hasForeignGroup(run, id) {
		if base, err = p.Base(n, baseimage.AskAccounts); err == nil {
			run = n.Eval(base)
			id, known = lookup(run.Final, user.Text)
		}
	}
	id = spelled(id, run.Final)
	g := newGiver(p, run, id)
	given := map[*dockerfile.Instruction]dockerfile.Edit{}
	for i, s := range run.Alone() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Owned || !isApplications(run, id, c.Dest) || p.Ignores(s.In) {
			continue
		}
		if !known {
			p.Report(s.In.Span, fmt.Sprintf("copied as root's, left so: the group of the user %s is not known", user.Text))
			continue
		}
		edit, err := g.give(i, c)
		if to := chownedTo(run, i); to != "" && !id.is(to) {
			continue // to whom its author wants it to belong
		}
		if err != nil {
			if chownedLater(run, i, id) {
				continue
			}
			p.Report(s.In.Span, "copied as root's, left so: "+err.Error())
			continue
		}
		given[s.In] = edit
	}
	narrowed := narrowChown(p, run, id, given)
	for i, s := range run.Alone() {
		edit, ok := given[s.In]
		if !ok || !narrowed && chownedLater(run, i, id) {
			continue
		}
		p.Report(s.In.Span, fmt.Sprintf("copied as root's, but the container runs as %s:%s", user.Text, edit.Text), edit)
	}
	return nil
}

// copiesAsRoot reports whether there is a COPY or ADD that might be given an
// owner.
func copiesAsRoot(run *chain.Run) bool {
	return slices.ContainsFunc(run.Alone(), func(s chain.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && !c.Owned
	})
}

// giver makes the edits that give copies to a user.
type giver struct {
	pass    *fixer.Pass
	run     *chain.Run
	id      identity
	sibling string // what the file itself writes for this user, "" for nothing
}

func newGiver(p *fixer.Pass, run *chain.Run, id identity) giver {
	return giver{pass: p, run: run, id: id, sibling: siblingOwner(run, id)}
}

// give makes the edit for one copy, the i-th of the steps that are the image's
// alone. The error says why it is left alone.
func (g giver) give(i int, c chain.Copy) (dockerfile.Edit, error) {
	if reason := laterRuns(g.pass, g.run, i, c); reason != "" {
		return dockerfile.Edit{}, errors.New(reason)
	}
	s := g.run.Alone()[i].Before
	_, exists := s.Accounts.User(g.id.name)
	owner, ok := g.sibling, g.sibling != "" && exists && !c.Link
	if !ok {
		owner, ok = copyOwner(s, g.id, c)
	}
	if !ok {
		if exists {
			return dockerfile.Edit{}, fmt.Errorf("the group %s of the user %s is not known here", g.id.group, g.id.user)
		}
		return dockerfile.Edit{}, fmt.Errorf("the user %s does not exist yet, and its number is not known", g.id.user)
	}
	return c.In.SetFlag("chown", owner)
}

// siblingOwner is what the file itself writes for this user in a COPY of the
// image's: perhaps with a group that is not the user's own. "" for none.
func siblingOwner(run *chain.Run, id identity) string {
	for _, s := range run.Alone() {
		if other, ok := s.Before.Copy(s.In); ok && other.Chown != "" && !other.Link && ownedBy(s.Before, other, id) {
			return other.Chown
		}
	}
	return ""
}

// chownedLater reports whether a RUN behind the i-th instruction of the stage
// gives what it copied to the user in any case.
func chownedLater(run *chain.Run, i int, id identity) bool { return id.is(chownedTo(run, i)) }

// chownedTo is the user to whom the last RUN that does so gives all that the i-th
// instruction of the stage copied; "" where none does.
func chownedTo(run *chain.Run, i int) (user string) {
	own := run.Alone()
	c, _ := own[i].Before.Copy(own[i].In)
	calls(own[i+1:], func(s chain.Step, call shell.Call) {
		ch, ok := readChown(call, s.Before.Workdir.Text)
		if ok && call.Certain && ch.known && ch.recursive && slices.ContainsFunc(ch.targets, func(t string) bool { return workload.Within(c.Dest, t) }) {
			user = ch.user
		}
	})
	return user
}

// reportUnknown tells, once for a stage, that its copies can't be judged.
func reportUnknown(p *fixer.Pass, run *chain.Run, err error) {
	for _, s := range run.Alone() {
		if c, ok := s.Before.Copy(s.In); ok && !c.Owned && isApplications(run, identity{}, c.Dest) {
			p.Report(s.In.Span, fmt.Sprintf("copied as root's, left so: nothing is known of the base image %s: %v", run.Node.Root().Stage.Ref.Text, err))
			return
		}
	}
}

// spelled names a user that the file creates under a variable by that variable:
// who builds with another name then gets that one here too.
func spelled(id identity, s chain.State) identity {
	u, ok := s.Accounts.User(id.name)
	if !ok {
		return id
	}
	if v, ok := variable(s, u.Raw); ok {
		if id.group == id.name {
			id.group = v
		}
		id.user = v
	}
	return id
}

// isApplications reports whether a destination is the application's own.
func isApplications(run *chain.Run, id identity, dest string) bool {
	dir := run.Final.Workdir
	if dir.Known && dest == dir.Text && ownable(dest) {
		return true
	}
	if workload.IsSystem(dest) {
		return false
	}
	// A copy to /src brings files into the working directory /src/server too.
	return dir.Known && ownable(dir.Text) && (workload.Within(dest, dir.Text) || workload.Within(dir.Text, dest)) ||
		id.home != "" && !workload.IsSystem(id.home) && workload.Within(dest, id.home)
}

// copyOwner is the value of --chown at this place. BuildKit looks names up in
// the stage's own /etc/passwd and /etc/group, and can't for --link.
func copyOwner(s chain.State, id identity, c chain.Copy) (string, bool) {
	_, userNumeric := strconv.Atoi(id.user)
	_, user := s.Accounts.User(id.name)
	_, group := s.Accounts.GroupID(id.group)
	if _, err := strconv.Atoi(id.group); err == nil {
		group = true
	}
	if strings.HasPrefix(id.group, "$") {
		group = user
	}
	byName := !c.Link && (userNumeric == nil || user && group && defined(s, id.user) && defined(s, id.group))
	if byName {
		return id.owner(), true
	}
	return id.numeric()
}

// defined reports whether a variable in a name has its value at this place.
func defined(s chain.State, name string) bool {
	v, ok := s.Expand(name)
	return ok && v != ""
}
