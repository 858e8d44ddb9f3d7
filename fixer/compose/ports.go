package compose

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxPort = 65535

	// maxPortRange is the longest range of ports that compose-go gets: it makes a
	// mapping of each.
	maxPortRange = 100

	// maxPorts bounds the ports of the services of a project together.
	maxPorts = 4 * maxPort
)

// portRange returns the first and the last port of "3000", "3000-3010" or
// "3000-3010/udp", and whether s is one of these.
func portRange(s string) (from, to int, ok bool) {
	s, _, _ = strings.Cut(s, "/")
	first, last, isRange := strings.Cut(s, "-")
	from, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, false
	}
	to = from
	if isRange {
		if to, err = strconv.Atoi(last); err != nil {
			return 0, 0, false
		}
	}
	return from, to, 1 <= from && from <= to && to <= maxPort
}

// appendRange appends the ports of a range.
func appendRange(ports []int, from, to int) []int {
	for p := from; p <= to; p++ {
		ports = append(ports, p)
	}
	return ports
}

// sorted returns the ports in order, each once.
func sorted(ports []int) []int {
	slices.Sort(ports)
	return slices.Clip(slices.Compact(ports))
}
