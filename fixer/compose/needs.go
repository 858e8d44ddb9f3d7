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

// needing finds what the services of a project need.
type needing struct {
	project  *types.Project
	services map[string]*Service
	made     map[string]string        // by the full name of an image: the first service that is built as it
	alone    map[string]workload.Need // services as others need them: each is found once, whatever depends on it
}

// setNeeds sets what each service of a project needs.
func setNeeds(p *types.Project, list []*Service) {
	n := &needing{p, map[string]*Service{}, map[string]string{}, map[string]workload.Need{}}
	for _, s := range list {
		n.services[s.Name] = s
		if full := fullName(s.Image); s.Build != nil && full != "" && n.made[full] == "" {
			n.made[full] = s.Name
		}
	}
	for _, s := range list {
		w := walk{needing: n, at: map[string]int{s.Name: onTheWay}}
		w.from(s)
		s.Deployment.Needs = w.list
	}
}

// fullName returns the name of an image with its registry and tag; "" for what is no name.
func fullName(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	return reference.TagNameOnly(named).String()
}

// walk collects the needs of one service.
type walk struct {
	*needing
	list []workload.Need
	at   map[string]int // the place in list, from 1, of those that were reached
	full bool           // there are more
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
	n.Hosts = hosts(slices.Concat(n.Hosts, d.Aliases))
}

// need returns a service as others need it.
func (g *needing) need(s *Service) workload.Need {
	n, known := g.alone[s.Name]
	if known {
		return n
	}
	_, restart := s.Attributes["restart"]
	_, deploy := s.Attributes["deploy"]
	as := s.Deployment
	// What a need gets from defaults is good enough for it; what it takes from the machine without
	// one is not known. Its own needs are among those of what depends on it.
	as.Variable, as.Needs = workload.Place{}, nil
	n = workload.Need{Name: s.Name, Hosts: s.Hosts, Image: s.Image, Deployment: &as, Stays: restart || deploy}
	if n.Unknown = g.unknown(s, as); s.Build != nil {
		n.Image = ""
	}
	g.alone[s.Name] = n
	return n
}

// unknown returns why the repository does not say how to start a service by itself; "" where it does.
func (g *needing) unknown(s *Service, as workload.Deployment) string {
	_, unknown := as.Start()
	by, stated := g.made[fullName(s.Image)], otherwise(s)
	switch {
	case s.Build != nil:
		return "it is built from a Dockerfile"
	case s.Image == "":
		return strings.TrimSpace("the repository does not say its image " + s.Written)
	case by != "":
		return "its image is that of the service " + by + ", which is built from a Dockerfile"
	case unknown != "" || stated != "":
		return cmp.Or(unknown, stated)
	case len(as.Gaps) > 0:
		return as.Gaps[0].What
	}
	return ""
}

// meet reports whether two services have a network in common. Those that state none have the default
// one.
func (g *needing) meet(one, other string) bool {
	networks := func(name string) []string {
		if list := names(g.project.Services[name].Networks); len(list) > 0 {
			return list
		}
		return []string{"default"}
	}
	return slices.ContainsFunc(networks(one), func(name string) bool { return slices.Contains(networks(other), name) })
}

// asAlone are attributes that do not matter to what depends on a service, besides AccountedAttributes.
var asAlone = strings.Fields("hostname platform shm_size stop_signal")

// otherwise returns what a service states that would make it another one beside what depends on it
// than it is in a container by itself, "" for nothing.
func otherwise(s *Service) string {
	for _, name := range names(s.Attributes) {
		if !slices.Contains(AccountedAttributes, name) && !slices.Contains(asAlone, name) && !strings.HasPrefix(name, "x-") {
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
