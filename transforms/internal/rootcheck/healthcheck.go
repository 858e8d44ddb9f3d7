package rootcheck

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Health tells of a HEALTHCHECK that another user than root can't be seen to run,
// "" when there is none: it runs as the user of the container.
func Health(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	argv, in := workload.HealthCommand(run)
	if argv == nil {
		return ""
	}
	x := newExaminer(p, workload.Deployment{Entrypoint: argv}.Started(run))
	x.user = &id
	reason := x.start()
	if start := x.load.Start(); reason == "" && start != nil && namesRootsHome(start) {
		reason = "it uses root's home"
	}
	if reason == "" {
		return ""
	}
	reason = strings.ReplaceAll(reason, " at start", "") // it runs repeatedly
	return fmt.Sprintf("the health check in line %d needs root: %s", in.Line, reason)
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
