package transforms

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks for programs that write into node_modules at every start.

// rootsModules tells of a program that the start runs as the stage's own user, and
// that writes into a node_modules which a RUN of root's made; "" for none.
func rootsModules(p *fixer.Pass, run *chain.Run) (found string) {
	line := 0
	for i := range run.Steps {
		for _, in := range readInstalls(run.Steps, i) {
			name, _, _ := strings.Cut(run.Final.User.Text, ":")
			id := identity{user: name, name: name, uid: chain.Unknown}
			dir := in.step.Before.Workdir.Text
			modules := path.Join(dir, "node_modules")
			near := within(dir, run.Final.Workdir.Text) || within(run.Final.Workdir.Text, dir)
			if isRoot(in.step.Before.User.Text) && near && !givenBehind(run, i, id, modules, true) {
				line = in.step.In.Line
			}
		}
	}
	start := p.Workload(run).Start()
	if line == 0 || start == nil {
		return ""
	}
	start.All(func(c *workload.Command) bool {
		if c.CachesInModules() {
			found = fmt.Sprintf("left so: %s writes into node_modules at every start, which line %d makes as root's", c.Name, line)
		}
		return found == ""
	})
	return found
}
