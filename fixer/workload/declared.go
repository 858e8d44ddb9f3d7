package workload

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// This file reads what an image declares of its containers: EXPOSE and VOLUME.

// volumes returns the directories of VOLUME, the base image's included, and whether these are
// all of them.
func (w *Workload) volumes() (list []string, known bool) {
	final := w.in.Run.Final
	known = final.Base != nil && final.Base.Config != nil
	for _, v := range final.Volumes {
		if !v.Known {
			known = false
			continue
		}
		list = append(list, v.Text)
	}
	return list, known
}

// exposed returns the TCP ports of EXPOSE, the base image's included.
func (w *Workload) exposed() []int {
	var list []string
	if base := w.in.Run.Final.Base; base != nil && base.Config != nil {
		list = slices.Clone(base.Config.ExposedPorts)
	}
	for _, s := range w.in.Run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.ExposeCommand)
		if !ok {
			continue
		}
		for _, port := range cmd.Ports {
			if port, known := s.Before.Expand(port); known {
				list = append(list, port)
			}
		}
	}
	return exposed(list)
}

// exposed returns the numbers of TCP ports as images state them, "3000/tcp" or "3000", in
// order. Ranges are left out.
func exposed(ports []string) (list []int) {
	for _, port := range ports {
		number, protocol, _ := strings.Cut(port, "/")
		if n, err := strconv.Atoi(number); err == nil && (protocol == "" || strings.EqualFold(protocol, "tcp")) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
