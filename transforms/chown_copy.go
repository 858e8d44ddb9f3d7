package transforms

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
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
		Why: `USER does not change who owns what COPY writes: root. An application that then writes beside its code (a SQLite file,
logs, uploads, a cache) fails with EACCES. A recursive chown afterwards works, but stores every file a second time.`,
		Safety: `Only in a stage that ends as a user who is not root and whose group is known, and only below the working directory or
the home; never in system directories, never where --chown is set. Left alone, with the reason, where a later RUN of
root's might mind: git refuses to work in a repository of another owner.`,
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
	base, err := p.Base(n, baseimage.AskConfig|baseimage.AskDistro|baseimage.AskAccounts)
	if base != nil && base.Distro.FamilyOf() == baseimage.Windows {
		return nil
	}
	run := n.Eval(base)
	user := run.Final.User
	if !user.Known || isRoot(user.Text) || !starts(run) {
		return nil
	}
	if err != nil {
		reportUnknown(p, run, err)
		return nil
	}
	id, known := lookup(run.Final, user.Text)
	id = spelled(id, run.Final)
	given := map[*dockerfile.Instruction]bool{}
	for i, s := range run.Own() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Chown != "" || !isApplications(run, id, c.Dest) {
			continue
		}
		if !known {
			p.Report(s.In.Span, fmt.Sprintf("copied as root's, left so: the group of the user %s is not known", user.Text))
			continue
		}
		if reason := laterRuns(p, run, i, c); reason != "" {
			p.Report(s.In.Span, "copied as root's, left so: "+reason)
			continue
		}
		owner, ok := copyOwner(s.Before, id, c, run.Final)
		if !ok {
			p.Report(s.In.Span, fmt.Sprintf("copied as root's, left so: the user %s does not exist yet, and its number is not known", id.user))
			continue
		}
		edit, err := s.In.SetFlag("chown", owner)
		if err != nil {
			p.Report(s.In.Span, "copied as root's, left so: "+err.Error())
			continue
		}
		p.Report(s.In.Span, fmt.Sprintf("copied as root's, but the container runs as %s: --chown=%s added", user.Text, owner), edit)
		given[s.In] = true
	}
	if known {
		narrowChown(p, run, id, given)
	}
	return nil
}

// reportUnknown tells, once for a stage, that its copies can't be judged.
func reportUnknown(p *fixer.Pass, run *chain.Run, err error) {
	for _, s := range run.Own() {
		if c, ok := s.Before.Copy(s.In); ok && c.Chown == "" && isApplications(run, identity{}, c.Dest) {
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
	if isSystem(dest) {
		return false
	}
	dir := run.Final.Workdir
	// A copy to /src brings files into the working directory /src/server too.
	return dir.Known && !isSystem(dir.Text) && (within(dest, dir.Text) || within(dir.Text, dest)) ||
		id.home != "" && !isSystem(id.home) && within(dest, id.home)
}

// copyOwner is the value of --chown at this place. BuildKit looks names up in
// the stage's own /etc/passwd and /etc/group, and can't for --link.
func copyOwner(s chain.State, id identity, c chain.Copy, final chain.State) (string, bool) {
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

// laterRuns tells why the owner of what is copied may matter to the rest of the
// build, "" when it can't.
func laterRuns(p *fixer.Pass, run *chain.Run, i int, c chain.Copy) string {
	own := run.Own()
	j := slices.IndexFunc(own[i+1:], func(s chain.Step) bool { return isRoot(s.Before.User.Text) && !isInert(s) })
	if j < 0 || !bringsRepository(p, c) || !hasGit(run) {
		return ""
	}
	return fmt.Sprintf("it may bring a .git directory, and git in line %d would refuse to work in a repository of another owner", own[i+1+j].In.Node.StartLine)
}

// bringsRepository reports whether the copy may hold the .git directory of the
// build context.
func bringsRepository(p *fixer.Pass, c chain.Copy) bool {
	whole := slices.ContainsFunc(c.Sources, func(src string) bool {
		src = strings.Trim(src, "./")
		return src == "" || src == "git" || src == "*"
	})
	if c.From != "" || !whole {
		return false
	}
	if p.Context == nil {
		return true
	}
	if _, err := fs.Stat(p.Context, ".git"); err != nil {
		return false
	}
	f, err := p.Context.Open(".dockerignore")
	if err != nil {
		return true
	}
	defer f.Close()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		return true
	}
	ignored, err := patternmatcher.MatchesOrParentMatches(".git", patterns)
	return err != nil || !ignored
}

// hasGit reports whether git may be in the image.
func hasGit(run *chain.Run) bool {
	if has, known := run.Final.Base.Programs.Has("git"); !known || has {
		return true
	}
	return slices.ContainsFunc(run.Steps, func(s chain.Step) bool {
		return s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "git")
	})
}
