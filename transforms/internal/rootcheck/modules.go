package rootcheck

import (
	"fmt"
	"path"
	"slices"
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
	load := p.Workload(run)
	start := load.Start()
	if start == nil {
		return ""
	}
	isRoots := func(dir string) bool { return !load.Owner(dir).MayWrite(user) }
	start.All(func(c *workload.Command) bool {
		if own := load.OwnDirectories(c); c.CachesInModules() && (len(own) == 0 || slices.ContainsFunc(own, isRoots)) {
			found = fmt.Sprintf("%s writes into node_modules at every start, which line %d makes as root", c.Name, line)
		}
		return found == ""
	})
	return found
}
