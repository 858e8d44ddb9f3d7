package fixer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// change is what a transform reports of one place, in all views.
type change struct {
	report
	key        changeKey
	step       int                        // how many steps had been applied
	views      []int                      // that it was reported in
	conditions []func(end *Pass) Decision // of each of them, nil for none
}

// agreed returns what the passes of one transform report, a pass for each view: what all
// views of a part agree on, and for the rest that they don't.
func (r *run) agreed(passes []*Pass) []*change {
	a := agreement{run: r, passes: passes, known: map[string]*change{}}
	for i, p := range passes {
		for _, rep := range p.reports {
			a.add(i, rep)
		}
	}
	if len(passes) > 1 {
		a.settle()
	}
	return a.changes
}

type agreement struct {
	run     *run
	passes  []*Pass
	changes []*change // in the order of the views and their reports
	known   map[string]*change
}

// add records a report, or that one more view has it.
func (a *agreement) add(view int, rep *report) {
	sig := a.signature(view, rep)
	c := a.known[sig]
	if c != nil && !rep.changes() && slices.Contains(c.views, view) {
		return // a note of several parts that inherit one entry
	}
	if c == nil || slices.Contains(c.views, view) {
		c = &change{report: *rep, step: len(a.run.applied)}
		a.known[sig] = c
		a.changes = append(a.changes, c)
	}
	if rep.Safety < c.Safety { // the one with more doubts
		c.Finding = rep.Finding
	}
	c.views = append(c.views, view)
	c.conditions = append(c.conditions, rep.holds)
}

// signature returns a text that is the same for reports that are of one place and change the same; of
// notes, for those that say the same.
func (a *agreement) signature(view int, rep *report) string {
	var b strings.Builder
	fmt.Fprint(&b, rep.offset)
	for _, e := range rep.edits {
		fmt.Fprintf(&b, " %d-%d %v %q", e.Start, e.End, e.Inserts(), e.Text)
	}
	if f := rep.created; f != nil {
		fmt.Fprintf(&b, " %q %q in %d", f.Name, f.Text, a.directory(view))
	}
	if !rep.changes() {
		b.WriteString(" " + rep.Sentence())
	}
	return b.String()
}

// directory returns the number of the first view that has the same directory.
func (a *agreement) directory(view int) int {
	directory := a.run.views[view].Directory()
	return slices.IndexFunc(a.run.views, func(v View) bool { return v.Directory() == directory })
}

// settle leaves alone what not all views of a part agree on, and with it what else the
// transform would change in that part: its changes may belong together.
func (a *agreement) settle() {
	left := a.disputed()
	told := map[int]bool{} // by place
	for c := range left {
		told[c.offset] = true
	}
	first := a.firstReports()
	seen := map[int]bool{}
	a.changes = slices.DeleteFunc(a.changes, func(c *change) bool {
		switch {
		case c.changes() && !left[c]:
			return false
		case !told[c.offset]: // a note
			if a.missing(c, a.around(c.offset)) {
				c.of(a.names(c.views))
			}
			return false
		case seen[c.offset]:
			return true // it is part of what is said of the dispute
		}
		seen[c.offset] = true
		*c = change{report: report{Finding: Finding{ID: c.ID, Severity: c.Severity, Status: Refused, Problem: a.run.subject.Disagreement(), Reason: a.dispute(first, c.offset), offset: c.offset, end: c.end}}}
		return false
	})
}

// of adds to a finding which views it is of.
func (c *change) of(views string) {
	if text := &c.Reason; *text != "" {
		*text += " (" + views + ")"
		return
	}
	c.Problem += " (" + views + ")"
}

// disputed returns the changes that a view of their parts does not have, and all others in
// these parts.
func (a *agreement) disputed() map[*change]bool {
	in := map[int][]*change{}
	parts := map[*change][]int{}
	var queue []*change
	for _, c := range a.changes {
		if !c.changes() {
			continue
		}
		parts[c] = a.parts(c)
		for _, part := range parts[c] {
			in[part] = append(in[part], c)
		}
		if a.missing(c, parts[c]) {
			queue = append(queue, c)
		}
	}
	left := map[*change]bool{}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		if left[c] {
			continue
		}
		left[c] = true
		for _, part := range parts[c] {
			queue = append(queue, in[part]...)
			delete(in, part)
		}
	}
	return left
}

// missing reports whether a view uses the parts of the change, and has not the change.
func (a *agreement) missing(c *change, parts []int) bool {
	for i, v := range a.run.views {
		if !slices.Contains(c.views, i) && (len(parts) == 0 || slices.ContainsFunc(parts, v.Uses)) {
			return true
		}
	}
	return false
}

// parts returns those that the change is made in; none for the whole document.
func (a *agreement) parts(c *change) (list []int) {
	for _, e := range c.edits {
		part := a.run.views[0].Part(e.Anchor.Start)
		if part < 0 {
			return nil
		}
		if !slices.Contains(list, part) {
			list = append(list, part)
		}
	}
	return list
}

// around returns the part that a place of the text is in; none for one outside of all.
func (a *agreement) around(offset int) []int {
	if part := a.run.views[0].Part(offset); part >= 0 {
		return []int{part}
	}
	return nil
}

// firstReports returns the messages of the first report of each place, by view.
func (a *agreement) firstReports() []map[int]string {
	list := make([]map[int]string, len(a.passes))
	for i, p := range a.passes {
		list[i] = map[int]string{}
		for _, rep := range p.reports {
			if _, ok := list[i][rep.offset]; !ok {
				list[i][rep.offset] = rep.Sentence()
			}
		}
	}
	return list
}

// dispute returns what the views have to say of one place.
func (a *agreement) dispute(first []map[int]string, offset int) string {
	var says []string
	same := true
	for i := range a.passes {
		what := cmp.Or(first[i][offset], "nothing to change")
		same = same && what == cmp.Or(first[0][offset], what)
		says = append(says, fmt.Sprintf("%s: %s", a.run.views[i].Name(), what))
	}
	if same {
		all := make([]int, len(a.passes))
		for i := range all {
			all[i] = i
		}
		return fmt.Sprintf("%s: %s", a.names(all), first[0][offset])
	}
	return strings.Join(says, "; ")
}

// names lists views for a message.
func (a *agreement) names(views []int) string {
	var list []string
	for _, i := range views {
		list = append(list, a.run.views[i].Name())
	}
	return strings.Join(list, ", ")
}
