package workload

import (
	"fmt"
	"strings"
)

// noInit returns the place of what asks about PID 1 of a container, or sends it a signal
// that only PID 1 ignores, with what it does.
func (w *Workload) noInit() string {
	for _, as := range w.allStarts() {
		if list := as.ProcessOne(); len(list) > 0 {
			return list[0].Place.String() + " asks about PID 1"
		}
		switch way := as.LeadsToNode(); {
		case way.Blocked != "":
			return way.Blocked
		case way.Node && way.Waits:
			return "its shell would wait for node, and end before it on a signal"
		}
	}
	if argv, in := HealthCommand(w.in.Run); len(ProcessOneIn("", strings.Join(argv, " "))) > 0 {
		return fmt.Sprintf("line %d asks about PID 1", in.Line)
	}
	for _, d := range w.in.Deployments {
		switch {
		case d.NoProcessOne != (Place{}):
			return d.NoProcessOne.String() + " gives it another PID 1"
		case d.Grace != (Place{}):
			return d.Grace.String() + " gives it time to stop, which a signal that node does not handle would cut off"
		case d.Signal != "":
			return d.Place.String() + " sends it a signal"
		case d.Inside && len(ProcessOneIn("", strings.Join(d.Command, " "))) > 0:
			return d.Place.String() + " asks about PID 1"
		}
	}
	return ""
}
