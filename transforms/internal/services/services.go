// Package services finds out whether the entry of a Compose service may be changed, and makes
// the edits of it.
package services

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/document"
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
}

// Each calls visit for the entries of a file that say what the service runs and that no other
// file says first: a part of a service, such as in an override, gets what the first one gets.
// Services that Compose refuses, or of Windows, are left out.
func Each(p *composefile.Pass, visit func(Subject)) {
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
		visit(Subject{s, p, workload.Agreed(images)})
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

// Repeated doubts that an item may be added to a list of the service that docker compose
// refuses where two merged files have it: another file has the service, too, and nothing says
// that they are not merged.
func (s Subject) Repeated() fixer.Decision {
	for _, other := range s.pass.Beside(s.Name) {
		return fixer.Doubt(fmt.Sprintf("%s has the service, too: docker compose refuses the two together where both say it", other.Place))
	}
	return fixer.Decision{}
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
		switch {
		case one.Unknown != "":
			return one
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

// HostRights returns what gives the service rights on its host that a transform must not
// contradict, with its place; "" for none.
func (s Subject) HostRights() string {
	for _, m := range s.Means {
		if why := hostRights(m); why != "" {
			return why
		}
	}
	for _, key := range []string{"ipc", "uts", "userns_mode", "cgroup"} {
		if at, value := s.Node.Get(key); text(value) == "host" {
			return fmt.Sprintf("line %d says %s: host", s.pass.Line(at.Offset), key)
		}
	}
	return ""
}

func hostRights(m *compose.Service) string {
	d := m.Deployment
	switch {
	case d.Privileged:
		return d.Rights.String() + " says privileged: true"
	case d.HostPID:
		return d.NoProcessOne.String() + " says pid: host"
	case d.HostNetwork:
		return m.Attributes["network_mode"].String() + " says network_mode: host"
	case len(d.Devices) > 0:
		return m.Attributes["devices"].String() + " gives it devices of the host"
	}
	for _, name := range d.CapAdd {
		if bare := strings.TrimPrefix(strings.ToUpper(name), "CAP_"); bare == "SYS_ADMIN" || bare == "ALL" {
			return m.Attributes["cap_add"].String() + " adds the capability " + name
		}
	}
	for _, o := range m.SecurityOpt {
		if strings.HasSuffix(o, "unconfined") || o == "label:disable" || o == "label=disable" {
			return m.Attributes["security_opt"].String() + " says " + o
		}
	}
	for _, mount := range d.Mounts {
		if rights.IsEngineSocket(mount.Source) || rights.IsEngineSocket(mount.Target) {
			return mount.Place.String() + " mounts the engine's socket"
		}
	}
	return ""
}

// Added returns the capabilities that the service adds in one of the projects.
func (s Subject) Added() []string {
	for _, m := range s.Means {
		if len(m.Deployment.CapAdd) > 0 {
			return m.Deployment.CapAdd
		}
	}
	return nil
}

// MayHarden reports whether the service can lose rights at all: it is known not to run as
// root, and nothing gives it the rights of the host. Otherwise compose-user says why.
func (s Subject) MayHarden() bool {
	u := s.User()
	return u.Unknown == "" && !u.IsRoot() && s.HostRights() == ""
}

// Renewed doubts that the service may rest on the user that its image gets in this run: the
// engine makes a new container as soon as the file changes, and a new image only when it is told
// to.
func (s Subject) Renewed() fixer.Decision {
	if _, policy := s.Node.Get("pull_policy"); text(policy) == "build" {
		return fixer.Decision{}
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

// Fixed says why nothing can be added to the entry, whatever it is; "" where it can.
func (s Subject) Fixed() string {
	if key, _ := s.Node.Get("extends"); key != nil {
		return fmt.Sprintf("it extends another service (line %d), which may have what would be added", s.pass.Line(key.Offset))
	}
	if at := s.Stated("pre_start"); at != (workload.Place{}) {
		return at.String() + " starts other containers with its settings"
	}
	if err := s.pass.File.Editable(s.Node); err != nil {
		return "its entry can't be edited: " + err.Error()
	}
	return ""
}

// IsToldFixed reports whether compose-user says of the entry that it is Fixed, so that nobody
// else must.
func (s Subject) IsToldFixed() bool {
	return s.Fixed() != "" && s.MayHarden() && !s.User().Stated
}

// Editable refuses what can't be added to the entry.
func (s Subject) Editable(err error) fixer.Decision {
	why := s.Fixed()
	if why == "" && err != nil {
		why = "it can't be added: " + err.Error()
	}
	return fixer.Refusal(why)
}

// order are the attributes after which one is added that concerns what the container may do,
// in the order in which they are written.
var order = []string{"image", "build", "container_name", "user", "init", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt"}

// Add returns the edits that add an attribute to the service, which does not have it.
func (s Subject) Add(key string, v yamlfile.Value) ([]document.Edit, error) {
	return rights.One(s.pass.File.AddEntry(s.Node, key, v, order...))
}

// Set returns the edits that put a value in the place of that of an attribute.
func (s Subject) Set(key, old *yamlfile.Node, v yamlfile.Value) ([]document.Edit, error) {
	return rights.One(s.pass.File.SetValue(key, old, v))
}

// AddItems returns the edits that add items to the list of an attribute, or the attribute.
func (s Subject) AddItems(key string, items ...yamlfile.Value) (edits []document.Edit, err error) {
	at, list := s.Node.Get(key)
	switch {
	case at == nil:
		return s.Add(key, yamlfile.List(items...))
	case list.IsNull(), list.Resolve().Kind == yamlfile.Sequence && list.Len() == 0:
		return rights.One(s.pass.File.SetValue(at, list, yamlfile.List(items...)))
	}
	for _, item := range items {
		edit, err := rights.One(s.pass.File.AddItem(list, item))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit...)
	}
	return edits, nil
}
