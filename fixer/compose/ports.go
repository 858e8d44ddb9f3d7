package compose

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxPort = 65535

	// maxPortRange is the number of ports of a range above which compose-go does
	// not get it: it makes a mapping of each.
	maxPortRange = 100

	// maxPorts bounds the ports of the services of a project together.
	maxPorts = 4 * maxPort
)

// portRange returns the ports of "3000", "3000-3010" and "3000-3010/udp", and
// whether s is one of these.
func portRange(s string) ([]int, bool) {
	s, _, _ = strings.Cut(s, "/")
	first, last, isRange := strings.Cut(s, "-")
	from, err := strconv.Atoi(first)
	if err != nil || from < 1 || from > maxPort {
		return nil, false
	}
	to := from
	if isRange {
		if to, err = strconv.Atoi(last); err != nil || to < from || to > maxPort {
			return nil, false
		}
	}
	list := make([]int, 0, to-from+1)
	for p := from; p <= to; p++ {
		list = append(list, p)
	}
	return list, true
}

// sorted returns the ports in order, each once.
func sorted(ports []int) []int {
	slices.Sort(ports)
	return slices.Clip(slices.Compact(ports))
}
