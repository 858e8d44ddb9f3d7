package transforms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
)

// message is what nonroot-user says of a change.
func message(p *fixer.Pass, run *chain.Run, id identity, notes []string) string {
	text := fmt.Sprintf("runs as root: USER %s (%s)", userSpec(p, id), why(run, id))
	return strings.Join(append([]string{text}, notes...), "; ")
}

// why tells where the user comes from, and how that is known.
func why(run *chain.Run, id identity) string {
	if id.why != inBase {
		return id.why
	}
	says := map[baseimage.Source]string{
		baseimage.FromConfig: "its configuration says", baseimage.FromHistory: "its history says",
		baseimage.FromLayer: "its files say", baseimage.FromTable: "the built-in table says",
	}[run.Final.Accounts.Source()]
	image, _, _ := strings.Cut(run.Final.Base.Image, "@") // without its digest
	return fmt.Sprintf("%s is %d:%d in %s, %s", id.name, id.uid, id.gid, image, says)
}

// userSpec is what USER will say.
func userSpec(p *fixer.Pass, id identity) string {
	if n, ok := id.numeric(); ok && p.Options.NumericUser {
		return n
	}
	return id.spec
}

// lowPorts is the note on ports that some runtimes keep for root: those that the image
// exposes, the sources listen on or a deployment names.
func lowPorts(p *fixer.Pass, run *chain.Run) string {
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
	return belowPrivileged(list) + needsForLowPorts + "NET_BIND_SERVICE elsewhere"
}

// belowPrivileged says that ports are so low that a runtime may keep them for root.
func belowPrivileged(ports []string) string {
	if len(ports) == 1 {
		return "port " + ports[0] + " is below 1024, which"
	}
	return "ports " + strings.Join(ports, ", ") + " are below 1024, which"
}

const needsForLowPorts = " needs Docker 20.10, containerd 2.0, or "
