// Package ports finds the ports that a runtime may reserve for root.
package ports

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Low is the note on ports that some runtimes keep for root, those that the image
// exposes, the sources listen on or a deployment names, and the lowest of them; "" and 0
// for none.
func Low(p *imagebuild.Pass, run *stage.Evaluation) (note string, lowest int) {
	var low []int
	for _, port := range p.Workload(run).Ports() {
		if port.Number > 0 && port.Number < 1024 {
			low = append(low, port.Number)
		}
	}
	if len(low) == 0 {
		return "", 0
	}
	slices.Sort(low)
	var list []string
	for _, n := range slices.Compact(low) {
		list = append(list, strconv.Itoa(n))
	}
	return BelowPrivileged(list) + Needs, low[0]
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

// KeptForRoot returns where a deployment keeps a port for root, and what opens it there;
// "" for none. Podman opens none below 1024, which is the kernel's default in a network of
// the container's own (containers.conf(5), default_sysctls); a deployment may set another
// first port.
func KeptForRoot(p *imagebuild.Pass, port int) string {
	for _, d := range p.Deployments {
		at, first := d.Place, 0
		if d.Podman {
			first = 1024
		}
		if d.FirstPort != nil {
			at, first = d.FirstPort.Place, d.FirstPort.Number
		}
		if d.User == "" && port < first {
			by := ""
			if d.Podman && d.FirstPort == nil {
				by = " (Podman)"
			}
			return fmt.Sprintf(" %s keeps for root%s: the sysctl %s=%d opens it there", at, by, workload.FirstPortSysctl, port)
		}
	}
	return ""
}

// Needs is what such ports need: "port 80 is below 1024, which needs …". A capability is
// of no use to a user other than root, who gets none of it when the program starts.
const Needs = " needs Docker 20.10, containerd 2.0, or net.ipv4.ip_unprivileged_port_start=0 elsewhere"
