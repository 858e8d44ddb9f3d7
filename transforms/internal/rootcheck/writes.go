package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds what is written at start where the user can't write.

// writable reports whether a user that owns the working directory can write a file: in
// the application's directory, in their home, or where everyone can.
func (x *examiner) writable(file string) bool {
	if x.server != nil {
		ok, doubt := x.server.Writable(file)
		x.doubts.Add(blockers.Of(doubt)...)
		return ok
	}
	if !path.IsAbs(file) {
		return paths.IsOwnable(x.run.Final.Workdir.Text) && !strings.HasPrefix(file, "..") && (!strings.Contains(file, "/") && x.ownsWorkdir() || x.treeIsCopied(file+" is written at start"))
	}
	if workload.IsTemporary(file) {
		return true
	}
	dir := x.run.Final.Workdir.Text
	return !workload.IsSystem(dir) && (path.Dir(file) == dir && x.ownsWorkdir() || workload.Within(file, dir) && x.treeIsCopied(file+" is written at start"))
}

// ownsWorkdir reports whether the working directory itself will be the user's.
func (x *examiner) ownsWorkdir() bool {
	return owner.GivesFiles(x.pass) || x.user != nil && users.Owns(x.run.Steps, *x.user, x.run.Final.Workdir.Text)
}

// copying are programs that change the last file in their arguments, and read the others.
var copying = strings.Fields("cp ln install rsync")

// changesFiles returns the reason if a call changes files which will not be the user's.
func (x *examiner) changesFiles(c *workload.Command) reason {
	verb, files := "changes", c.Changes()
	if c.Name == "curl" || c.Name == "wget" {
		verb = "writes"
	}
	copies := slices.Contains(copying, c.Name) && len(files) > 1 && !c.Has("-t", "--target-directory")
	if target := len(files) - 1; copies {
		files = slices.Concat(files[target:], files[:target])
	}
	for i, w := range files {
		switch {
		case w.Known && x.writable(x.fileOf(c, w)):
		case copies && i > 0:
			return reason{text: fmt.Sprintf("%s takes %s at start, which another user may be unable to read", c.Name, cmp.Or(w.Text, w.Raw))}
		default:
			file, _ := w.In(c.Dir)
			return reason{text: fmt.Sprintf("%s %s %s at start", c.Name, verb, cmp.Or(w.Text, w.Raw)), dir: written(file)}
		}
	}
	return reason{}
}

// written returns the directory of a file that is written, "" where the file is not known.
func written(file string) string {
	if !path.IsAbs(file) {
		return ""
	}
	return blockers.DirOf(file)
}

// fileOf returns the file that a word of a command names, in the form of spoken.
func (x *examiner) fileOf(c *workload.Command, w shell.Word) string {
	if c.Dir == "" {
		return w.Text
	}
	file, _ := w.In(c.Dir)
	return x.spoken(w.Text, file)
}

// writer returns the reason if a program writes into the application's tree, and the
// tree will not be the user's.
func (x *examiner) writer(c *workload.Command) string {
	what := c.Rewrites()
	if what == "" {
		return ""
	}
	if dir := x.run.Final.Workdir.Text; c.Dir != "" && !workload.Within(c.Dir, dir) && !slices.ContainsFunc(x.run.Steps, func(s stage.Step) bool {
		return x.user != nil && endsInChown(s, *x.user, c.Dir)
	}) {
		return fmt.Sprintf("%s writes into %s at every start, which stays owned by root", what, c.Dir)
	}
	what += " writes into the application's directory at every start"
	if dir := x.run.Final.Workdir.Text; !paths.IsOwnable(dir) {
		return fmt.Sprintf("%s, and %s stays owned by root", what, dir)
	}
	if x.treeIsCopied(what) || x.giveOwn(c, what) {
		return ""
	}
	return what + ", and what RUN made there stays owned by root"
}

// giveOwn reports whether all that a program writes in what RUN made lies in directories of
// its own, which the user can get; the rest is copied, as treeIsCopied says it.
func (x *examiner) giveOwn(c *workload.Command, why string) bool {
	dirs := x.load.OwnDirectories(c)
	own := len(x.run.Steps) - len(x.run.Exclusive())
	if !x.mayGive || len(dirs) == 0 || !owner.GivesFiles(x.pass) || slices.ContainsFunc(dirs, func(dir string) bool {
		return !workload.Within(dir, x.run.Final.Workdir.Text) || !paths.IsPlain(dir)
	}) || !steps.CanRun(x.run.Final) {
		return false
	}
	for i, s := range x.run.Steps {
		if copied, ok := s.Before.Copy(s.In); ok && i < own && workload.Within(copied.Dest, x.run.Final.Workdir.Text) {
			return false
		}
	}
	x.written = cmp.Or(x.written, why)
	for _, dir := range dirs {
		if !slices.Contains(x.gives, dir) {
			x.gives = append(x.gives, dir)
		}
	}
	return true
}

// treeIsCopied reports whether everything below the working directory will be
// the user's: it comes from COPY and ADD of the target stage, which chown-copy
// gives to the user, or a chown -R gives all of it after the last RUN. why is what is
// written there; it is kept if the answer depends on chown-copy.
func (x *examiner) treeIsCopied(why string) bool {
	if x.user == nil {
		x.open = true
		return true // perhaps
	}
	if owner.GivesTree(x.pass, x.run, *x.user, x.run.Final.Workdir.Text) {
		return true
	}
	for _, s := range slices.Backward(x.run.Steps) {
		if !steps.IsInert(s) && !endsInChown(s, *x.user, x.run.Final.Workdir.Text) {
			break
		}
		if endsInChown(s, *x.user, x.run.Final.Workdir.Text) {
			return true
		}
	}
	own := len(x.run.Steps) - len(x.run.Exclusive())
	for i, s := range x.run.Steps {
		if !steps.IsInert(s) && !installs.OnlyGlobal(s) {
			return false
		}
		if c, ok := s.Before.Copy(s.In); ok && i < own && workload.Within(c.Dest, x.run.Final.Workdir.Text) {
			return false
		}
	}
	x.written = cmp.Or(x.written, why)
	return true
}

// endsInChown reports whether the last thing that a RUN certainly does is to
// give all below dir to the user.
func endsInChown(s stage.Step, id users.Identity, dir string) bool {
	if s.In.Name() != "RUN" {
		return false
	}
	script, err := s.Script()
	if err != nil || script == nil || len(script.Calls) == 0 {
		return false
	}
	last := script.Calls[len(script.Calls)-1]
	ch, ok := steps.ReadChown(last, s.Before.Workdir.Text)
	return ok && last.Certain && ch.Known && ch.Recursive && id.Is(ch.User) && slices.ContainsFunc(ch.Targets, func(t string) bool { return workload.Within(dir, t) })
}
