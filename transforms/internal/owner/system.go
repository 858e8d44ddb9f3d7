package owner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds data that the application may want to write, in places that stay
// root's. Its results are not proofs, and make a change unsafe.

// mentioned reports whether an instruction names the directory.
func mentioned(run *stage.Evaluation, dir string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool { return strings.Contains(steps.Text(s.In), dir) })
}

// SystemFiles tells of the files below a directory of the system that the sources name, and
// the Dockerfile does not.
func SystemFiles(p *imagebuild.Pass, run *stage.Evaluation) (list []blockers.Blocker) {
	for _, data := range p.NodeProcess().SystemData() {
		dir := path.Dir(data.Path)
		if strings.Count(dir, "/") < 3 {
			dir = data.Path
		}
		switch {
		case workload.Within(data.Path, run.Final.Workdir.Text) || mentioned(run, dir):
		case path.Base(data.Path) == "docker.sock":
			list = append(list, blockers.Blocker{Text: fmt.Sprintf("%s names %s, which belongs to root", data.Place.File, data.Path), Place: data.Place.File, Path: data.Path})
		default:
			list = append(list, blockers.Blocker{Text: fmt.Sprintf("%s names %s, where only root may write", data.Place.File, data.Path), Place: data.Place.File, Path: blockers.DirOf(data.Path)})
		}
	}
	return list
}

// ForeignHome returns a home, set by the file, that stays root's; none for none.
func ForeignHome(run *stage.Evaluation, id users.Identity) []blockers.Blocker {
	home, set := run.Final.EnvVar("HOME")
	switch {
	case !set || !path.IsAbs(home) || home == id.Home || home == run.Final.Workdir.Text || workload.IsTemporary(home) || users.Owns(run.Steps, id, home):
		return nil
	}
	return []blockers.Blocker{{Text: fmt.Sprintf("HOME is %s, which stays owned by root", home), Path: path.Clean(home)}}
}
