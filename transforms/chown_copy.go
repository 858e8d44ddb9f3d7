package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// ChownCopy copies the application's files with the application's user as owner.
var ChownCopy = &fixer.Transform{
	ID:       "chown-copy",
	Title:    "copy what the application owns as its own",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds --chown=user:group to COPY and ADD into the working directory, or into the home of the user that the container runs as.
Uses numbers with --link, and where the names do not exist yet. Drops the -R of a RUN chown of the working directory that
has only the directory itself left to change.`,
		Why: `USER does not change the owner of what COPY writes: root. An application that writes to its own files and folders (data/,
uploads/, a SQLite file) fails with EACCES. A recursive chown afterwards works, but stores every file a second time.`,
		Checks: []string{
			"The stage ends as a user other than root, whose group is known",
			"The destination is below the working directory or the user's home, and no directory of the system",
			"No later RUN of root's depends on the owner of the files",
		},
		LeavesAlone: []string{
			"Copies that have a --chown, and all with --own data or --own nothing",
			"Files that a later chown gives to another user, or a later COPY brings again",
			"Copies that may bring a .git directory, where a later RUN may call git: it refuses another owner's repository",
			"Copies before an npm 7 or 8 that would run scripts as the new owner",
			"Stages whose user is created later, with a number that is not known",
			"Files that Docker's official nginx image serves: nginx only reads them",
			"Base images whose users are not known, and Windows images",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
			"https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory",
		},
	},
	Flags: []*fixer.Flag{owner.Style},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if !owner.GivesFiles(p) {
			return nil
		}
		for _, n := range p.Graph.Targets() {
			if err := chownCopies(p, n); err != nil {
				return err
			}
		}
		return nil
	}),
}

const copiedAsRoot = "files are owned by root"

func chownCopies(p *imagebuild.Pass, n *stage.Node) error {
	base, err := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	user := run.Final.User
	if !user.Known || stage.IsRoot(user.Text) || !steps.Starts(run) || !copiesAsRoot(run) || nginx.IsImage(n) {
		return nil // nginx only reads what it serves
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
	given := map[*dockerfile.Instruction]document.Edit{}
	for i, s := range run.Exclusive() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Owned || !owner.IsApplications(run, id, c.Dest) || p.Ignores(s.In.Span) {
			continue
		}
		if !known {
			p.Leave(s.In.Span, copiedAsRoot, fmt.Sprintf("the group of the user %s is not known", user.Text))
			continue
		}
		edit, err := g.Give(i, c)
		if to := owner.ChownedTo(run, i); to != "" && !id.Is(to) {
			continue // the author has chosen the owner
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
	for i, s := range run.Exclusive() {
		if owner.IsGivenLater(p, run, i, id, given) {
			delete(given, s.In)
		}
	}
	narrowed := owner.NarrowChown(p, run, id, given)
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
func reportUnknown(p *imagebuild.Pass, run *stage.Evaluation, err error) {
	for _, s := range run.Exclusive() {
		if c, ok := s.Before.Copy(s.In); ok && !c.Owned && owner.IsApplications(run, users.Identity{}, c.Dest) {
			p.Leave(s.In.Span, copiedAsRoot, fmt.Sprintf("the base image %s is unknown: %v", run.Node.Root().Stage.Ref.Text, err))
			return
		}
	}
}
