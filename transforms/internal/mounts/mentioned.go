package mounts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges what only looks like a mount, in files of kinds that are not read.

// mentioned tells of texts that mount what the application writes: a text and an application
// that agree on a directory are about one container.
func mentioned(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	workdir := run.Final.Workdir.Text
	for _, mention := range p.Mentions {
		m, target := mention.Mount, path.Clean(mention.Mount.Target)
		switch {
		case m.Target == "" || m.ReadOnly || isModules(target) || isSystemFile(target):
		case workload.Within(workdir, target) && !strings.HasPrefix(m.Source, "/"):
			// the checkout, where someone works on it
		case writtenAt(p, run, target) == "" && !owner.IsMade(run, id, target):
		default:
			if doubt := ofMount(p, run, id, workload.Deployment{}, m); doubt != "" {
				list = append(list, blockers.Blocker{Text: doubt, Place: m.Place.String(), Mounted: true, Path: target, Perhaps: true})
			}
		}
	}
	return list
}
