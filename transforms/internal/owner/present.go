package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file knows directories that are certainly there.

// absent returns the directories of a list that may not be there before an instruction, or
// at the end of the stage where that is nil: no RUN or COPY makes them for certain, or a RUN
// after that may remove them.
func absent(p *imagebuild.Pass, run *stage.Evaluation, list []string, before *dockerfile.Instruction) (dirs []string) {
	for _, dir := range list {
		if !isPresent(p, run, dir, before) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func isPresent(p *imagebuild.Pass, run *stage.Evaluation, dir string, before *dockerfile.Instruction) bool {
	present := false
	for _, s := range run.Steps {
		if s.In == before {
			break
		}
		if c, ok := s.Before.Copy(s.In); ok {
			present = present || bringsKept(p, s, c, dir)
		}
		if s.In.Name() != "RUN" {
			continue
		}
		script, err := s.Script()
		if err != nil || script == nil {
			present = false // it is not read
			continue
		}
		for _, c := range script.Calls {
			switch {
			case c.Name == "mkdir" && c.Certain:
				present = present || mkdirMakes(s, c, dir)
			case mayRemove(c):
				present = false
			}
		}
	}
	return present
}

// mkdirMakes reports whether a mkdir makes a directory, or one below it.
func mkdirMakes(s stage.Step, c shell.Call, dir string) bool {
	_, operands := c.Options(func(o string) bool { return o == "-m" || o == "--mode" })
	return slices.ContainsFunc(operands, func(w shell.Word) bool {
		in, ok := c.Dir.In(s.Before.Workdir.Text)
		made, known := w.In(in)
		return ok && known && path.IsAbs(made) && workload.Within(path.Clean(made), dir)
	})
}

// keepers are programs that remove no directory that others made, besides those that
// steps.Inert lists.
var keepers = strings.Fields("curl wget tar unzip cp cat sed grep pip pip3 corepack cd export command which sleep exit")

// mayRemove reports whether a call may remove or replace a directory.
func mayRemove(c shell.Call) bool {
	if _, install := installs.ReadCall(c); install {
		return false
	}
	return c.Name == "rm" || c.Name == "rmdir" || strings.Contains(c.Path, "/") || !steps.Inert[c.Name] && !slices.Contains(keepers, c.Name)
}
