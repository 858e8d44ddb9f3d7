package rootcheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Health tells of a HEALTHCHECK that another user than root can't be seen to run,
// "" when there is none: it runs as the user of the container.
func Health(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	for _, s := range slices.Backward(run.Steps) {
		check, ok := s.In.Cmd.(*instructions.HealthCheckCommand)
		if !ok {
			continue
		}
		argv := healthCommand(run, check)
		if argv == nil {
			return ""
		}
		x := newExaminer(p, launched(run, workload.Deployment{Entrypoint: argv}))
		x.user = &id
		reason := x.start()
		if start := x.load.Start(); reason == "" && start != nil && namesRootsHome(start) {
			reason = "it uses root's home"
		}
		if reason != "" {
			reason = strings.ReplaceAll(reason, " at start", "") // it runs repeatedly
			return fmt.Sprintf("the health check in line %d needs root: %s", s.In.Line, reason)
		}
		return "" // the last one counts
	}
	return ""
}

// healthCommand returns the words of a check, nil for HEALTHCHECK NONE.
func healthCommand(run *stage.Evaluation, check *instructions.HealthCheckCommand) []string {
	switch test := check.Health.Test; {
	case len(test) > 1 && test[0] == "CMD":
		return test[1:]
	case len(test) > 1 && test[0] == "CMD-SHELL":
		return append(slices.Clone(run.Final.Shell), test[1])
	}
	return nil
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
