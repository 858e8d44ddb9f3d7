package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"

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
				switch {
				case cycle != "":
					n.Unknown = "it depends on " + cycle + ", which depends on it"
				case !w.meet(s.Name, to.Name):
					n.Unknown = "it has no network with " + s.Name
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
	_, restart := s.Attributes["restart"]
	_, deploy := s.Attributes["deploy"]
	n := workload.Need{Name: s.Name, Hosts: s.Hosts, Image: s.Image, Deployment: s.Deployment, Stays: restart || deploy}
	// What a need gets from defaults is good enough for it; what it takes from the machine without
	// one is not known.
	n.Deployment.Variable = workload.Place{}
	_, unknown := n.Deployment.Start()
	switch {
	case s.Build != nil:
		n.Image, n.Unknown = "", "it is built from a Dockerfile"
	case s.Image == "":
		n.Unknown = strings.TrimSpace("the repository does not say its image " + s.Written)
	case a.madeBy(s.Image) != "":
		n.Unknown = "its image is that of the service " + a.madeBy(s.Image) + ", which is built from a Dockerfile"
	case unknown != "":
		n.Unknown = unknown
	case otherwise(s) != "":
		n.Unknown = otherwise(s)
	case len(s.Deployment.Gaps) > 0:
		n.Unknown = s.Deployment.Gaps[0].What
	}
	return n
}

// meet reports whether two services have a network in common. Those that state none have the default
// one.
func (a *assembly) meet(one, other string) bool {
	networks := func(name string) []string {
		if list := names(a.project.Services[name].Networks); len(list) > 0 {
			return list
		}
		return []string{"default"}
	}
	return slices.ContainsFunc(networks(one), func(name string) bool { return slices.Contains(networks(other), name) })
}

// madeBy returns the first service whose build makes the image of that name; "" for none.
func (a *assembly) madeBy(image string) string {
	for _, name := range names(a.project.Services) {
		if s := a.project.Services[name]; s.Build != nil && sameImage(s.Image, image) {
			return name
		}
	}
	return ""
}

// sameImage reports whether two names mean the same image.
func sameImage(one, other string) bool {
	a, err := reference.ParseNormalizedNamed(one)
	if err != nil {
		return false
	}
	b, err := reference.ParseNormalizedNamed(other)
	return err == nil && reference.TagNameOnly(a).String() == reference.TagNameOnly(b).String()
}

// asAlone are the attributes of a service that are part of [workload.Deployment.Start], or do not
// matter to what depends on it.
var asAlone = strings.Fields(`annotations cap_add cap_drop command container_name cpu_count cpu_percent cpu_period cpu_quota
	cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset depends_on deploy entrypoint environment expose healthcheck hostname
	image init label_file labels links logging mem_limit mem_reservation mem_swappiness memswap_limit networks
	oom_kill_disable oom_score_adj pids_limit platform ports pull_policy read_only restart security_opt shm_size
	stop_grace_period stop_signal tmpfs ulimits user volumes working_dir`)

// otherwise returns what a service states that would make it another one beside what depends on it
// than it is in a container by itself, "" for nothing.
func otherwise(s *Service) string {
	for _, name := range names(s.Attributes) {
		if !slices.Contains(asAlone, name) && !strings.HasPrefix(name, "x-") {
			return fmt.Sprintf("%s says %s", s.Attributes[name], name)
		}
	}
	return ""
}

// hostName matches what may be in a file of hosts, and a resolver takes.
var hostName = lazyregexp.New(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,252}$`)

// hostsOf returns the names by which other services reach one. An engine may answer to the name that
// a container has for itself.
func hostsOf(config types.ServiceConfig) []string {
	list := []string{config.Name, config.ContainerName, config.Hostname}
	for _, name := range names(config.Networks) {
		if network := config.Networks[name]; network != nil {
			list = append(list, network.Aliases...)
		}
	}
	return hosts(list)
}

// hosts returns the names that are those of hosts, each once, in their order.
func hosts(names []string) (list []string) {
	for _, name := range names {
		if hostName.MatchString(name) && !slices.Contains(list, name) && len(list) < maxHosts {
			list = append(list, name)
		}
	}
	return list
}
