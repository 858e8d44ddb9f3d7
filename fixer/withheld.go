package fixer

import (
	"fmt"
	"slices"
	"strings"
)

// withheld are the changes that an earlier way through the transforms showed to
// count on work that is not done in the end, and what else all ways have in common.
type withheld struct {
	decisions map[changeKey]Decision
	all       map[*Transform]bool  // none of its changes with a condition is made
	failed    map[*Transform]error // whose condition panicked
	reruns    int
	ignored   map[ignoreKey]bool // the comments that kept something from being done
}

// changeKey tells the changes of a document apart, whatever else changes in it.
type changeKey struct {
	id     string
	offset int // in the text that came in
	n      int // among those of that transform and place
}

// condition is what a change that was made is provided for.
type condition struct {
	key       changeKey
	transform *Transform
	view      int // its index
	step      int // how many steps had been applied when it was reported
	finding   int // its index
	holds     func(end *Pass) Decision
}

// maxReruns is how often single changes are withheld; then all those of the
// transform are. Each rerun withholds more, so there is an end.
const maxReruns = 8

// hold takes back, before they are made, the changes that are withheld.
func (r *run) hold(t *Transform, changes []*change) {
	ordinals := map[changeKey]int{}
	for _, c := range changes {
		if !slices.ContainsFunc(c.conditions, func(holds func(*Pass) Decision) bool { return holds != nil }) {
			continue
		}
		c.key = changeKey{id: t.ID, offset: r.place(c.offset).offset}
		c.key.n = ordinals[c.key]
		ordinals[changeKey{id: t.ID, offset: c.key.offset}]++
		d := r.held.decisions[c.key]
		if r.held.all[t] {
			d = Refusal("what it counts on can't be settled")
		}
		if d.Refused() {
			*c = change{report: report{Finding: c.refused(d.Refuse)}, key: c.key}
			continue
		}
		if s := d.Limit(c.Safety); s < c.Safety {
			c.Safety, c.Caveats = s, append(slices.Clip(c.Caveats), d.Caveats...)
		}
	}
}

// withhold asks of all changes that were made whether what they are provided for
// holds, and reports whether there are more to be withheld: then all is to be run
// again. Those of the earliest transform are; others may have counted on them.
func (r *run) withhold() (again bool) {
	var findings []Finding
	if len(r.conditions) > 0 {
		for _, f := range r.findings {
			findings = append(findings, f.Finding)
		}
	}
	var first *Transform
	for _, c := range r.conditions {
		if first != nil && c.transform != first {
			break
		}
		d, err := r.ask(c, findings)
		made := r.findings[c.finding].Safety
		switch {
		case err != nil:
			r.held.fail(c.transform, err)
		case d.Refused() || d.Limit(made) < made:
			r.held.add(c, r.explained(c.transform, d))
		default:
			r.caveat(c.finding, d.Caveats)
			continue
		}
		first = c.transform
	}
	r.held.reruns++
	return first != nil
}

// explained adds to what a decision says the transforms that a change of t counts
// on and that did not run, or that a comment kept away.
func (r *run) explained(t *Transform, d Decision) Decision {
	var list []string
	missing := d.Missing
	if len(missing) == 0 {
		missing = t.RestsOn
	}
	for _, other := range missing {
		if !slices.Contains(r.transforms, other) {
			list = append(list, fmt.Sprintf("it rests on %s, which did not run", other.ID))
			continue
		}
		for key := range r.held.ignored {
			if key.id == other.ID {
				list = append(list, fmt.Sprintf("it rests on %s, which a comment ignores", other.ID))
				break
			}
		}
	}
	if len(list) == 0 {
		return d
	}
	why := " (" + strings.Join(list, "; ") + ")"
	if d.Refused() {
		d.Refuse += why
	} else if n := len(d.Caveats); n > 0 {
		d.Caveats = append(slices.Clone(d.Caveats[:n-1]), d.Caveats[n-1]+why)
	}
	return d
}

// caveat adds to a finding, or to the one that it is part of, what it does not say
// yet.
func (r *run) caveat(i int, caveats []string) {
	for r.findings[i].hidden {
		i = r.findings[i].owner
	}
	for _, c := range caveats {
		if f := &r.findings[i]; !slices.Contains(f.Caveats, c) {
			f.Caveats = append(slices.Clip(f.Caveats), c)
		}
	}
}

// ask evaluates a condition on the final text.
func (r *run) ask(c condition, findings []Finding) (d Decision, err error) {
	p := r.pass(c.transform, r.views[c.view])
	p.end = &ending{findings: findings}
	for _, step := range r.applied[c.step:] {
		p.end.moves = append(p.end.moves, step.moves)
	}
	t := &Transform{Run: func(p *Pass) error {
		d = c.holds(p)
		return nil
	}}
	err = guarded(t, p)
	return d, err
}

func (w *withheld) add(c condition, d Decision) {
	if w.decisions == nil {
		w.decisions, w.all = map[changeKey]Decision{}, map[*Transform]bool{}
	}
	if w.reruns >= maxReruns {
		w.all[c.transform] = true
		return
	}
	w.decisions[c.key] = w.decisions[c.key].And(d)
}

func (w *withheld) fail(t *Transform, err error) {
	if w.failed == nil {
		w.failed = map[*Transform]error{}
	}
	w.failed[t] = fmt.Errorf("what a change is provided for: %w", err)
}
