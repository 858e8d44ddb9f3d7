package workload

import (
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/stage"
)

// PackageDir returns the directory of the package that npm works in when it is called in
// dir: the nearest one upwards that has a package.json (npm documentation, "Folders",
// "Finding the Local Folder"). It is dir where a RUN there may have made one, and where
// none is known to be copied.
func (w *Workload) PackageDir(dir string) string {
	if slices.ContainsFunc(w.in.Run.Steps, func(s stage.Step) bool {
		return s.In.Name() == "RUN" && (!s.Before.Workdir.Known || s.Before.Workdir.Text == dir)
	}) {
		return dir
	}
	for up := dir; ; up = path.Dir(up) {
		for _, name := range []string{"package.json", "node_modules"} {
			if w.Origin(path.Join(up, name)).Copied {
				return up
			}
		}
		if up == path.Dir(up) {
			return dir
		}
	}
}
