// Package processone decides whether another program may become PID 1 of a
// container.
package processone

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Another doubts if something depends on which program is PID 1: a source or a start
// script, a health check, a probe or another command that is run in the container. own: the numbers of the application's
// own processes change too.
func Another(p *imagebuild.Pass, run *stage.Evaluation, own bool) fixer.Decision {
	load := p.Workload(run)
	if u, ok := first(load.ProcessOne(), own); ok {
		at := u.Place
		return doubt(at.String(), fixer.Evidence{File: at.File, Root: fixer.Directory, Line: at.Line, What: "PID 1"})
	}
	if argv, in := workload.HealthCommand(run); asks(load, argv) {
		return doubt(fmt.Sprintf("line %d", in.Line))
	}
	for _, d := range p.Inside {
		if !d.Perhaps && asks(load, d.Command) {
			return doubt(d.Place.String(), imagebuild.InRepository(d.Place, "PID 1"))
		}
	}
	return fixer.Decision{}
}

func doubt(place string, evidence ...fixer.Evidence) fixer.Decision {
	return fixer.Doubt(place + " asks about PID 1, which would be another program").By(evidence...)
}

// first returns the first entry that matters.
func first(list []workload.ProcessOne, own bool) (workload.ProcessOne, bool) {
	i := slices.IndexFunc(list, func(u workload.ProcessOne) bool { return own || !u.Own })
	if i < 0 {
		return workload.ProcessOne{}, false
	}
	return list[i], true
}

// asks reports whether a command that the runtime calls looks at PID 1, by itself or
// in a script. Its own number stays what it is.
func asks(load *workload.Workload, argv []string) bool {
	if len(argv) == 0 {
		return false
	}
	list := append(workload.ProcessOneIn("", strings.Join(argv, " ")), load.Follow(argv).ProcessOne()...)
	_, ok := first(list, false)
	return ok
}
