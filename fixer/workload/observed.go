package workload

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Observed is what was seen of an image while it ran.
type Observed struct {
	Start    string   // how it was started: Deployment.Start, "" for as the image says
	UID, GID int      // as whom
	Needs    []Beside // the services that ran beside it, since it depends on them, sorted by name
	By       string   // the record, and what was exercised, for messages
	// Wrote are the absolute paths that it wrote or tried to write. One that ends in a slash is a
	// directory in which names were added or removed.
	Wrote []string
	// Pages are the pages that it answered, without an error of its own: ":3000/health".
	Pages []string
	// Mounts are the directories that were empty and writable when it ran with a read-only root
	// file system, besides its volumes; sorted.
	Mounts []string
	// ReadOnly is why it is not known to run with a read-only root file system and those Mounts; ""
	// where it ran so, as it does without.
	ReadOnly string
}

// ofBoth returns what was seen of two images, started alike.
func ofBoth(one, other []Observed) (list []Observed) {
	for _, o := range one {
		for _, p := range other {
			if p.isOf(o.Start, o.Needs, o.UID, o.GID) {
				list = append(list, o.and(p))
			}
		}
	}
	return list
}

// and returns what holds for both of two observations of one start.
func (o Observed) and(p Observed) Observed {
	o.Wrote, o.ReadOnly = slices.Concat(o.Wrote, p.Wrote), cmp.Or(o.ReadOnly, p.ReadOnly)
	if !slices.Equal(o.Mounts, p.Mounts) {
		o.ReadOnly = cmp.Or(o.ReadOnly, "it was observed with different directories writable")
	}
	return o
}

// Beside tells apart what runs beside a service that depends on it: another image, start or name may
// be another program, with other data, that it meets.
type Beside struct {
	Name  string
	Image string // as the Compose file names it
	Start string // a digest of how it is started, found and waited for
}

// String returns it for messages, as in "db (postgres:17)".
func (b Beside) String() string { return b.Name + " (" + b.Image + ")" }

// Beside returns by what a record knows the need.
func (n Need) Beside() Beside {
	var start, user string
	if d := n.Deployment; d != nil {
		start, _ = d.Start()
		user = d.User
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %t %t %t\n", start, user, n.Hosts, n.Healthy, n.Completed, n.Stays))
	return Beside{n.Name, n.Image, "sha256:" + hex.EncodeToString(sum[:])}
}

// BesideAll returns by what a record knows all needs of a service, sorted by name. unknown says why
// one of them can't have run, "" where each can.
func BesideAll(needs []Need) (list []Beside, unknown string) {
	for _, n := range needs {
		if n.Unknown != "" && unknown == "" {
			unknown = n.Name + ", which it depends on, can't be started: " + n.Unknown
		}
		list = append(list, n.Beside())
	}
	slices.SortFunc(list, func(a, b Beside) int { return strings.Compare(a.Name, b.Name) })
	return list, unknown
}

// isOf reports whether an observation is that of a start.
func (o Observed) isOf(start string, needs []Beside, uid, gid int) bool {
	return o.Start == start && slices.Equal(o.Needs, needs) && o.UID == uid && o.GID == gid
}

// Seen returns what was seen of the image when it was started so, beside these services, by that
// user; ok is false where it was not seen.
func (c Container) Seen(start string, needs []Beside, uid, gid int) (seen Observed, ok bool) {
	for _, o := range c.Observed {
		switch {
		case !o.isOf(start, needs, uid, gid):
		case !ok:
			seen, ok = o, true
		default:
			seen = seen.and(o)
		}
	}
	return seen, ok
}

// Start returns what tells apart how deployments start an image: a digest of entrypoint, command,
// working directory, environment, health check, volumes and tmpfs, "" where the deployment states
// none of them. Its user is not among them. unknown says why the image can't be started so by what
// the repository has; "" where it can.
func (d Deployment) Start() (digest, unknown string) {
	if len(d.Command) == 0 { // an empty one is the image's, for an engine
		d.Command = nil
	}
	if unknown = d.elsewhere(); unknown != "" {
		return "", unknown
	}
	var b strings.Builder
	if d.Entrypoint != nil || d.Command != nil || d.WorkingDir != "" || len(d.Env) > 0 {
		fmt.Fprintf(&b, "%q %t %q %t %q\n", d.Entrypoint, d.Entrypoint == nil, d.Command, d.Command == nil, d.WorkingDir)
		env := []string{}
		for _, v := range d.Env {
			env = append(env, v.Name+"="+v.Value)
		}
		slices.Sort(env)
		fmt.Fprintf(&b, "%q\n", env)
	}
	if d.HealthCheck != nil {
		fmt.Fprintf(&b, "check %q\n", d.HealthCheck)
	}
	for _, m := range d.Mounts {
		fmt.Fprintf(&b, "mount %q %q %t %q\n", m.Kind, m.Target, m.ReadOnly, m.Options)
	}
	if b.Len() == 0 {
		return "", ""
	}
	sum := sha256.Sum256([]byte(b.String()))
	return "sha256:" + hex.EncodeToString(sum[:]), ""
}

// elsewhere returns what a deployment takes from where it runs: what the repository does not have.
func (d Deployment) elsewhere() string {
	if len(d.EnvFiles) > 0 {
		return "its environment is in " + d.EnvFiles[0]
	}
	for _, v := range d.Env {
		if !v.Known {
			return "the repository does not say the value of " + v.Name
		}
	}
	if d.Variable != (Place{}) {
		return d.Variable.String() + " takes a value from a variable of the machine"
	}
	words := slices.Concat(d.Entrypoint, d.Command, []string{d.WorkingDir}, d.HealthCheck)
	for _, m := range d.Mounts {
		words = append(words, m.Target, m.Options)
		switch {
		case m.Kind != Volume && m.Kind != Anonymous && m.Kind != Tmpfs && m.Kind != Scratch, m.Existing:
			return fmt.Sprintf("%s is mounted over it in %s", cmp.Or(m.Source, m.Target), m.Place)
		}
	}
	if i := slices.IndexFunc(words, func(word string) bool { return strings.Contains(word, "$") }); i >= 0 && !d.Literal {
		return "a variable of another machine is in " + words[i]
	}
	return ""
}
