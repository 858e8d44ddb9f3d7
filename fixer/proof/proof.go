package proof

import (
	"slices"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// Spec is a Dockerfile to be observed.
type Spec struct {
	Name       string // the Dockerfile's, for messages
	Dockerfile []byte
	Ignore     []byte // of <Dockerfile>.dockerignore, nil when there is none
	Context    string // the directory of the build context
	Target     string // a stage; "" is the last one
	BuildArgs  map[string]string
	Platform   string // as linux/amd64; "" is the builder's own
	Ready      Ready
	// Start is how the image is started, where that is not as it says itself.
	Start Start
	// Needs are started before anything of the image runs, and end with it: what the command depends
	// on.
	Needs []Need
	// Requests are URLs that are requested once it is ready, besides the first page of each port: their
	// paths, or with a port (:8080/path).
	Requests []string

	// The longest times that each part may take. Zero means 15 minutes, 30 seconds and
	// 10 seconds, Docker's own for the last.
	BuildTimeout, ReadyTimeout, StopTimeout time.Duration

	// Network gives the container the network that the builder gives to RUN.
	// Otherwise it has one of its own, without other hosts. With Needs, it has the builder's.
	Network bool
	// Hardened also runs the command with a read-only root file system (Mounts
	// and volumes aside), no capabilities, and no-new-privileges; Keeps are those of
	// the three that it does without.
	Hardened bool
	Keeps    Keeps
	// Mounts returns what a hardened command can write besides volumes, for the paths that it was
	// seen to write (Run.Wrote), and its user. nil: an empty /tmp.
	Mounts func(wrote []string, as observer.User) []Mount
	// Writable are paths; the observation reports whether the command's user may write
	// them.
	Writable []string

	// Progress is called with what is being done, a line each. It may be nil.
	Progress func(line string)

	// Prove connects two observations with these: built is called after the build, and
	// wrote with the paths that the command wrote. asked carries more paths for
	// Writable; Observe waits for it. Each of them may be nil.
	built func()
	wrote func([]string)
	asked <-chan []string
}

// Keeps is what a hardened command keeps of what an engine gives by default.
type Keeps struct {
	Writable     bool // its root file system can be written
	Capabilities bool // its programs can have capabilities
	Privileges   bool // its programs can gain more rights than it has
}

func (s Spec) defaults() Spec {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&s.BuildTimeout, 15 * time.Minute}, {&s.ReadyTimeout, 30 * time.Second}, {&s.StopTimeout, 10 * time.Second}} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	if s.Name == "" {
		s.Name = "Dockerfile"
	}
	s.Network = s.shares()
	if s.Progress == nil {
		s.Progress = func(string) {}
	}
	if s.built == nil {
		s.built = func() {}
	}
	if s.wrote == nil {
		s.wrote = func([]string) {}
	}
	return s
}

// Observation is what was observed of one Dockerfile. Nil parts were not observed.
type Observation struct {
	Build    Build  `json:"build"`
	Image    *Image `json:"image,omitempty"`    // nil when it did not build
	Run      *Run   `json:"run,omitempty"`      // nil when it did not build, or a need failed
	Hardened *Run   `json:"hardened,omitempty"` // nil if that was not requested, or Run failed
	// Needs are those of Spec.Needs that were started, or were to be. If one of them failed, the
	// command was not run.
	Needs []Needed `json:"needs,omitempty"`

	steps steps
}

// Build is the result of the build.
type Build struct {
	OK   bool          `json:"ok"`
	Took time.Duration `json:"tookNs"`
	// Of a failed one: the step as BuildKit names it, its first line in the
	// Dockerfile (0 if unknown), the error, and the last output of the step.
	Step  string   `json:"step,omitempty"`
	Line  int      `json:"line,omitempty"`
	Error string   `json:"error,omitempty"`
	Log   []string `json:"log,omitempty"`
}

// Image is the image that the build made.
type Image struct {
	Command []string `json:"command"` // ENTRYPOINT and CMD
	User    string   `json:"user"`    // as in the configuration
	WorkDir string   `json:"workDir"`
	Expose  []int    `json:"expose"` // TCP ports, ascending
	Volumes []string `json:"volumes"`
	Layers  int      `json:"layers"`
	// RunsAs is the user that User means; nil if that was not observed.
	RunsAs *observer.User `json:"runsAs,omitempty"`
	// The files that a container sees; nil if no observer could run.
	Files *observer.Files `json:"files,omitempty"`

	entrypoint []string // of Command
	stop       string   // STOPSIGNAL
	env        []string
	health     *healthCheck // nil for none
	shell      []string     // of instructions in shell form
}

// Run is how the command ran.
type Run struct {
	State State `json:"state"`
	// Reason is why the state is what it is, in one line.
	Reason string        `json:"reason"`
	Took   time.Duration `json:"tookNs"` // until the state was known
	// ExitCode is the command's own, if it ended by itself.
	ExitCode int `json:"exitCode"`
	// Process is PID 1, and Others are its descendants at that time.
	Process *observer.Process  `json:"process,omitempty"`
	Others  []observer.Process `json:"others,omitempty"`
	// Listening are the TCP ports that it listened on.
	Listening []int `json:"listening,omitempty"`
	// Inside are those of them that only the container itself can reach, at a loopback
	// address.
	Inside []int `json:"inside,omitempty"`
	// MayBind: it had the right to listen on ports below 1024. An engine gives it to
	// every container; other runtimes may not.
	MayBind bool `json:"mayBind,omitempty"`
	// Wrote are the paths that it writes where no file's owner or mode hinders it, from
	// its start to its end, with a request to each port; nil if that was not observed.
	// One that ends in a slash is a directory where names were added or removed. A new
	// directory with many files in it is one path.
	Wrote []string `json:"wrote,omitempty"`
	// Visited are the requests that it got: while it was watched for what it writes, or hardened.
	Visited []observer.Visit `json:"visited,omitempty"`
	// ReadOnly: its root file system was. Mounts are the directories that it could write then,
	// besides volumes; Hidden are those of them in which the image has something, which it did not
	// see.
	ReadOnly bool     `json:"readOnly,omitempty"`
	Mounts   []string `json:"mounts,omitempty"`
	Hidden   []string `json:"hidden,omitempty"`
	// Denied are accesses that failed for lack of permission, as far as the command
	// itself reported them: nothing else shows them.
	Denied []Denied `json:"denied,omitempty"`
	// Writable reports whether its user may write the paths of Wrote and of
	// Spec.Writable, and in a proof those that the other Dockerfile's command writes;
	// nil if no observer could run.
	Writable map[string]bool `json:"writable,omitempty"`
	// Health is that of the image's HEALTHCHECK while it ran; nil if there is none.
	Health *Health `json:"health,omitempty"`
	// Stop is how it ended after its stop signal; nil if it ended by itself, or got
	// none.
	Stop *Stop    `json:"stop,omitempty"`
	Log  []string `json:"log,omitempty"` // the last lines
	// NotObserved is what should have been observed and was not, and why, a line each.
	NotObserved []string `json:"notObserved,omitempty"`

	asked   bool             // Spec.Ready is not the default
	answers []observer.Visit // to it, as it ran here
	unseen  bool             // hardened: whether it executes what it writes
}

// Stop is how a process ended after its stop signal.
type Stop struct {
	Took   time.Duration `json:"tookNs"`
	Killed bool          `json:"killed"` // it did not end in time
	Code   int           `json:"code"`
}

// State is how a command ended up, from worse to better.
type State string

// rank orders the states, the best last.
func (s State) rank() int { return slices.Index([]State{Failed, Ended, Alive, Up}, s) }

const (
	// Failed: it did not start, or ended by itself with a code other than 0.
	Failed State = "failed"
	// Ended: by itself, with code 0.
	Ended State = "ended"
	// Alive: it stayed up, but was not ready in time.
	Alive State = "alive"
	// Up: it stayed up, and became ready.
	Up State = "up"
)
