package proof

import "slices"

// This file is about what a command depends on, and what it means for a verdict how that ran.

// Need is a container that a command depends on, such as a database.
type Need struct {
	Name   string   // for messages
	Hosts  []string // the names by which the command reaches it, and needs after it
	Image  string   // as docker pull takes it
	Start  Start
	Mounts []Mount // directories that are empty in it, and can be written
	// Healthy: it is ready only if its health check passes. Without Healthy, a port that it listens on
	// is enough. Completed: it is a job, and ready when it has ended with code 0.
	Healthy, Completed bool
	// Stays: it is started again when it ends, so that it is no job that may do so.
	Stays bool
	// Unknown is why it is not known how to start it; "" where it is. The command runs without it.
	Unknown string
}

// Needed is how a need ran.
type Needed struct {
	Name   string `json:"name"`
	Image  string `json:"image"`            // as in Need
	Digest string `json:"digest,omitempty"` // of the image; "" if it could not be had
	// Absent is why it was not started, and Failed why it did not become ready or did not stay up: in
	// words after its name. Both are "" where it was there for the command.
	Absent string   `json:"absent,omitempty"`
	Failed string   `json:"failed,omitempty"`
	Log    []string `json:"log,omitempty"` // the last lines, if it failed
}

// Lacks returns why it was not there for the command, in a line; "" where it was.
func (n *Needed) Lacks() string {
	switch {
	case n.Failed != "":
		return n.Name + ", which it depends on, " + n.Failed
	case n.Absent != "":
		return n.Name + ", which it depends on, did not run: " + n.Absent
	}
	return ""
}

// shares reports whether containers have the builder's network.
func (s Spec) shares() bool {
	return s.Network || slices.ContainsFunc(s.Needs, func(n Need) bool { return n.Unknown == "" })
}

// unmet returns the need that failed; nil for none.
func (o *Observation) unmet() *Needed {
	for i, n := range o.Needs {
		if n.Failed != "" {
			return &o.Needs[i]
		}
	}
	return nil
}

// absent returns the needs that were not there, a line each.
func (o *Observation) absent() (list []string) {
	for _, n := range o.Needs {
		if n.Absent != "" {
			list = append(list, n.Lacks())
		}
	}
	return list
}

// met finds a need that failed: nothing was compared.
func met(before, after *Observation) *Verdict {
	for _, o := range []*Observation{before, after} {
		if n := o.unmet(); n != nil {
			return &Verdict{Outcome: NotProved, Reason: n.Lacks(), Log: n.Log}
		}
	}
	return nil
}
