package repository

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the image of a container that a command is run in.

// replica matches what engines put after the name of a service: PROJECT-SERVICE-1, or
// PROJECT_SERVICE_1 of docker-compose 1; and after that of a workload of Kubernetes.
var replica = lazyregexp.New(`[-_]\d+$|-[a-z0-9]{6,10}-[a-z0-9]{5}$`)

// wanted is a name that a command gives a container.
type wanted struct {
	name string
	bare string // without what engines put after it
}

// wantedOf returns the names of a command in a container.
func wantedOf(names []string) (list []wanted) {
	for _, name := range names {
		if name != "" {
			list = append(list, wanted{name, replica.ReplaceAllString(name, "")})
		}
	}
	return list
}

// means returns how well it says that a container is one of those with that name: 0 for not
// at all. The longest name counts: of the services web and admin-web, x-admin-web-1 is the
// second.
func (w wanted) means(name string) int {
	switch {
	case name == "":
		return 0
	case w.name == name:
		return 2 * len(name)
	case w.bare == name, w.bare != w.name && (strings.HasSuffix(w.bare, "-"+name) || strings.HasSuffix(w.bare, "_"+name)):
		return len(name)
	}
	return 0
}

// meansAny is means for the names of a command and those of a container.
func meansAny(list []wanted, names []string) (best int) {
	for _, w := range list {
		for _, name := range names {
			best = max(best, w.means(name))
		}
	}
	return best
}

// inside gives a command in a container to the Dockerfiles of that container's image: those
// that something starts under that name; else the repository's only Dockerfile, where
// nothing else is started, or the container has its name.
func (a *attribution) inside(l *Links, d run, r *reader) {
	best, builds, runs, list := 0, []build(nil), []run(nil), wantedOf(d.containers)
	better := func(names []string, dir string) bool {
		n := 2 * meansAny(list, names)
		if n > 0 && dir == d.dir {
			n++
		}
		if n > best {
			best, builds, runs = n, nil, nil
		}
		return n > 0 && n == best
	}
	for _, b := range r.builds {
		if better(b.containers, path.Dir(b.Place.File)) {
			builds = append(builds, b)
		}
	}
	for _, other := range r.runs {
		if !other.Inside && better(other.containers, other.dir) {
			runs = append(runs, other)
		}
	}
	for i := range builds {
		builds[i].Deployments = d.overAll(builds[i].Deployments)
	}
	a.again(l, builds)
	for _, other := range runs[:min(len(runs), maxTagged)] {
		as := d
		as.image, as.dockerfile, as.Deployment = other.image, other.dockerfile, d.over(other.Deployment)
		a.deploy(l, a.dockerfiles(as), as)
	}
	if best == 0 && a.only != "" && (a.alone() || a.isNamed(list)) {
		a.deploy(l, []string{a.only}, d)
	}
}

// isAlone reports whether nothing is known to run another image than that of the
// repository's only Dockerfile.
func (a *attribution) isAlone(r *reader) bool {
	for _, other := range r.runs {
		if !other.Inside && other.service == "" && len(a.dockerfiles(other)) == 0 {
			return false
		}
	}
	return true
}

// isNamed reports whether a container has the name of the only image, or of its package.
func (a *attribution) isNamed(containers []wanted) bool {
	return slices.ContainsFunc(containers, func(w wanted) bool { return len(a.alike[w.bare]) > 0 || len(a.alike[w.name]) > 0 })
}
