// Package ports finds the ports that a runtime may keep for root.
package ports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/chain"
)

// Low is the note on ports that some runtimes keep for root.
func Low(run *chain.Run) string {
	var low []string
	for _, s := range run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.ExposeCommand)
		if !ok {
			continue
		}
		for _, port := range cmd.Ports {
			port, _ = s.Before.Expand(port)
			number, _, _ := strings.Cut(port, "/")
			if len(number) > 0 && len(number) < 4 || len(number) == 4 && number < "1024" {
				low = append(low, number)
			}
		}
	}
	if len(low) == 0 {
		return ""
	}
	slices.SortFunc(low, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return BelowPrivileged(slices.Compact(low)) + Needs + "NET_BIND_SERVICE elsewhere"
}

// BelowPrivileged says that ports are so low that a runtime may keep them for root.
func BelowPrivileged(ports []string) string {
	if len(ports) == 1 {
		return "port " + ports[0] + " is below 1024, which"
	}
	return "ports " + strings.Join(ports, ", ") + " are below 1024, which"
}

// Needs begins what such ports need: "port 80 is below 1024, which needs …".
const Needs = " needs Docker 20.10, containerd 2.0, or "
