package split

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds the sources that run in build steps alone: what they use is not needed
// at run time.

// buildFiles returns the files of the context that a RUN after the install runs by node,
// and that nothing else runs or loads.
func (sp *Split) buildFiles() map[string]bool {
	found := map[string]bool{}
	started := sp.pass.Workload(sp.run).Started()
	for _, s := range sp.run.Steps[sp.in.At:] {
		if s.In.Name() != "RUN" {
			continue
		}
		scripts, err := sp.scriptsOf(s)
		if err != nil {
			continue
		}
		for _, script := range scripts {
			for _, c := range script.Calls {
				file := sp.nodeScript(s, c)
				if file != "" && !slices.Contains(started, file) && !sp.checksHealthWith(file) && sp.pass.Files().LoadedBy(file).None() {
					found[file] = true
				}
			}
		}
	}
	return found
}

// nodeScript returns the file of the context that a call of node runs, "" for none.
func (sp *Split) nodeScript(s stage.Step, c shell.Call) string {
	if !workload.IsNode(c.Name) || len(c.Args) == 0 || !c.Args[0].Known || strings.HasPrefix(c.Args[0].Text, "-") {
		return ""
	}
	file, ok := c.Args[0].In(s.Before.Workdir.Text)
	if !ok || !path.IsAbs(file) {
		return ""
	}
	upTo := &stage.Evaluation{Node: sp.run.Node, Steps: sp.run.Steps[:slices.IndexFunc(sp.run.Steps, func(o stage.Step) bool { return o.In == s.In })], Final: s.Before}
	for _, name := range []string{file, file + ".js"} {
		if name = upTo.Origin(name, sp.pass.Context).Name; name != "" {
			if info, err := sp.pass.Files().Stat(name); err == nil && info.Mode().IsRegular() {
				return name
			}
		}
	}
	return ""
}

// checksHealthWith reports whether a HEALTHCHECK names the file.
func (sp *Split) checksHealthWith(file string) bool {
	return slices.ContainsFunc(sp.run.Steps, func(s stage.Step) bool {
		return s.In.Name() == "HEALTHCHECK" && strings.Contains(s.In.Logical, strings.TrimSuffix(path.Base(file), path.Ext(file)))
	})
}
