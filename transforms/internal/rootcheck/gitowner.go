package rootcheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks the repositories that git works in when the container runs: it refuses one
// of another owner than its own user, root included, be it only to read (git-scm.com,
// "safe.directory").

// gitUse is a use of git by the container.
type gitUse struct {
	by  string // "the start", a place in a source
	dir string // that it works in, or begins with; "" where it is not known
}

// GitOwner tells of a repository that git would refuse with a new owner of the files or a new
// user of the container, "" for none.
func GitOwner(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	x := newExaminer(p, run)
	uses := x.gitUses()
	if len(uses) == 0 || x.trustsRepositories() {
		return ""
	}
	doubt := ""
	for _, use := range uses {
		if doubt = x.refusedMount(use, id); doubt != "" {
			break
		}
		if use.dir != "" && owner.StaysRoots(p, run, id, use.dir) && !workload.IsSystem(use.dir) {
			doubt = fmt.Sprintf("%s calls git in %s, which stays owned by root: git refuses a repository of another owner", use.by, use.dir)
			break
		}
	}
	if copies := owner.Repository(p, run); doubt == "" && copies != nil {
		i := slices.IndexFunc(p.Deployments, func(d workload.Deployment) bool {
			user, _, _ := strings.Cut(d.User, ":")
			return stage.IsRoot(user) && user != ""
		})
		switch {
		case !owner.GivesFiles(p):
			doubt = fmt.Sprintf("%s calls git, which refuses a repository of another owner, and what line %d copies stays owned by root", uses[0].by, copies.Line)
		case i >= 0:
			doubt = fmt.Sprintf("%s runs it as root, and %s calls git, which refuses a repository of another owner: that of line %d would be %s's", p.Deployments[i].Place, uses[0].by, copies.Line, id.User)
		}
	}
	if doubt == "" || !owner.HasGit(p, run) {
		return ""
	}
	return doubt + " (git config --system safe.directory allows it)"
}

// callsInRepository returns what calls git in a repository that the image has from the build
// context, and that has to be of the user's then; "" for nothing.
func (x *examiner) callsInRepository() string {
	if owner.Repository(x.pass, x.run) == nil {
		return ""
	}
	for _, use := range x.gitUses() {
		if (use.dir == "" || workload.Within(use.dir, x.run.Final.Workdir.Text)) && !x.trustsRepositories() && owner.HasGit(x.pass, x.run) {
			return use.by + " calls git, which refuses a repository of another owner"
		}
	}
	return ""
}

// refusedMount tells of a mount of a deployment whose repositories belong to another user.
func (x *examiner) refusedMount(use gitUse, id users.Identity) string {
	for _, d := range x.pass.Deployments {
		if d.User != "" {
			continue
		}
		for _, m := range d.Mounts {
			target := path.Clean(m.Target)
			isRepository := path.Ext(target) == "" || path.Ext(target) == ".git"
			stored := m.Kind == workload.Bind || m.Kind == workload.Volume || m.Kind == workload.Claim
			if !stored || !isRepository || workload.IsSystem(target) || use.dir != "" && !workload.Within(use.dir, target) && !workload.Within(target, use.dir) {
				continue
			}
			return fmt.Sprintf("%s mounts %s, which keeps its owner, and %s calls git, which refuses a repository of another owner than %s", m.Place, target, use.by, id.User)
		}
	}
	return ""
}

// gitUses returns what calls git when the container runs.
func (x *examiner) gitUses() (list []gitUse) {
	look := func(by string, moves bool) func(c *workload.Command) bool {
		return func(c *workload.Command) bool {
			if c.Name != "git" || !worksInRepository(c.Call) {
				return true
			}
			dir := gitDirectory(c)
			if moves && dir == c.Dir {
				dir = ""
			}
			list = append(list, gitUse{by, dir})
			return true
		}
	}
	if start := x.load.Start(); start != nil {
		start.All(look("the start", false))
	}
	for _, child := range x.load.ChildProcesses() {
		if !x.load.Runs(child.Place.File) {
			continue
		}
		script, visit := x.load.Child(child), look(child.Place.String(), child.Moves)
		if argv := child.Argv; len(argv) > 0 && argv[0].Text == "git" { // with the words that are not known, too
			visit(&workload.Command{Call: shell.Call{Name: "git", Args: argv[1:]}, Dir: script.Dir})
			continue
		}
		script.All(visit)
	}
	if m, err := x.load.Package(x.run.Final.Workdir.Text); err == nil {
		for _, name := range gitPackages {
			if m.Dependencies[name] != "" {
				list = append(list, gitUse{by: name})
			}
		}
	}
	if file := x.pass.Files().SourceMatching(importsGit, ""); file != "" && x.load.Runs(file) {
		list = append(list, gitUse{by: file})
	}
	return list
}

// gitImport matches a source that imports a package which calls git, or libgit2: GitPython,
// pygit2, rugged, git2.
var gitImport = lazyregexp.New(`(?m)^\s*(?:from git import|import git$|import git\.|import pygit2|from pygit2 import|require ['"]rugged['"]|use git2::)`)

func importsGit(text string) bool {
	return (strings.Contains(text, "git") || strings.Contains(text, "rugged")) && gitImport.MatchString(text)
}

// noRepository are the subcommands of git that need no repository, or make their own.
var noRepository = strings.Fields("clone init ls-remote version --version help config credential")

func worksInRepository(c shell.Call) bool {
	_, operands := c.Options(func(o string) bool { return slices.Contains([]string{"-C", "-c", "--git-dir", "--work-tree"}, o) })
	return len(operands) > 0 && !slices.Contains(noRepository, operands[0].Text)
}

// gitDirectory returns the directory that a call of git works in; of one that is computed, the
// literal that it begins with.
func gitDirectory(c *workload.Command) string {
	values, _ := c.Options(func(o string) bool { return slices.Contains([]string{"-C", "-c", "--git-dir", "--work-tree"}, o) })
	for _, option := range []string{"-C", "--git-dir"} {
		w, given := values[option]
		switch {
		case !given:
			continue
		case w.Known:
			dir, _ := w.In(c.Dir)
			return strings.TrimSuffix(dir, "/.git")
		}
		prefix := strings.TrimLeft(w.Raw, "f`\"'")
		if i := strings.IndexAny(prefix, "${`\"'+ "); i > 0 && prefix[0] == '/' {
			return path.Clean(prefix[:strings.LastIndexByte(prefix[:i], '/')+1])
		}
		return ""
	}
	return c.Dir
}

// trustsRepositories reports whether git is told, for all users, to work in repositories of
// others: by a RUN, a variable, or the call itself.
func (x *examiner) trustsRepositories() bool {
	trusts := func(text string) bool { return strings.Contains(text, "safe.directory") }
	for _, s := range x.run.Steps {
		if trusts(s.In.Logical) && !strings.Contains(s.In.Logical, "--global") {
			return true
		}
		if c, ok := s.Before.Copy(s.In); ok && c.Dest == "/etc/gitconfig" {
			return true
		}
	}
	found := false
	look := func(c *workload.Command) bool {
		found = found || slices.ContainsFunc(c.Args, func(w shell.Word) bool { return trusts(w.Raw) })
		return !found
	}
	if start := x.load.Start(); start != nil {
		start.All(look)
	}
	for _, child := range x.load.ChildProcesses() {
		x.load.Child(child).All(look)
	}
	return found
}
