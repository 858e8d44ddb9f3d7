package services

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// Way returns how the service runs its image in all projects, by this user.
func (s Subject) Way(user rights.User) readonly.Way {
	w := readonly.Way{UID: user.UID, GID: user.GID, Unknown: user.Unknown, Mounted: s.IsMounted}
	for i, m := range s.Means {
		start, unknown := m.Deployment.Start()
		if unknown == "" {
			unknown = more(m)
		}
		if unknown == "" && i > 0 && start != w.Start {
			unknown = "it starts otherwise in another project"
		}
		if unknown != "" && w.Unknown == "" {
			w.Unknown = unknown
		}
		w.Start, w.Tmpfs = start, nil
		for _, mount := range m.Deployment.Mounts {
			if mount.Kind == workload.Tmpfs {
				w.Tmpfs = append(w.Tmpfs, mount.Target)
			}
		}
	}
	return w
}

// harmless are the attributes of a service that are part of [workload.Deployment.Start], or change
// nothing of what its program does with files.
var harmless = strings.Fields(`annotations attach build command container_name cpu_count cpu_percent cpu_period cpu_quota
	cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset cap_add cap_drop deploy dns dns_opt dns_search domainname entrypoint
	environment expose extra_hosts healthcheck hostname image init label_file labels logging mac_address mem_limit
	mem_reservation mem_swappiness memswap_limit networks oom_kill_disable oom_score_adj pids_limit ports profiles pull_policy
	read_only restart scale security_opt stdin_open stop_grace_period stop_signal tmpfs tty ulimits user volumes working_dir`)

// more returns what a service states of how it runs beyond its start, "" for nothing. What depends
// on another service did not have it when it was observed.
func more(m *compose.Service) string {
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		if !slices.Contains(harmless, name) && !strings.HasPrefix(name, "x-") {
			return fmt.Sprintf("%s says %s", m.Attributes[name], name)
		}
	}
	if gaps := m.Deployment.Gaps; len(gaps) > 0 {
		return fmt.Sprintf("%s: %s", gaps[0].Place, gaps[0].What)
	}
	return ""
}
