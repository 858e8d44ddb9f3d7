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
	Start string // how it was started: Deployment.Start, "" for as the image says
	By    string // the record, and what was exercised, for messages
	// Wrote are the absolute paths that it wrote or tried to write. One that ends in a slash is a
	// directory in which names were added or removed.
	Wrote []string
	// ReadOnly is why it is not known to run with a read-only root file system in which /tmp and its
	// volumes can be written; "" where it ran so.
	ReadOnly string
}

// ofBoth returns what was seen of two images, started alike.
func ofBoth(one, other []Observed) (list []Observed) {
	for _, o := range one {
		i := slices.IndexFunc(other, func(p Observed) bool { return p.Start == o.Start })
		if i >= 0 {
			o.Wrote, o.ReadOnly = slices.Concat(o.Wrote, other[i].Wrote), cmp.Or(o.ReadOnly, other[i].ReadOnly)
			list = append(list, o)
		}
	}
	return list
}

// Start returns what tells apart how deployments start an image: a digest of entrypoint, command,
// working directory and environment, "" where the deployment states none of them. Its user does not
// count: what an image tries to write does not depend on that. known is false where the repository
// does not state them.
func (d Deployment) Start() (digest string, known bool) {
	if len(d.Command) == 0 { // an empty one is the image's, for an engine
		d.Command = nil
	}
	if d.Entrypoint == nil && d.Command == nil && d.WorkingDir == "" && len(d.Env) == 0 && len(d.EnvFiles) == 0 {
		return "", true
	}
	if len(d.EnvFiles) > 0 {
		return "", false
	}
	if slices.ContainsFunc(slices.Concat(d.Entrypoint, d.Command, []string{d.WorkingDir}), func(word string) bool { return strings.Contains(word, "$") }) {
		return "", false
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%q %t %q %t %q\n", d.Entrypoint, d.Entrypoint == nil, d.Command, d.Command == nil, d.WorkingDir)
	var env []string
	for _, v := range d.Env {
		if !v.Known {
			return "", false
		}
		env = append(env, v.Name+"="+v.Value)
	}
	slices.Sort(env)
	fmt.Fprintf(&b, "%q\n", env)
	sum := sha256.Sum256([]byte(b.String()))
	return "sha256:" + hex.EncodeToString(sum[:]), true
}
