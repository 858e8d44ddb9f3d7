package compose

import (
	"strconv"

	"github.com/dockmend/dockmend/fixer/workload"
)

// limits sets what binds users other than root alone: the entries nproc of ulimits and
// ip_unprivileged_port_start of sysctls.
func (g *gathering) limits() {
	d := &g.to.Deployment
	if nproc := g.config.Ulimits["nproc"]; nproc != nil {
		d.UserProcesses = &workload.Limit{Number: nproc.Single + nproc.Soft, Place: g.placeOfEntry("ulimits", "nproc")} // one of them is 0
	}
	if first, err := strconv.Atoi(g.config.Sysctls[workload.FirstPortSysctl]); err == nil {
		d.FirstPort = &workload.Limit{Number: first, Place: g.placeOfEntry("sysctls", workload.FirstPortSysctl)}
	}
}

// placeOfEntry returns the place of a key in an attribute; that of the attribute where it
// is a list.
func (g *gathering) placeOfEntry(attribute, key string) workload.Place {
	if place := g.placeIn(attribute, key); place != g.to.Place {
		return place
	}
	if at := g.layers.last(attribute); at.key != nil {
		return at.place(at.key)
	}
	return g.to.Place
}
