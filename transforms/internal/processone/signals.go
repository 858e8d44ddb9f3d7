package processone

import (
	"cmp"
	"fmt"
	"path"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Signalled doubts if the repository sends the container a signal that node, as PID 1, does
// not get, and that ends it under an init: no source handles it. A longer time to stop is for a process that
// goes on.
func Signalled(p *imagebuild.Pass, run *stage.Evaluation) fixer.Decision {
	for _, d := range p.Inside {
		signal := cmp.Or(d.Signal, sent(p.Workload(run), d.Command))
		if d.Perhaps || !workload.Ends(signal) || len(p.NodeProcess().Handles(signal)) > 0 {
			continue
		}
		return fixer.Doubt(fmt.Sprintf("%s sends it SIG%s, which no source handles: as PID 1 node is spared, under an init it would end", d.Place, signal)).By(imagebuild.InRepository(d.Place, "SIG"+signal))
	}
	if len(p.NodeProcess().Stops()) > 0 {
		return fixer.Decision{}
	}
	for _, d := range p.Deployments {
		if d.Grace != (workload.Place{}) && !d.Inside {
			return fixer.Doubt(fmt.Sprintf("%s gives it time to stop, and no source handles SIGTERM: as PID 1 node goes on until then, under an init it ends at once", d.Grace)).By(imagebuild.InRepository(d.Grace, "stop"))
		}
	}
	return fixer.Decision{}
}

// meansNode reports whether kill names PID 1, or pkill node, with its last word.
func meansNode(args []shell.Word) bool {
	last := args[len(args)-1].Text
	return last == "1" || path.Base(last) == "node"
}

// sent returns the first signal that a command in the container sends and that ends node, ""
// for none.
func sent(load *workload.Workload, argv []string) (signal string) {
	if len(argv) == 0 {
		return ""
	}
	load.Follow(argv).All(func(c *workload.Command) bool {
		if s := workload.Sends(c.Call); workload.Ends(s) && meansNode(c.Args) {
			signal = s
		}
		return signal == ""
	})
	return signal
}
