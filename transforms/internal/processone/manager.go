package processone

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// lookers find processes by their names or their command lines.
var lookers = strings.Fields("pgrep pidof ps pkill killall top grep")

// Looked doubts if a health check, a probe or a command in the container looks for the process
// of a package manager.
func Looked(p *imagebuild.Pass, run *stage.Evaluation, manager string) fixer.Decision {
	load := p.Workload(run)
	if argv, in := workload.HealthCommand(run); looksFor(load, argv, path.Base(manager)) {
		return fixer.Doubt(fmt.Sprintf("line %d looks for the process %s, which would be gone", in.Line, path.Base(manager)))
	}
	for _, d := range p.Inside {
		if !d.Perhaps && looksFor(load, d.Command, path.Base(manager)) {
			return fixer.Doubt(fmt.Sprintf("%s looks for the process %s, which would be gone", d.Place, path.Base(manager))).By(imagebuild.InRepository(d.Place, path.Base(manager)))
		}
	}
	return fixer.Decision{}
}

// looksFor reports whether a command looks for a process by a word.
func looksFor(load *workload.Workload, argv []string, word string) bool {
	if len(argv) == 0 {
		return false
	}
	return !load.Follow(argv).All(func(c *workload.Command) bool {
		if !slices.Contains(lookers, c.Name) {
			return true
		}
		for _, a := range c.Args {
			if slices.Contains(strings.Fields(strings.Trim(a.Text, `^$`)), word) {
				return false
			}
		}
		return true
	})
}
