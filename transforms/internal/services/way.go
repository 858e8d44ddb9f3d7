package services

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// Ways returns the different ways in which the service runs its image in its projects, by this user.
func (s Subject) Ways(user rights.User) (list []readonly.Way) {
	for _, m := range s.Means {
		w := readonly.Way{UID: user.UID, GID: user.GID, Unknown: user.Unknown, Mounted: s.IsMounted, Limit: s.limit(m)}
		start, unknown := m.Deployment.Start()
		needs, unmet := workload.BesideAll(m.Deployment.Needs)
		w.Start, w.Needs, w.Unknown = start, needs, cmp.Or(w.Unknown, unknown, unmet, more(m), s.others(m))
		for _, mount := range m.Deployment.Mounts {
			if mount.Kind == workload.Tmpfs {
				w.Tmpfs = append(w.Tmpfs, mount.Target)
			}
		}
		same := func(o readonly.Way) bool {
			return o.Start == w.Start && slices.Equal(o.Needs, w.Needs) && o.Unknown == w.Unknown && o.Limit == w.Limit
		}
		if !slices.ContainsFunc(list, same) {
			list = append(list, w)
		}
	}
	return list
}

// limit returns the place of what limits the memory of a service; the zero Place for nothing.
func (s Subject) limit(m *compose.Service) workload.Place {
	for _, name := range []string{"mem_limit", "memswap_limit"} {
		if at := m.Attributes[name]; at != (workload.Place{}) {
			return at
		}
	}
	at := m.Attributes["deploy"]
	_, deploy := s.Node.Get("deploy")
	if at.File == s.pass.Place() && deploy != nil {
		_, resources := deploy.Get("resources")
		if _, limits := resources.Get("limits"); limits == nil {
			return workload.Place{}
		}
	}
	return at
}

// others returns what else the start of a service names and it does not depend on: another service
// of its project, or another machine; "" for none. It did not run when this one was observed.
func (s Subject) others(m *compose.Service) string {
	words := slices.Clone(s.Image.Words)
	for _, v := range m.Deployment.Env {
		words = append(words, v.Value)
	}
	words = slices.Concat(words, m.Deployment.Entrypoint, m.Deployment.Command)
	met := slices.Clone(m.Hosts)
	for _, n := range m.Deployment.Needs {
		met = append(met, n.Hosts...)
	}
	for _, p := range s.pass.Projects() {
		if !slices.Contains(p.Services, m) {
			continue
		}
		for _, other := range p.Services {
			isNeed := slices.ContainsFunc(m.Deployment.Needs, func(n workload.Need) bool { return n.Name == other.Name })
			if host := workload.NamesHost(words, other.Hosts); other.Name != m.Name && !isNeed && host != "" {
				return "its environment names the service " + cmp.Or(host, other.Name)
			}
		}
	}
	if host := workload.RemoteHost(words, met); host != "" {
		return "its environment names " + host
	}
	return ""
}

// harmless are the attributes of a service that are part of [workload.Deployment.Start] or of its
// Needs, or change nothing of what its program does with files.
var harmless = strings.Fields(`annotations attach build command container_name cpu_count cpu_percent cpu_period cpu_quota
	cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset cap_add cap_drop depends_on deploy entrypoint environment expose
	healthcheck image init label_file labels links logging mem_limit mem_reservation mem_swappiness memswap_limit networks
	oom_kill_disable oom_score_adj pids_limit ports profiles pull_policy read_only restart scale security_opt
	stop_grace_period tmpfs ulimits user volumes working_dir`)

// more returns what a service states of how it runs beyond its start and its needs, "" for nothing.
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
