package owner

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges the directories that RUN makes as root below the working directory, and
// that the sources write into: the working directory alone is not enough there.

// Built returns those that the user gets, with all that is in them.
func Built(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) []string {
	trees, _ := built(p, run, id)
	return trees
}

// BuiltDoubt tells of a write below one that the user does not get, "" for none.
func BuiltDoubt(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	_, doubt := built(p, run, id)
	if doubt != "" && GivesTree(p, run, id, run.Final.Workdir.Text) {
		return ""
	}
	return doubt
}

func built(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (trees []string, doubt string) {
	workdir := run.Final.Workdir
	if !GivesFiles(p) || !workdir.Known || workdir.Text == "/" {
		return nil, ""
	}
	load, others := p.Workload(run), otherImages(p, run)
	for _, w := range load.Writes() {
		if w.Command != nil || w.By == "the start" || !w.Sure || w.Path == workdir.Text || !workload.Within(w.Path, workdir.Text) || !load.Runs(w.Place.File) || load.OnlyBuilds(w.Place.File) {
			continue
		}
		dir := builtDir(load, w)
		switch {
		case dir == "" && !w.Tree && load.Makes(w.Path) && !settled(run, id, w.Path):
			doubt = fmt.Sprintf("%s writes %s, which a RUN makes as root's", w.Place, w.Path)
		case dir == "" || slices.Contains(trees, dir) || settled(run, id, dir) || others.Has(w.Place.File) && others.Certain():
		case !paths.IsOwnable(workdir.Text) || !paths.IsPlain(dir) || isPackage(dir):
			doubt = fmt.Sprintf("%s writes %s, which a RUN makes as root's", w.Place, w.Path)
		default:
			trees = append(trees, dir)
		}
	}
	return trees, doubt
}

// builtDir returns the directory that a RUN may have made and that a write lies in, "" for
// none. Of node_modules it is never all.
func builtDir(load *workload.Workload, w workload.Write) string {
	dir := load.Uncopied(w.Path)
	if path.Base(dir) == "node_modules" {
		if dir == w.Path {
			return ""
		}
		for dir != path.Dir(w.Path) && path.Base(dir) == "node_modules" {
			dir = oneBelow(dir, w.Path)
		}
	}
	if dir == w.Path && !w.Tree || !load.MayBeBuilt(dir) {
		return ""
	}
	return dir
}

// oneBelow returns the directory directly below dir that leads to file.
func oneBelow(dir, file string) string {
	for path.Dir(file) != dir {
		file = path.Dir(file)
	}
	return file
}

// isPackage reports whether a directory is one of a package, and not of the caches that
// tools keep beside the packages in directories with a dot.
func isPackage(dir string) bool {
	return path.Base(path.Dir(dir)) == "node_modules" && path.Base(dir)[0] != '.' || path.Base(dir) == ".bin" || path.Base(dir) == "node_modules"
}
