package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what is started before a service.

// The bounds of needs.
const (
	maxNeeds = 8  // that one service has, itself or through others
	maxHosts = 16 // names of one of them
)

// needs sets what each service needs.
func (a *assembly) needs(list []*Service) {
	services := map[string]*Service{}
	for _, s := range list {
		services[s.Name] = s
	}
	// The deployments of needs have none themselves, which would multiply: so they are set last.
	found := make([][]workload.Need, len(list))
	for i, s := range list {
		w := walk{assembly: a, services: services, at: map[string]int{s.Name: onTheWay}}
		w.from(s)
		found[i] = w.list
	}
	for i, s := range list {
		s.Deployment.Needs = found[i]
	}
}

// walk collects the needs of one service.
type walk struct {
	*assembly
	services map[string]*Service
	list     []workload.Need
	at       map[string]int // the place in list, from 1, of those that were reached
	full     bool           // there are more
}

// onTheWay is the place of a service whose own needs are being collected.
const onTheWay = -1

// from adds what a service depends on, each after its own needs, and returns the service that it
// depends on and that depends on it; "" for none.
func (w *walk) from(s *Service) (cycle string) {
	for _, d := range s.DependsOn {
		if w.full {
			break
		}
		to := w.services[d.Name]
		switch at := w.at[d.Name]; {
		case at > 0:
			require(&w.list[at-1], d)
		case at == onTheWay:
			cycle = cmp.Or(cycle, d.Name)
		case to == nil && d.Optional:
		case len(w.at) > maxNeeds:
			w.full = true
			w.list = append(w.list, workload.Need{Name: d.Name, Unknown: fmt.Sprintf("it would be more than %d services for one", maxNeeds)})
		default:
			w.at[d.Name] = onTheWay
			n := workload.Need{Name: d.Name, Unknown: "there is no such service"}
			if to != nil {
				cycle := w.from(to)
				n = w.need(to)
				if cycle != "" {
					n.Unknown = "it depends on " + cycle + ", which depends on it"
				}
			}
			require(&n, d)
			w.list = append(w.list, n)
			w.at[d.Name] = len(w.list)
		}
	}
	return cycle
}

// require adds what one service states of another one that it depends on.
func require(n *workload.Need, d Dependency) {
	n.Healthy, n.Completed = n.Healthy || d.Healthy, n.Completed || d.Completed
	n.Hosts = hosts(append(n.Hosts, d.Aliases...))
}

// need returns a service as another one needs it.
func (a *assembly) need(s *Service) workload.Need {
	n := workload.Need{Name: s.Name, Hosts: []string{s.Name, s.Container}, Image: s.Image, Deployment: s.Deployment}
	networks := a.project.Services[s.Name].Networks
	for _, name := range names(networks) {
		if network := networks[name]; network != nil {
			n.Hosts = append(n.Hosts, network.Aliases...)
		}
	}
	_, unknown := s.Deployment.Start()
	mode := s.Attributes["network_mode"]
	switch {
	case s.Build != nil:
		n.Image, n.Unknown = "", "it is built from a Dockerfile"
	case s.Image == "":
		n.Unknown = strings.TrimSpace("the repository does not say its image " + s.Written)
	case unknown != "":
		n.Unknown = unknown
	case mode != (workload.Place{}):
		n.Unknown = mode.String() + " gives it another network"
	case len(s.Deployment.Gaps) > 0:
		n.Unknown = s.Deployment.Gaps[0].What
	}
	return n
}

// hostName matches what may be in a file of hosts, and a resolver takes.
var hostName = lazyregexp.New(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,252}$`)

// hosts returns the names that are those of hosts, each once, in their order.
func hosts(names []string) (list []string) {
	for _, name := range names {
		if hostName.MatchString(name) && !slices.Contains(list, name) && len(list) < maxHosts {
			list = append(list, name)
		}
	}
	return list
}
