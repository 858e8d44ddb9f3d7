package owner

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges what a RUN gives to a user who is neither root nor the one that the
// container gets: root wrote there all the same. What is the application's becomes the new
// user's, and keeps a group that a RUN gave it.

// gift is a file or directory that a RUN gives to another user.
type gift struct {
	path string
	tree bool // with all that is in it
	to   string
	line int
}

// covers reports whether a file is the gift, or belongs to it.
func (g gift) covers(file string) bool {
	return file == g.path || g.tree && workload.Within(file, g.path)
}

// gifts returns those that no later step is known to undo, in the order of the file.
func gifts(run *stage.Evaluation, id users.Identity) (list []gift) {
	add := func(g gift) {
		list = slices.DeleteFunc(list, func(before gift) bool { return g.covers(before.path) })
		if g.to != "" && !id.Is(g.to) && !stage.IsRoot(g.to) && len(list) < maxMade {
			list = append(list, g)
		}
	}
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && c.Chown != "" && bringsDirectory(c) {
			user, _, _ := strings.Cut(c.Chown, ":")
			if to, known := s.Before.Expand(user); known {
				add(gift{c.Dest, true, to, s.In.Line})
			}
		}
		steps.Calls([]stage.Step{s}, func(s stage.Step, c shell.Call) {
			of := ownerOf(s, c)
			for _, t := range of.targets {
				if c.Name == "rm" || c.Certain && of.user != "" {
					add(gift{t, of.tree, of.user, s.In.Line})
				}
			}
		})
	}
	return slices.DeleteFunc(list, func(g gift) bool {
		return slices.ContainsFunc(run.Final.Volumes, func(v stage.Value) bool { return workload.Within(g.path, v.Text) })
	})
}

// taken returns the gifts that the user gets: those of the application's files, and of the
// directories that a RUN makes.
func taken(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []gift) {
	if !GivesFiles(p) {
		return nil
	}
	made, _ := madeDirs(run, id)
	workdir := run.Final.Workdir
	for _, g := range gifts(run, id) {
		if g.tree && workdir.Known && workdir.Text != g.path && workload.Within(workdir.Text, g.path) {
			g.path = workdir.Text // of a directory above it, the application's
		}
		ofApplication := workdir.Known && paths.IsOwnable(workdir.Text) && workload.Within(g.path, workdir.Text)
		if (ofApplication || slices.Contains(made, g.path)) && paths.IsPlain(g.path) {
			list = append(list, g)
		}
	}
	return list
}

// givenAlone returns those of taken that the user gets without what is in them, and that are
// not in a list.
func givenAlone(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, but []string) (dirs []string) {
	for _, g := range taken(p, run, id) {
		if !g.tree && !slices.Contains(but, g.path) {
			dirs = append(dirs, g.path)
		}
	}
	return dirs
}

// isThere returns what reports whether a directory is certainly there: the file works in it,
// or gives it to somebody.
func isThere(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) func(dir string) bool {
	list := taken(p, run, id)
	return func(dir string) bool {
		return isWorkdir(run, dir) || slices.ContainsFunc(list, func(g gift) bool { return g.path == dir })
	}
}

// OthersFile tells of a write to what a RUN gives to another user and the container's does
// not get, or of a deployment that runs as that user.
func OthersFile(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) []blockers.Blocker {
	given := taken(p, run, id)
	if d, g := runAs(p, run, given); d != nil {
		return []blockers.Blocker{blockers.At(d.Place, "runs it as %s, who would lose %s", d.User, g.path)}
	}
	load := p.Workload(run)
	made, _ := madeDirs(run, id)
	for _, g := range gifts(run, id) {
		if slices.Contains(given, g) || slices.Contains(made, g.path) || load.Owner(g.path).MayWrite() {
			continue
		}
		for _, w := range load.Writes() {
			isThere := g.covers(w.Path) || path.Dir(w.Path) == g.path
			isBelowGiven := slices.ContainsFunc(given, func(other gift) bool { return other.covers(w.Path) })
			if isThere && !isBelowGiven && w.Command == nil && load.Runs(w.Place.File) {
				b := blockers.At(w.Place, "writes %s, which line %d gives to %s", w.Path, g.line, g.to)
				b.Path = blockers.DirOf(w.Path)
				return []blockers.Blocker{b}
			}
		}
	}
	return nil
}

// runAs returns a deployment that runs the image as the user to whom a RUN gave something,
// nil for none.
func runAs(p *imagebuild.Pass, run *stage.Evaluation, given []gift) (*workload.Deployment, gift) {
	if len(given) == 0 {
		return nil, gift{}
	}
	for _, d := range slices.Concat(p.Deployments, p.Perhaps) {
		user, _, _ := strings.Cut(d.User, ":")
		if user == "" || stage.IsRoot(user) {
			continue
		}
		accounts := run.Final.Accounts
		if base, err := p.Base(run.Node, baseimage.AskAccounts); err == nil {
			accounts = run.Node.Eval(base).Final.Accounts
		}
		for _, g := range given {
			if mayBe(accounts, g.to, user) {
				return &d, g
			}
		}
	}
	return nil, gift{}
}

// mayBe reports whether two words, names or numbers, may mean the same user: so may a number
// and a name whose number is not known.
func mayBe(accounts stage.Accounts, a, b string) bool {
	m, aIsNumber := uidOf(accounts, a)
	n, bIsNumber := uidOf(accounts, b)
	switch {
	case a == b:
		return true
	case m != stage.Unknown && n != stage.Unknown:
		return m == n
	}
	return aIsNumber != bIsNumber
}

// uidOf returns the number that a word means, Unknown where it is not known, and whether the
// word is that number.
func uidOf(accounts stage.Accounts, user string) (uid int, isNumber bool) {
	if n, err := strconv.Atoi(user); err == nil {
		return n, true
	}
	if u, ok := accounts.User(user); ok {
		return u.UID, false
	}
	return stage.Unknown, false
}
