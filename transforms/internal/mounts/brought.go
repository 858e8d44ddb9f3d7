package mounts

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges what docker cp puts into a container.

// brought tells of the files and directories that commands bring into the container and that
// the application writes, or that have the name of a database or a log: they are root's,
// whatever the image has there.
func brought(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	for _, d := range p.Inside {
		for _, m := range d.Mounts {
			if m.Kind != workload.Brought {
				continue
			}
			target := path.Clean(m.Target)
			written := writtenAt(p, run, target)
			switch {
			case written != "":
				written = ", and " + written
			case !workload.IsDataFile(target):
				continue
			}
			list = append(list, blockers.At(m.Place, "brings %s, which stays owned by root%s: docker exec -u 0 CONTAINER chown -R %s %s after it", target, written, numbers(id), target))
		}
	}
	return list
}

// writtenAt tells what the application writes at or below a path, or that the path lies in
// a directory for its data; "" for nothing.
func writtenAt(p *imagebuild.Pass, run *stage.Evaluation, target string) string {
	load := p.Workload(run)
	for _, w := range load.Writes() {
		at := workload.Within(w.Path, target) || w.Tree && workload.Within(target, w.Path) && !workload.Within(run.Final.Workdir.Text, w.Path)
		switch {
		case !at || isModules(w.Path) || w.Command == nil && w.Variable == "" && w.By != "the start" && !load.Runs(w.Place.File):
		case w.Variable != "":
			return fmt.Sprintf("%s names %s", w.Variable, w.Path)
		case w.Place.File == "":
			return fmt.Sprintf("%s writes %s", w.By, w.Path)
		default:
			return fmt.Sprintf("%s writes %s", w.Place, w.Path)
		}
	}
	return ""
}
