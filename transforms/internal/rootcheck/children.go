package rootcheck

import (
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Children tells of the programs that the sources start and that root alone can, or
// that change files which stay root's.
func Children(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	load := p.Workload(run)
	for _, c := range load.ChildProcesses() {
		if !load.Runs(c.Place.File) {
			continue
		}
		x := &examiner{pass: p, run: run, load: load, user: &id}
		for _, reason := range x.reasons(load.Child(c)) {
			list = append(list, blockers.At(c.Place, "starts a program: %s", reason.Text))
		}
	}
	return list
}

// Unseen tells why what the application writes can't be seen at all: there is no build
// context, or what starts was copied and none of its sources are there. "" where it can, and
// for a start that is not followed, since the sources of that are not known either.
func Unseen(p *imagebuild.Pass, run *stage.Evaluation, followed bool) string {
	if p.Context == nil {
		return "what the application writes can't be seen: " + workload.ErrNoContext.Error()
	}
	if unread := sources.Unread(p); unread != "" {
		return "what the application writes can't be seen: " + unread
	}
	if opaque := p.Workload(run).Opaque(); followed && len(opaque) > 0 {
		return "what the application writes can't be seen: " + opaque[0].What
	}
	return ""
}
