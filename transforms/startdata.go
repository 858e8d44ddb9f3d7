package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks for data that the application may want to write, in places
// that stay root's. What it finds is no proof, and makes a change unsafe.

// cloned: files that RUN fetches stay root's.
func (x *examiner) cloned() string {
	found := ""
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		if c.Name == "git" && c.Has("clone") && workload.Within(s.Before.Workdir.Text, x.run.Final.Workdir.Text) {
			found = fmt.Sprintf("line %d clones the application, whose files stay root's", s.In.Line)
		}
	})
	return found
}

// mentioned reports whether another instruction names the directory.
func (x *examiner) mentioned(dir string, but *dockerfile.Instruction) bool {
	return slices.ContainsFunc(x.run.Steps, func(s chain.Step) bool {
		return s.In != but && strings.Contains(s.In.Logical, dir) || s.In != but && slices.ContainsFunc(s.In.Node.Heredocs, func(h parser.Heredoc) bool { return strings.Contains(h.Content, dir) })
	})
}

// namedSystemFile tells of a file below a directory of the system that the sources
// name, and the Dockerfile does not.
func namedSystemFile(p *fixer.Pass, run *chain.Run) string {
	x := newExaminer(p, run)
	for _, data := range p.NodeProcess().SystemData() {
		dir := path.Dir(data.Path)
		if strings.Count(dir, "/") < 3 {
			dir = data.Path
		}
		switch {
		case workload.Within(data.Path, run.Final.Workdir.Text) || x.mentioned(dir, nil):
		case path.Base(data.Path) == "docker.sock":
			return fmt.Sprintf("%s names %s, which belongs to root", data.Place.File, data.Path)
		default:
			return fmt.Sprintf("%s names %s, where only root may write", data.Place.File, data.Path)
		}
	}
	return ""
}

// foreignHome tells of a home, set by the file, that stays root's.
func foreignHome(run *chain.Run, id identity) string {
	home, set := run.Final.EnvVar("HOME")
	switch {
	case !set || !path.IsAbs(home) || home == id.home || home == run.Final.Workdir.Text || workload.IsTemporary(home) || owns(run.Steps, id, home):
		return ""
	}
	return fmt.Sprintf("HOME is %s, which stays root's", home)
}
