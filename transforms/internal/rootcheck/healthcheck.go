package rootcheck

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Health tells what of a HEALTHCHECK another user than root can't be seen to run: it runs
// as the user of the container.
func Health(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []string) {
	argv, in := workload.HealthCommand(run)
	if argv == nil {
		return nil
	}
	x := newExaminer(p, workload.Deployment{Entrypoint: argv}.Started(run))
	x.user = &id
	reasons := x.start()
	if start := x.load.Start(); len(reasons) == 0 && start != nil && namesRootsHome(start) {
		reasons = blockers.Of("it uses root's home")
	}
	for _, reason := range reasons {
		text := strings.ReplaceAll(reason.Text, " at start", "") // it runs repeatedly
		list = append(list, fmt.Sprintf("the health check in line %d needs root: %s", in.Line, text))
	}
	return list
}

// namesRootsHome reports whether a command, or a script that it runs, names something in root's home.
func namesRootsHome(s *workload.Script) bool {
	found := false
	s.All(func(c *workload.Command) bool {
		for _, a := range c.Args {
			found = found || hasRootPath(a.Text)
		}
		return !found
	})
	return found
}
