package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
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

const copiedAsRoot = "files are owned by root"

func chownCopies(p *fixer.Pass, n *stage.Node) error {
	base, err := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	user := run.Final.User
	if !user.Known || stage.IsRoot(user.Text) || !steps.Starts(run) || !copiesAsRoot(run) || nginx.IsImage(n) {
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
	id, known := users.Lookup(run.Final, user.Text)
	if !known || users.HasForeignGroup(run, id) {
		if base, err = p.Base(n, baseimage.AskAccounts); err == nil {
			run = n.Eval(base)
			id, known = users.Lookup(run.Final, user.Text)
		}
	}
	id = users.Spelled(id, run.Final)
	g := owner.NewGiver(p, run, id)
	given := map[*dockerfile.Instruction]dockerfile.Edit{}
	for i, s := range run.Exclusive() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Owned || !owner.IsApplications(run, id, c.Dest) || p.Ignores(s.In) {
			continue
		}
		if !known {
			p.Leave(s.In.Span, copiedAsRoot, fmt.Sprintf("the group of the user %s is not known", user.Text))
			continue
		}
		edit, err := g.Give(i, c)
		if to := owner.ChownedTo(run, i); to != "" && !id.Is(to) {
			continue // to whom its author wants it to belong
		}
		if err != nil {
			if owner.ChownedLater(run, i, id) {
				continue
			}
			p.Leave(s.In.Span, copiedAsRoot, err.Error())
			continue
		}
		given[s.In] = edit
	}
	narrowed := owner.NarrowChown(run, id, given)
	for _, n := range narrowed {
		p.Change(n.At, fixer.Finding{Problem: fmt.Sprintf("chown -R stores every file a second time, and %s owns all below %s by --chown", id.User, n.Dir), Change: "drop -R"}, fixer.Decision{}, n.Edit)
	}
	for i, s := range run.Exclusive() {
		edit, ok := given[s.In]
		if !ok || len(narrowed) == 0 && owner.ChownedLater(run, i, id) {
			continue
		}
		p.Change(s.In.Span, fixer.Finding{Problem: copiedAsRoot + ", but the container runs as " + user.Text, Change: "add " + strings.TrimSpace(edit.Text)}, fixer.Decision{}, edit)
	}
	return nil
}

// copiesAsRoot reports whether there is a COPY or ADD that might be given an
// owner.
func copiesAsRoot(run *stage.Evaluation) bool {
	return slices.ContainsFunc(run.Exclusive(), func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && !c.Owned
	})
}

// reportUnknown tells, once for a stage, that its copies can't be judged.
func reportUnknown(p *fixer.Pass, run *stage.Evaluation, err error) {
	for _, s := range run.Exclusive() {
		if c, ok := s.Before.Copy(s.In); ok && !c.Owned && owner.IsApplications(run, users.Identity{}, c.Dest) {
			p.Leave(s.In.Span, copiedAsRoot, fmt.Sprintf("the base image %s is unknown: %v", run.Node.Root().Stage.Ref.Text, err))
			return
		}
	}
}
