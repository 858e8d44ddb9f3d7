package owner

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges an image whose application's files stay root's.

// writtenDirs returns the directories below the working directory in which the sources
// write files that they name, in the order of the writes: those that the user has to own
// where the rest stays root's.
func writtenDirs(p *imagebuild.Pass, run *stage.Evaluation) (dirs []string) {
	workdir := run.Final.Workdir
	if !workdir.Known || !paths.IsOwnable(workdir.Text) {
		return nil
	}
	others := otherImages(p, run)
	for _, w := range p.Workload(run).Writes() {
		if w.Command != nil || w.By == "the start" || !w.Sure && w.Variable == "" || w.Variable == "" && others.Has(w.Place.File) && others.Certain() {
			continue
		}
		dir := w.Path
		if !w.Tree && path.Ext(dir) != "" {
			dir = path.Dir(dir)
		}
		if dir == workdir.Text || !workload.Within(dir, workdir.Text) || !paths.IsPlain(dir) || slices.Contains(dirs, dir) {
			continue
		}
		if isDirectory := dir != w.Path || w.Tree; onlyKept(p, run, dir, isDirectory) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// onlyKept reports whether a directory of the image holds nothing that the application
// may change: it is not there, which is enough where it is certainly a directory, or has
// only the files by which git keeps a directory.
func onlyKept(p *imagebuild.Pass, run *stage.Evaluation, dir string, isDirectory bool) bool {
	origin := run.Origin(dir, p.Context)
	if origin.Name == "" {
		return isDirectory && !origin.Copied
	}
	entries, err := p.Files().ReadDir(origin.Name)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.IsDir() || e.Name() != ".gitkeep" && e.Name() != ".keep" && e.Name() != ".gitignore"
	})
}

// holdsCode reports whether the file copies something to a directory, or works in it:
// who owns it can replace what is there.
func holdsCode(run *stage.Evaluation, dir string) bool {
	return workload.Within(run.Final.Workdir.Text, dir) || slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && workload.Within(c.Dest, dir)
	})
}

// RootsFiles tells of what the application may write where its files stay root's, nothing
// where nothing is known and nothing was overlooked.
func RootsFiles(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []string) {
	if GivesFiles(p) {
		return nil
	}
	if givesNothing(p) {
		made, _ := madeDirs(run, id)
		for _, dir := range made {
			if !holdsCode(run, dir) {
				list = append(list, dir+" is made for the application, and stays owned by root")
			}
		}
	}
	open := Unplaced(p.Workload(run), p.NodeProcess())
	switch program, unread := installedProgram(p, run), sources.Unread(p); {
	case len(open) > 0:
		list = append(list, fmt.Sprintf("the application's files stay owned by root, and %s may write there", open[0].Place))
	case program != "":
		list = append(list, fmt.Sprintf("the application's files stay owned by root, and whether %s writes there is not known", program))
	case unread != "":
		list = append(list, "the application's files stay owned by root, and whether it writes there can't be seen: "+unread)
	}
	return list
}

// Unplaced returns the calls that write where no source says, and the imports of packages
// that write in sources that say nothing of it.
func Unplaced(load *workload.Workload, node *workload.NodeProcess) (open []workload.Evidence) {
	lines, says := map[workload.Place]bool{}, map[string]bool{}
	for _, w := range load.SourceWrites() { // Data judges where that is
		lines[w.Place], says[w.Place.File] = true, true
	}
	open = slices.Clone(load.Sources().Unplaced)
	for _, e := range open {
		says[e.Place.File] = true
	}
	imports := map[workload.Place]bool{}
	for _, w := range load.Sources().Writers {
		imports[w.Place] = true
		if path.Base(w.Place.File) != "package.json" && !says[w.Place.File] {
			open = append(open, w.Evidence)
		}
	}
	for _, e := range node.Writing() {
		if !lines[e.Place] && !(imports[e.Place] && says[e.Place.File]) {
			open = append(open, e)
		}
	}
	return slices.DeleteFunc(open, func(e workload.Evidence) bool { return !load.Runs(e.Place.File) })
}

// GivesOf reports whether what a COPY brings to a destination, or a RUN changes there, can
// become the user's.
func GivesOf(p *imagebuild.Pass, run *stage.Evaluation, dest string) bool {
	return GivesFiles(p) && IsApplications(run, users.Identity{}, dest)
}

// isBelow reports whether a file lies at or below one of the directories.
func isBelow(file string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return workload.Within(file, dir) })
}
