package owner

import (
	"fmt"
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks what the sources write outside the application, and the
// programs that they start.

// Data tells of the paths that a variable, or a source, has the application write, and that
// stay root's.
func Data(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	load, others := p.Workload(run), otherImages(p, run)
	for _, w := range load.Writes() {
		if w.Variable == "" && others.Has(w.Place.File) && others.Certain() {
			continue
		}
		if w.Command != nil || w.By == "the start" || w.Variable == "" && !load.Runs(w.Place.File) || !staysRoots(p, run, id, w.Path) || isOnOpenMount(p, run, w.Path) {
			continue
		}
		b := blockers.Blocker{Place: w.Place.String(), Path: blockers.DirOf(w.Path)}
		switch {
		case w.Variable != "" && w.Place.File == p.File.Name():
			b.Text = fmt.Sprintf("%s names %s, which the Dockerfile does not create", w.Variable, w.Path)
		case w.Variable != "":
			b.Text = fmt.Sprintf("%s in %s names %s, which the Dockerfile does not create", w.Variable, w.Place, w.Path)
		case w.Sure:
			b.Text = fmt.Sprintf("%s writes %s, which stays owned by root", w.Place, w.Path)
		default:
			b.Text = fmt.Sprintf("%s keeps data in %s, which stays owned by root", w.Place, w.Path)
		}
		list = append(list, b)
	}
	for _, g := range load.ConfigurationGaps() {
		list = append(list, blockers.Blocker{Text: fmt.Sprintf("what %s says of data is not known: %s", g.Place, g.What), Place: g.Place.String()})
	}
	return list
}

// staysRoots reports whether a user can neither write to a file or directory nor
// make it.
func staysRoots(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, file string) bool {
	file = path.Clean(file)
	switch {
	case !path.IsAbs(file) || file == "/" || workload.IsTemporary(file) || workload.Within(file, "/proc") || workload.Within(file, "/sys") || id.Home != "" && workload.Within(file, id.Home):
		return false
	case GivesFiles(p) && run.Final.Workdir.Text != "/" && workload.Within(file, run.Final.Workdir.Text):
		return false // chown-copy and Directories give that
	case givesNothing(p):
		return !users.Owns(run.Steps, id, file) && !users.Owns(run.Steps, id, path.Dir(file))
	case !GivesFiles(p) && workload.Within(file, run.Final.Workdir.Text):
		return !isBelow(file, givenDirs(p, run, id)) && !users.Owns(run.Steps, id, file) && !users.Owns(run.Steps, id, path.Dir(file))
	}
	for dir := file; dir != "/"; dir = path.Dir(dir) {
		if isGiven(run, id, dir) {
			return false
		}
	}
	return true
}

// isGiven reports whether the user will own a directory, or can write to it: the file
// makes it, declares it as a volume, works in it or copies it as the user's.
func isGiven(run *stage.Evaluation, id users.Identity, dir string) bool {
	if made, err := madeDirs(run, id); err == nil && slices.Contains(made, dir) || settled(run, id, dir) {
		return true
	}
	for _, s := range run.Steps {
		switch cmd := s.In.Cmd.(type) {
		case *instructions.VolumeCommand:
			for _, v := range cmd.Volumes {
				if v, known := s.Before.Expand(v); known && path.Clean(v) == dir && s.Node == run.Node {
					return true
				}
			}
		case *instructions.CopyCommand, *instructions.AddCommand:
			if c, ok := s.Before.Copy(s.In); ok && c.Dest == dir && c.Chown != "" && ownedBy(s.Before, c, id) {
				return true
			}
		case *instructions.WorkdirCommand:
			if v := s.Before.After(s.In).Workdir; v.Known && v.Text == dir && !workload.IsSystem(dir) && workload.Within(run.Final.Workdir.Text, dir) {
				return true
			}
		}
	}
	return false
}
