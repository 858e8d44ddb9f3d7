package owner

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges what the application's own code makes in the build, by a RUN of root's:
// a database by manage.py migrate, tmp and log by rails assets:precompile, a log file that
// is open as soon as the settings are loaded. Files that are in none of the copies stay
// root's, wherever they are.

// ran returns the directories in which it runs, "" for none, and what a reader should know
// of it.
func ran(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (dir, note, doubt string) {
	workdir := run.Final.Workdir
	if !workdir.Known {
		return "", "", ""
	}
	for _, r := range p.Workload(run).ApplicationRuns() {
		at := workdir.Text
		switch {
		case r.Dir == at, at != "/" && workload.Within(r.Dir, at):
		case workload.Within(at, r.Dir) && r.Dir != "/" && !workload.IsSystem(r.Dir):
			at = r.Dir
		default:
			continue
		}
		if givenBehind(run, r.Index, id, at, true) || dir != "" && workload.Within(at, dir) {
			continue
		}
		what := fmt.Sprintf("line %d runs the application as root (%s)", r.Step.In.Line, r.Program)
		if !GivesFiles(p) || !paths.IsPlain(at) || !paths.IsOwnable(at) {
			return "", "", fmt.Sprintf("%s, and what that makes in %s stays owned by root", what, at)
		}
		dir, note = at, fmt.Sprintf("%s: what that makes in %s becomes %s's", what, at, id.User)
	}
	return dir, note, ""
}

// RanDoubt tells of what such a RUN makes and the user does not get, "" for nothing.
func RanDoubt(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	_, _, doubt := ran(p, run, id)
	return doubt
}

// trees returns the directories that the user gets with all that is in them: those of the
// list, those that a RUN builds and the application writes into, those in which a RUN runs
// the application, and those that a RUN gives to another user. None lies in another. The
// notes say what a reviewer should know of them.
func trees(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, list []string) (dirs, notes []string) {
	all := slices.Concat(list, Built(p, run, id))
	if dir, note, _ := ran(p, run, id); dir != "" {
		all, notes = append(all, dir), append(notes, note)
	}
	for i, g := range taken(p, run, id) {
		if g.tree {
			all = append(all, g.path)
		}
		if i == 0 {
			notes = append(notes, fmt.Sprintf("line %d gives %s to %s: it becomes %s's", g.line, g.path, g.to, id.User))
		}
	}
	for _, dir := range all {
		if !slices.Contains(dirs, dir) && !slices.ContainsFunc(all, func(other string) bool { return other != dir && workload.Within(dir, other) }) {
			dirs = append(dirs, dir)
		}
	}
	return dirs, notes
}

// GivesTree reports whether the user gets all that is in a directory, whoever made it.
func GivesTree(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, dir string) bool {
	dirs, _ := trees(p, run, id, nil)
	return isBelow(dir, dirs)
}
