package rootcheck

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Children tells of a program that the sources start and that root alone can, or
// that changes files which stay root's; "" when there is none.
func Children(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	load := p.Workload(run)
	for _, c := range load.ChildProcesses() {
		if !load.Runs(c.Place.File) {
			continue
		}
		x := &examiner{pass: p, run: run, load: load, user: &id}
		if reason, _ := x.script(load.Child(c)); reason != "" {
			return fmt.Sprintf("%s starts a program: %s", c.Place, reason)
		}
	}
	return ""
}

// Unseen tells why what the application writes can't be seen at all: there is no build
// context, or what starts was copied and none of its sources are there. "" where it can.
func Unseen(p *imagebuild.Pass, run *stage.Evaluation) string {
	if p.Context == nil {
		return "what the application writes can't be seen: " + workload.ErrNoContext.Error()
	}
	if unread := sources.Unread(p); unread != "" {
		return "what the application writes can't be seen: " + unread
	}
	if opaque := p.Workload(run).Opaque(); len(opaque) > 0 {
		return "what the application writes can't be seen: " + opaque[0].What
	}
	return ""
}
