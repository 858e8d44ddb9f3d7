package transforms

import (
	"cmp"
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
	"github.com/dockmend/dockmend/transforms/internal/rootcheck"
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
Where the container ran as that user before, only what is known to be written is given away; where the file itself gives
something to that user, only what is certainly written. Uses numbers with --link, and where the names do not exist yet.
Drops the -R of a RUN chown of the working directory that has only the directory itself left to change.`,
		Why: `USER does not change the owner of what COPY writes: root. An application that writes to its own files and folders (data/,
uploads/, a SQLite file) fails with EACCES. A recursive chown afterwards works, but stores every file a second time.`,
		Checks: []string{
			"The stage ends as a user other than root, whose group is known",
			"The destination is below the working directory, or an earlier one above it, or the user's home",
			"The stage ran as root before, or something is known to write what the copy brings",
			"Root's group keeps what a chgrp or chmod lets it write: OpenShift's users are members of it",
			"No later RUN of root's depends on the owner of the files",
		},
		LeavesAlone: []string{
			"Copies that have a --chown, and all with --own data or --own nothing",
			"Files that a user who ran the container before does not write: what root owns stays read-only",
			"Files that a later chown gives to another user, or a later COPY brings again",
			"Copies that may bring a .git directory, where a later RUN may call git: it refuses another owner's repository",
			"Copies before an npm 7 or 8 that would run scripts as the new owner",
			"Stages whose user is created later, with a number that is not known",
			"Files that Docker's official nginx image serves: nginx only reads them",
			"Base images whose users are not known, and Windows images",
		},
		NeedsUnsafe: []string{
			"A deployment runs it as root without DAC_OVERRIDE, which can't write what the user owns",
			"A deployment runs it as root, and the application calls git in the repository that is copied",
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
	if !known {
		id = users.Named(user.Text)
	}
	c := copies{Pass: p, run: run, id: users.Spelled(id, run.Final), known: known}
	c.needs = owner.NewNeeds(p, run, c.id)
	return c.give()
}

// copies are those of a stage, which its user needs.
type copies struct {
	*imagebuild.Pass
	run   *stage.Evaluation
	id    users.Identity
	known bool // the user's group
	needs owner.Needs
}

// problem is what is wrong with a copy, with what the user does about it: "" for nothing.
// Where this run brings the user, nothing is wrong yet.
func (c copies) problem(why string) fixer.Finding {
	switch {
	case !c.needs.Before:
		return fixer.Finding{Problem: "files would stay owned by root"}
	case why == "":
		return fixer.Finding{Problem: "files are owned by root, but the container runs as " + c.run.Final.User.Text}
	}
	return fixer.Finding{Problem: "files are owned by root, but the container runs as " + c.run.Final.User.Text, Reason: why}
}

// give reports the copies that the user needs, and what else these change.
func (c copies) give() error {
	given, whys := c.edits()
	for i, s := range c.run.Exclusive() {
		if owner.IsGivenLater(c.Pass, c.run, i, c.id, given) {
			delete(given, s.In)
		}
	}
	narrowed := owner.NarrowChown(c.Pass, c.run, c.id, given)
	for _, n := range narrowed {
		c.Change(n.At, fixer.Finding{Problem: fmt.Sprintf("chown -R stores every file a second time, and %s owns all below %s by --chown", c.id.User, n.Dir), Change: "drop -R"}, fixer.Decision{}, n.Edit)
	}
	may := fixer.Decision{}
	if c.needs.Before {
		may = fixer.Doubt(cmp.Or(owner.ConfinedRoot(c.Pass, c.run, c.id), rootcheck.GitOwner(c.Pass, c.run, c.id)))
	}
	for i, s := range c.run.Exclusive() {
		edit, ok := given[s.In]
		if !ok || len(narrowed) == 0 && c.id.Is(owner.ChownedByFile(c.Pass, c.run, i)) {
			delete(given, s.In)
			continue
		}
		f := c.problem(whys[s.In])
		f.Change = "add " + strings.TrimSpace(edit.Text)
		c.Change(s.In.Span, f, may, edit)
	}
	redundant, err := owner.DropRedundant(c.Pass, c.run, c.id, given)
	for _, r := range redundant {
		c.Change(r.At, fixer.Finding{Problem: "a directory is the user's already", Change: "leave it out of chown"}, fixer.Decision{}, r.Edit)
	}
	return err
}

// edits returns those that give the copies to the user, and for what the user needs them. It
// reports the copies that are left alone.
func (c copies) edits() (given map[*dockerfile.Instruction]document.Edit, whys map[*dockerfile.Instruction]string) {
	given, whys = map[*dockerfile.Instruction]document.Edit{}, map[*dockerfile.Instruction]string{}
	g := owner.NewGiver(c.Pass, c.run, c.id)
	for i, s := range c.run.Exclusive() {
		one, ok := s.Before.Copy(s.In)
		if !ok || one.Owned || !owner.IsApplications(c.run, c.id, one.Dest) || c.Ignores(s.In.Span) {
			continue
		}
		why, needed := c.needs.Of(i, one)
		if !needed {
			continue
		}
		problem := c.problem(why).Problem
		if !c.known {
			c.Leave(s.In.Span, problem, fmt.Sprintf("the group of the user %s is not known", c.run.Final.User.Text))
			continue
		}
		edit, err := g.Give(i, one)
		switch to := owner.ChownedByFile(c.Pass, c.run, i); {
		case to != "" && !c.id.Is(to): // the author has chosen the owner
		case err != nil && owner.ChownedLater(c.Pass, c.run, i, c.id):
		case err != nil:
			c.Leave(s.In.Span, problem, err.Error())
		default:
			given[s.In], whys[s.In] = edit, why
		}
	}
	return given, whys
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
	c := copies{Pass: p, run: run, id: users.Named(run.Final.User.Text)}
	c.needs = owner.NewNeeds(p, run, c.id)
	for i, s := range run.Exclusive() {
		one, ok := s.Before.Copy(s.In)
		if !ok || one.Owned || !owner.IsApplications(run, c.id, one.Dest) || owner.ChownedLater(p, run, i, c.id) {
			continue
		}
		if why, needed := c.needs.Of(i, one); needed {
			p.Leave(s.In.Span, c.problem(why).Problem, fmt.Sprintf("the base image %s is unknown: %v", run.Node.Root().Stage.Ref.Text, err))
			return
		}
	}
}
