package repository

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// limit reads an entry of --ulimit or --sysctl that binds users other than root alone:
// nproc=SOFT[:HARD], or the first port that they may listen on.
func (d *run) limit(text string) {
	name, v, _ := strings.Cut(text, "=")
	v, _, _ = strings.Cut(v, ":")
	n, err := strconv.Atoi(v)
	if err != nil {
		return
	}
	switch name {
	case "nproc":
		d.UserProcesses = &workload.Limit{Number: n, Place: d.Place}
	case workload.FirstPortSysctl:
		d.FirstPort = &workload.Limit{Number: n, Place: d.Place}
	}
}
