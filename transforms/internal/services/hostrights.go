package services

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// HostRights returns what gives the service rights on its host that a transform must not
// contradict, with its place; "" for none.
func (s Subject) HostRights() string {
	for _, m := range s.Means {
		if why := hostRights(m); why != "" {
			return why
		}
	}
	if at, value := s.Node.Get("userns_mode"); value != nil {
		return fmt.Sprintf("line %d says userns_mode: %s", s.pass.Line(at.Offset), text(value))
	}
	for _, key := range []string{"ipc", "uts", "cgroup"} {
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
