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
	met, isMet := slices.Clone(m.Hosts), map[string]bool{m.Name: true}
	for _, n := range m.Deployment.Needs {
		met, isMet[n.Name] = append(met, n.Hosts...), true
	}
	named := workload.HostNames(words)
	for _, services := range s.reach()[m] {
		for _, host := range named {
			if other := services[host]; other != nil && !isMet[other.Name] {
				return "its environment names the service " + host
			}
		}
	}
	if host := workload.RemoteHost(words, met); host != "" {
		return "its environment names " + host
	}
	return ""
}

// reachable returns the services of projects by the names that others of the same project have for them.
func reachable(projects []*compose.Project) map[*compose.Service][]map[string]*compose.Service {
	all := map[*compose.Service][]map[string]*compose.Service{}
	for _, p := range projects {
		names := map[string]*compose.Service{}
		for _, m := range p.Services {
			for _, host := range m.Hosts {
				names[strings.ToLower(host)] = m
			}
			all[m] = append(all[m], names)
		}
	}
	return all
}

// harmless are attributes of a service that change nothing of what its program does with files, besides
// compose.AccountedAttributes.
var harmless = strings.Fields("attach build profiles scale")

// more returns what a service states of how it runs beyond its start and its needs, "" for nothing.
func more(m *compose.Service) string {
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		if !slices.Contains(compose.AccountedAttributes, name) && !slices.Contains(harmless, name) && !strings.HasPrefix(name, "x-") {
			return fmt.Sprintf("%s says %s", m.Attributes[name], name)
		}
	}
	if gaps := m.Deployment.Gaps; len(gaps) > 0 {
		return fmt.Sprintf("%s: %s", gaps[0].Place, gaps[0].What)
	}
	return ""
}
