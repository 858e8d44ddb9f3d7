package workload

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Place is a position in a file of the repository.
type Place struct {
	File      string // slash-separated, from the root of the repository
	Line, Col int    // from 1; 0 for the whole file
}

// String has the form "file:line", or "file" where the whole file is meant.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Gap is something that could not be read. What depends on it is unknown: a
// gap is never evidence that nothing is there.
type Gap struct {
	Place Place
	What  string // what is not known and why, in one line: "include: of a URL is not followed"
}

// UnknownCommand is the What of a Gap where a deployment has a command, and no Command says it.
const UnknownCommand = "the command is not known"

// Deployment is one way in which the image of a stage is run: a Compose service,
// a Kubernetes container, a docker run line of a README. Its zero fields mean what the
// image itself says.
type Deployment struct {
	Name       string // for messages: "service web", "container api", "docker run"
	Place      Place
	StartPlace Place    // of its Entrypoint or Command, where another file than that of Place has it
	Inside     bool     // its Command runs in a container that was started otherwise: docker exec, a probe, a hook
	Signal     string   // with Inside: it sends this signal to the container, and runs no Command: "HUP"
	Job        bool     // it runs commands of its own in the image, and not what the image starts: a job of CI, a devcontainer
	Perhaps    bool     // its image may be that of another Dockerfile, or a third party's
	Alike      bool     // with Perhaps: what the Dockerfile belongs to has the same name as its image
	Entrypoint []string // nil: the image's; empty: none
	Command    []string // nil: the image's; empty: none
	WorkingDir string
	User       string
	Init       bool // the runtime brings an init (init: true, docker run --init)
	Env        []Variable
	EnvFiles   []string // files of variables, as written
	// Literal: a $ in its words is one for the container, and no variable of the machine.
	Literal bool
	// HealthCheck is the command of a health check that replaces the image's; nil: the image's, empty:
	// none.
	HealthCheck []string
	// Variable is the place of what takes a value of its build or its start from a variable, which
	// may have another one on another machine; the zero Place for none.
	Variable Place
	Mounts   []Mount
	Ports    []int // published or named ports, in the container

	Privileged bool     // it has all capabilities and devices of the host
	Devices    []string // of the host, as written: "/dev/ttyUSB0:/dev/ttyACM0"
	CapAdd     []string // capabilities as written: "NET_ADMIN", "CAP_SYS_TIME", "ALL"
	CapDrop    []string // as CapAdd
	// ReadOnly: its root file system is. NoNewPrivileges: no program gives it more rights.
	ReadOnly, NoNewPrivileges bool
	Seccomp                   string // its seccomp profile, as written; "" for the engine's
	HostNetwork               bool   // it has the host's network, with its ports
	HostPID                   bool   // it sees the host's processes
	Rights                    Place  // of the first of Privileged, Devices, CapAdd and HostPID that is set
	Podman                    bool   // the engine is Podman
	// UserProcesses is the most processes that a user other than root may have (ulimit nproc),
	// and FirstPort the first port that such a user may listen on
	// (net.ipv4.ip_unprivileged_port_start); nil where the engine decides.
	UserProcesses, FirstPort *Limit

	// Grace is the place of what gives it more time to stop than it has by default; the zero
	// Place where nothing does.
	Grace Place

	// NoProcessOne is the place of what gives the container the processes of its host, of
	// another container or of its pod, so that none of its own is PID 1; zero where one is.
	NoProcessOne Place

	// FSGroup says that the pod has an fsGroup: its claims belong to that group, and
	// each process of its containers is a member (Kubernetes documentation, "Configure
	// a Security Context for a Pod or Container").
	FSGroup bool

	// Needs are the other services that it depends on, itself or through others, each after those that
	// it depends on itself. What starts the container starts them first.
	Needs []Need

	Gaps []Gap // of this deployment
}

// Need is a service that another one depends on (Compose specification, "depends_on", "links").
type Need struct {
	Name  string
	Hosts []string // the names by which others reach it, its own first
	Image string   // "" where Unknown says why
	// Healthy: its health check passes before what depends on it starts. Completed: it has ended with
	// code 0.
	Healthy, Completed bool
	// Deployment is how it is started, without Needs; nil where there is no such service.
	Deployment *Deployment
	// Stays: it is started again when it ends, so that an end is none of a job's.
	Stays bool
	// Unknown is why the repository does not say how to start it, "" where it does: in words after
	// "it can't be started: ".
	Unknown string
}

// IsConfinedRoot reports whether the deployment sets root as its user, and takes from it the
// capability to write what other users own (capabilities(7), CAP_DAC_OVERRIDE).
func (d Deployment) IsConfinedRoot() bool {
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool {
			name = strings.TrimPrefix(strings.ToUpper(name), "CAP_")
			return name == "ALL" || name == "DAC_OVERRIDE"
		})
	}
	user, _, _ := strings.Cut(d.User, ":")
	return (user == "root" || user == "0") && !d.Privileged && has(d.CapDrop) && !has(d.CapAdd)
}

// IsService reports whether the deployment is a service of a Compose file, and not an example of
// documentation, nor what runs in the container of one or in that of another image.
func (d Deployment) IsService() bool {
	ext := path.Ext(d.Place.File)
	return strings.HasPrefix(d.Name, "service ") && (ext == ".yml" || ext == ".yaml") && !d.Inside && !d.Job && !d.Perhaps
}

// Moves reports whether the deployment starts the image in a directory other than
// workdir, the image's own.
func (d Deployment) Moves(workdir string) bool {
	return d.WorkingDir != "" && path.Clean(d.WorkingDir) != workdir
}

// Limit is a number that a deployment sets for what runs in the container.
type Limit struct {
	Number int
	Place  Place
}

// FirstPortSysctl is the kernel's name of Deployment.FirstPort.
const FirstPortSysctl = "net.ipv4.ip_unprivileged_port_start"

// Variable is an environment variable that a deployment sets.
type Variable struct {
	Name, Value string
	Known       bool // false: set to something that the repository does not state
	Place       Place
}

// MountKind is the kind of a mount.
type MountKind string

// The kinds of mounts. What a new named volume holds is copied from the image,
// with its owners; a bind mount hides what the image has there.
const (
	Bind      MountKind = "bind"      // a directory or file of the host
	Volume    MountKind = "volume"    // a named volume of the engine
	Anonymous MountKind = "anonymous" // a volume without a name, VOLUME of a Dockerfile
	Tmpfs     MountKind = "tmpfs"     // in memory, empty at each start
	Scratch   MountKind = "scratch"   // an emptyDir of Kubernetes: empty at first, and writable by everyone
	Claim     MountKind = "claim"     // a PersistentVolumeClaim, a volume of a platform: empty at first
	Brought   MountKind = "brought"   // no mount: a file or directory that docker cp puts there, as root's
	Config    MountKind = "config"    // a ConfigMap, a Secret, configs: and secrets: of Compose; only read
)

// Mount is what a runtime puts over a path of the image.
type Mount struct {
	Target   string // absolute path in the container
	Kind     MountKind
	Source   string // as written: "./data", the name of the volume; "" for none
	ReadOnly bool
	Existing bool // what it holds is its own: nothing of the image is copied into it
	// Mode is that of the files of a Config, UID their owner; nil and "" for the runtime's,
	// which everyone may read.
	Mode *fs.FileMode
	UID  string
	// Options are those of a Tmpfs, as written: "uid=1000,mode=0700".
	Options string
	// FilledBy is the image of a third party whose container writes there, too: what that
	// lets others read is not known. "" for none.
	FilledBy string
	Place    Place
}
