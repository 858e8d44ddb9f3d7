package fixer

import (
	"cmp"
	"slices"
)

// Decision is the answer to the question whether a change may be made. The zero
// value is yes.
type Decision struct {
	// Refuse says why not; "" when it may be made.
	Refuse string
	// Caveats are what a reviewer of the change should know.
	Caveats []string
	// Safety is the most that the change can be called; the zero value sets no
	// limit.
	Safety Safety
	// Evidence is what the refusal or the caveats rest on.
	Evidence []Evidence
	// Missing are the transforms whose work would have changed the answer, where it
	// is that of [Reported.Provided]; nil for all that the change rests on.
	Missing []*Transform
}

// Refused reports whether the change may not be made.
func (d Decision) Refused() bool { return d.Refuse != "" }

// And returns the decision of two questions: the first refusal, the lower
// safety, and the caveats of both, each once.
func (d Decision) And(other Decision) Decision {
	if !d.Refused() && (other.Refused() || len(d.Missing) == 0) {
		d.Missing = other.Missing
	}
	d.Refuse = cmp.Or(d.Refuse, other.Refuse)
	if other.Safety != 0 && (d.Safety == 0 || other.Safety < d.Safety) {
		d.Safety = other.Safety
	}
	d.Caveats = slices.Clip(d.Caveats)
	for _, c := range other.Caveats {
		if !slices.Contains(d.Caveats, c) {
			d.Caveats = append(d.Caveats, c)
		}
	}
	d.Evidence = append(slices.Clip(d.Evidence), other.Evidence...)
	return d
}

// By returns the decision as one that rests on this.
func (d Decision) By(evidence ...Evidence) Decision {
	if !d.Refused() && len(d.Caveats) == 0 {
		return d
	}
	d.Evidence = append(slices.Clip(d.Evidence), evidence...)
	return d
}

// Without returns the decision as one that the work of these transforms would have
// changed.
func (d Decision) Without(missing ...*Transform) Decision {
	d.Missing = missing
	return d
}

// Limit returns the safety of a change that would have safety s.
func (d Decision) Limit(s Safety) Safety {
	if d.Safety != 0 {
		return min(s, d.Safety)
	}
	return s
}

// Refusal returns the decision not to make a change.
func Refusal(reason string) Decision { return Decision{Refuse: reason} }

// Doubt returns the decision that a change is unsafe, with the reasons as its
// caveats; yes where there is none but "".
func Doubt(reasons ...string) (d Decision) {
	for _, reason := range reasons {
		if reason != "" {
			d = d.And(Decision{Caveats: []string{reason}, Safety: Unsafe})
		}
	}
	return d
}
