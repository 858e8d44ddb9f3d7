// Package ports finds the ports that a runtime may reserve for root.
package ports

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Low is the note on ports that some runtimes keep for root: those that the image
// exposes, the sources listen on or a deployment names.
func Low(p *imagebuild.Pass, run *stage.Evaluation) string {
	var low []int
	for _, port := range p.Workload(run).Ports() {
		if port.Number > 0 && port.Number < 1024 {
			low = append(low, port.Number)
		}
	}
	if len(low) == 0 {
		return ""
	}
	slices.Sort(low)
	var list []string
	for _, n := range slices.Compact(low) {
		list = append(list, strconv.Itoa(n))
	}
	return BelowPrivileged(list) + Needs
}

// BelowPrivileged returns the note that ports are so low that a runtime may reserve
// them for root.
func BelowPrivileged(ports []string) string {
	if len(ports) == 1 {
		return "port " + ports[0] + " is below 1024, which"
	}
	return "ports " + strings.Join(ports, ", ") + " are below 1024, which"
}

// MayBeReserved reports whether a runtime that the repository deploys to may keep such
// ports for root. Docker opens them since 20.10, in a network of the container's own; the
// host's has the host's rule. Kubernetes leaves it to the container runtime, and Fly.io
// runs images in machines of its own.
func MayBeReserved(p *imagebuild.Pass) bool {
	return p.Kubernetes || slices.ContainsFunc(slices.Concat(p.Deployments, p.Perhaps), func(d workload.Deployment) bool {
		return d.HostNetwork || path.Base(d.Place.File) == "fly.toml"
	})
}

// Needs is what such ports need: "port 80 is below 1024, which needs …". A capability is
// of no use to a user other than root, who gets none of it when the program starts.
const Needs = " needs Docker 20.10, containerd 2.0, or net.ipv4.ip_unprivileged_port_start=0 elsewhere"
