// Package services finds out whether the entry of a Compose service may be changed, and makes
// the edits of it.
package services

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// Subject is the entry of a service that may be changed.
type Subject struct {
	*composefile.Service
	pass *composefile.Pass
	// Image is what holds for the images of all that the entry means.
	Image workload.Container
	// reach has the services by the names that others of their projects have for them, in lower case: one
	// map for each project that a service is in.
	reach func() map[*compose.Service][]map[string]*compose.Service
}

// Each calls visit for the entries of a file that say what the service runs and that no other
// file says first: a part of a service, such as in an override, gets what the first one gets.
// Services that Compose refuses, or of Windows, are left out.
func Each(p *composefile.Pass, visit func(Subject)) {
	reach := sync.OnceValue(func() map[*compose.Service][]map[string]*compose.Service { return reachable(p.Projects()) })
	for _, s := range p.Services {
		if s.Node.Resolve().Kind != yamlfile.Mapping || !isFirst(p, s) || isWindows(s) {
			continue
		}
		image, _ := s.Node.Get("image")
		if build, _ := s.Node.Get("build"); image == nil && build == nil {
			continue
		}
		images := make([]workload.Container, len(s.Means))
		for i, m := range s.Means {
			images[i] = p.Image(m)
		}
		visit(Subject{s, p, workload.Agreed(images), reach})
	}
}

// isFirst reports whether a service has no part in a file that comes before this one, in any
// project.
func isFirst(p *composefile.Pass, s *composefile.Service) bool {
	own := false
	for _, m := range s.Means {
		if m.Name != s.Name {
			continue
		}
		i := slices.IndexFunc(m.Parts, func(part compose.Part) bool { return !part.Extended })
		if own = i >= 0 && m.Parts[i].Place.File == p.Place(); !own {
			return false
		}
	}
	return own
}

// isWindows reports whether a service runs on Windows: its platform or its isolation says so
// (Compose specification, "platform", "isolation").
func isWindows(s *composefile.Service) bool {
	_, platform := s.Node.Get("platform")
	return slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return m.Attributes["isolation"] != (workload.Place{}) }) ||
		strings.HasPrefix(text(platform), "windows")
}

// text returns the text of a scalar, "" for anything else.
func text(n *yamlfile.Node) string {
	if n = n.Resolve(); n == nil || n.Kind != yamlfile.Scalar {
		return ""
	}
	return n.Value
}

// Stated returns the place of an attribute in one of the projects, the zero Place where no
// project has it.
func (s Subject) Stated(attribute string) workload.Place {
	if key, _ := s.Node.Get(attribute); key != nil { // what was added in this run, too
		return workload.Place{File: s.pass.Place(), Line: key.Line, Col: key.Col}
	}
	for _, m := range s.Means {
		if at := m.Attributes[attribute]; at != (workload.Place{}) {
			return at
		}
	}
	return workload.Place{}
}

// User returns as whom the containers of the service start in all projects: what user: says,
// else what the image says.
func (s Subject) User() rights.User {
	one := userOf(s.Means[0], s.pass.Image(s.Means[0]))
	for _, m := range s.Means[1:] {
		u := userOf(m, s.pass.Image(m))
		u.NotRoot = !u.MayBeRoot() && !one.MayBeRoot()
		switch {
		case one.Unknown != "":
			one.NotRoot = u.NotRoot
			continue
		case u.Unknown == "" && (u.UID != one.UID || u.GID != one.GID):
			u.Unknown = fmt.Sprintf("it has different users: %s, and %s", one.Why, u.Why)
		}
		u.Stated = u.Stated || one.Stated
		one = u
	}
	return one
}

// userOf returns the user of a service in one project.
func userOf(m *compose.Service, c workload.Container) rights.User {
	stated := m.Deployment.User
	if stated == "" {
		return rights.OfImage(c)
	}
	at := m.Attributes["user"]
	u := rights.User{Stated: true, Why: fmt.Sprintf("user: %s in %s", stated, at)}
	if strings.Contains(stated, "$") {
		u.Unknown = fmt.Sprintf("user: %s in %s has a variable without a value", stated, at)
		return u
	}
	u.UID, u.GID, u.Unknown = c.As(stated)
	return u
}

// MayHarden reports whether the service can lose rights at all: it is known not to run as
// root, and nothing gives it the rights of the host. Otherwise compose-user says why.
func (s Subject) MayHarden() bool {
	u := s.User()
	return !u.MayBeRoot() && s.HostRights() == ""
}

// Renewed doubts that the service may rest on the user that its image gets in this run: the
// engine makes a new container as soon as the file changes, and a new image only when it is told
// to.
func (s Subject) Renewed() fixer.Decision {
	if _, policy := s.Node.Get("pull_policy"); text(policy) == "build" {
		return fixer.Decision{}
	}
	if _, image := s.Node.Get("image"); strings.Contains(text(image), "$") && s.Image.Own {
		return rights.Renewed(s.Image).And(fixer.Doubt("a variable names its image, and may name one that was built before"))
	}
	return rights.Renewed(s.Image)
}

// mountsContext returns the place of the mount that puts the sources of the image over it.
func mountsContext(m *compose.Service) workload.Place {
	for _, mount := range m.Deployment.Mounts {
		if m.Build != nil && mount.Kind == workload.Bind && path.Join(path.Dir(mount.Place.File), mount.Source) == m.Build.Context {
			return mount.Place
		}
	}
	return workload.Place{}
}

// IsMounted reports whether something is mounted over a path of the image in all projects.
func (s Subject) IsMounted(file string) bool {
	return !slices.ContainsFunc(s.Means, func(m *compose.Service) bool {
		return !slices.ContainsFunc(m.Deployment.Mounts, func(mount workload.Mount) bool { return workload.Within(file, mount.Target) })
	})
}

// Develops returns the place of what says that a project runs the service for development:
// develop:, or a mount of the sources; the zero Place for nothing.
func (s Subject) Develops() workload.Place {
	for _, m := range s.Means {
		if at := cmp.Or(m.Attributes["develop"], mountsContext(m)); at != (workload.Place{}) {
			return at
		}
	}
	return workload.Place{}
}
