package rootcheck

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds programs that write into node_modules at every start.

// RootsModules returns a program that the start runs as the stage's own user, and
// that writes into a node_modules which is root's; "" for none.
func RootsModules(p *imagebuild.Pass, run *stage.Evaluation) (found string) {
	user, _, _ := strings.Cut(run.Final.User.Text, ":")
	line := 0
	for dir := run.Final.Workdir.Text; line == 0; dir = path.Dir(dir) {
		owner := p.Workload(run).Owner(path.Join(dir, "node_modules"))
		switch {
		case owner.Made == workload.Made && owner.User == "root" && !owner.MayWrite(user):
			line = owner.Line
		case owner.Made == workload.Made || dir == "/" || dir == "." || dir == "":
			return ""
		}
	}
	start := p.Workload(run).Start()
	if start == nil {
		return ""
	}
	start.All(func(c *workload.Command) bool {
		if c.CachesInModules() {
			found = fmt.Sprintf("%s writes into node_modules at every start, which line %d makes as root", c.Name, line)
		}
		return found == ""
	})
	return found
}
