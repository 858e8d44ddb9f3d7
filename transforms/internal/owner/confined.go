package owner

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// ConfinedRoot tells of a deployment that runs the image as root without the capability to
// write what the user would own, where the application may write it; "" for none.
func ConfinedRoot(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	for _, d := range p.Deployments {
		if !d.IsConfinedRoot() {
			continue
		}
		root := fmt.Sprintf("%s runs it as root without DAC_OVERRIDE, which can't write the files of %s", d.Place, id.User)
		load := p.Workload(run)
		for _, w := range load.Writes() {
			if !workload.IsTemporary(w.Path) && (IsApplications(run, id, w.Path) || isGiven(run, id, w.Path)) {
				return root + ", and " + says(w)
			}
		}
		open, unread := Unplaced(load, p.NodeProcess()), sources.Unread(p)
		switch program := installedProgram(p, run); {
		case len(open) > 0:
			return fmt.Sprintf("%s, and %s may write there", root, open[0].Place)
		case program != "":
			return fmt.Sprintf("%s, and whether %s writes there is not known", root, program)
		case unread != "":
			return fmt.Sprintf("%s, and whether it writes there can't be seen: %s", root, unread)
		}
	}
	return ""
}
