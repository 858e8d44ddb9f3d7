package smoke

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Checks are what is asked of each process of a container. The zero value asks for nothing.
type Checks struct {
	// User is "UID" or "UID:GID"; "" for any. Without a GID, it must not be 0.
	User string
	// NonRoot: neither the user nor the group is 0.
	NonRoot bool
	// RootGroup: with User and NonRoot, the group 0 is allowed.
	RootGroup bool
	// ReadOnly: the root file system is, and all mounts but the runtime's own and those at
	// Writable, which must be there. OtherMounts: so may others.
	ReadOnly    bool
	Writable    []string
	OtherMounts bool
	// CapDrop are capabilities that must not be there, "ALL" for all but those of CapAdd. Their
	// names have no prefix.
	CapDrop, CapAdd []string

	NoNewPrivileges bool
	Seccomp         bool // a filter decides on system calls
	NoEngineSocket  bool // none is mounted
}

// Args returns the checks as options of the script, none where nothing is asked.
func (c Checks) Args() (args []string) {
	add := func(ask bool, option ...string) {
		if ask {
			args = append(args, option...)
		}
	}
	add(c.User != "", "--user", c.User)
	add(c.NonRoot, "--non-root")
	add((c.User != "" || c.NonRoot) && c.RootGroup, "--allow-root-group")
	add(c.ReadOnly, "--read-only")
	for _, path := range c.Writable {
		add(c.ReadOnly, "--writable", path)
	}
	add(c.ReadOnly && c.OtherMounts, "--allow-mounts")
	for _, name := range c.CapDrop {
		add(true, "--cap-drop", name)
	}
	for _, name := range c.CapAdd {
		add(slices.Contains(c.CapDrop, "ALL"), "--cap-add", name)
	}
	add(c.NoNewPrivileges, "--no-new-privileges")
	add(c.Seccomp, "--seccomp")
	add(c.NoEngineSocket && len(args) > 0, "--no-engine-socket")
	return args
}

// OfImage returns what an image says of its containers by itself: their user, unless there are
// doubts about it.
func OfImage(image workload.Container) (c Checks) {
	switch {
	case len(image.Doubts) > 0:
	case image.Unknown == "":
		c.runsAs(image.UID, image.GID, image.Groups)
	case image.NotRoot:
		c.NonRoot, c.RootGroup = true, true
	}
	return c
}

// runsAs asks for a user that is not root. The group is [stage.Unknown] where it is not known.
// others: there may be further groups, of which 0 may be one.
func (c *Checks) runsAs(uid, gid int, others bool) {
	switch {
	case uid == 0 || uid == stage.Unknown:
		return
	case gid == stage.Unknown:
		c.User, others = fmt.Sprint(uid), true
	default:
		c.User = fmt.Sprintf("%d:%d", uid, gid)
	}
	c.RootGroup = others
}

// OfService returns what a Compose service says of its containers, and its image where the
// service says nothing of the user. unknown are the attributes of which it can't be said what
// they mean, and which are not checked: "user" with a variable, or of an image in doubt.
func OfService(s *compose.Service, image workload.Container) (c Checks, unknown []string) {
	d := s.Deployment
	c = OfImage(image)
	switch {
	case d.User != "":
		c = Checks{}
		uid, gid, why := image.As(d.User)
		if why != "" || strings.Contains(d.User, "$") {
			unknown = append(unknown, "user")
		} else {
			c.runsAs(uid, gid, !strings.Contains(d.User, ":") && image.Groups)
		}
	case len(image.Doubts) > 0:
		unknown = append(unknown, "user")
	}
	c.RootGroup = c.RootGroup || len(s.Groups) > 0
	var known bool
	if c.CapDrop, c.CapAdd, known = dropped(d); !known {
		unknown = append(unknown, "cap_drop")
	}
	if !c.securityOpt(s.SecurityOpt) {
		unknown = append(unknown, "security_opt")
	}
	if slices.ContainsFunc(d.Gaps, func(g workload.Gap) bool { return strings.HasPrefix(g.What, "read_only:") }) {
		unknown = append(unknown, "read_only")
	}
	c.mounts(s, image)
	return c, unknown
}

// securityOpt asks for what the items of security_opt say. known is false where one of them has a
// variable.
func (c *Checks) securityOpt(items []string) (known bool) {
	known = true
	for _, o := range items {
		switch name, value := option(o); {
		case strings.Contains(o, "$"):
			known = false
		case name == "no-new-privileges":
			c.NoNewPrivileges = value == "" || value == "true"
		case name == "seccomp":
			c.Seccomp = value != "unconfined"
		}
	}
	return known
}

// option returns the name and the value of an item of security_opt, "name=value" or the older
// "name:value".
func option(item string) (name, value string) {
	at := strings.IndexAny(item, "=:")
	if at < 0 {
		return item, ""
	}
	return item[:at], item[at+1:]
}

// dropped returns the capabilities that a service drops, and those that it adds to none. known is
// false where it can't be said which these are.
func dropped(d workload.Deployment) (drop, add []string, known bool) {
	bare := func(list []string) (names []string) {
		for _, name := range list {
			names = append(names, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	drop, add = bare(d.CapDrop), bare(d.CapAdd)
	if len(drop) == 0 {
		return nil, nil, true
	}
	for _, name := range slices.Concat(drop, add) {
		if name != "ALL" && !IsCapability(name) {
			return nil, nil, false
		}
	}
	if !slices.Contains(drop, "ALL") {
		return slices.DeleteFunc(drop, func(name string) bool { return slices.Contains(add, name) }), nil, true
	}
	if slices.Contains(add, "ALL") {
		return nil, nil, true
	}
	return []string{"ALL"}, add, true
}

// mounts asks for the mounts that a service says, and its image's volumes.
func (c *Checks) mounts(s *compose.Service, image workload.Container) {
	d := s.Deployment
	c.ReadOnly = s.Deployment.ReadOnly
	_, api := s.Attributes["use_api_socket"]
	c.NoEngineSocket = !api && len(d.Gaps) == 0
	paths := slices.Clone(image.Volumes)
	for _, m := range d.Mounts {
		if isEngineSocket(m.Source) || isEngineSocket(m.Target) {
			c.NoEngineSocket = false
		}
		paths = slices.DeleteFunc(paths, func(volume string) bool { return volume == m.Target })
		if !m.ReadOnly && m.Kind != workload.Config {
			paths = append(paths, m.Target)
		}
	}
	if !c.ReadOnly {
		return
	}
	slices.Sort(paths)
	c.Writable = slices.DeleteFunc(slices.Compact(paths), func(path string) bool { return strings.ContainsAny(path, "\r\n") })
	c.OtherMounts = !image.VolumesKnown || len(d.Gaps) > 0 || d.Privileged
}

// isEngineSocket reports whether a path is that of a socket by which a process controls a
// container engine.
func isEngineSocket(path string) bool {
	for _, name := range []string{"docker", "podman", "containerd", "crio", "buildkitd"} {
		if strings.HasSuffix(path, "/"+name+".sock") {
			return true
		}
	}
	return false
}
