package installs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// HasModules returns what before an install may have made the node_modules
// that npm ci would empty, "" for nothing.
func HasModules(p *imagebuild.Pass, run *stage.Evaluation, in Install) string {
	dir := path.Join(in.Step.Before.Workdir.Text, "node_modules")
	for i, s := range run.Steps[:in.At] {
		line := fmt.Sprintf("line %d", s.In.Line)
		if c, ok := s.Before.Copy(s.In); ok {
			brings := workload.Within(c.Dest, dir) || c.From != "" && workload.Within(dir, c.Dest) && slices.ContainsFunc(c.Sources, func(src string) bool {
				return path.Base(src) == "node_modules" || path.Ext(src) == "" && c.Dest != dir && path.Base(c.Dest) != path.Base(src)
			})
			if brings || c.From == "" && workload.Within(dir, c.Dest) && CopiesContext(c) && p.Context != nil && exists(p.Files(), "node_modules") {
				return line
			}
			continue
		}
		if s.In.Name() == "RUN" && MayInstall(s.In) && s.Before.Workdir.Text == in.Step.Before.Workdir.Text && !OnlyGlobal(run.Steps[i]) {
			return line
		}
	}
	for _, c := range Earlier(in) {
		if (c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm") && c.Has("install", "i", "add", "ci", "link") && !c.Has("-g", "--global", "global") {
			return "an earlier command"
		}
	}
	return ""
}

func exists(files *workload.Files, name string) bool {
	_, err := files.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
