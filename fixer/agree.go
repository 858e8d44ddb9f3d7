package fixer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// change is what a transform reports of one place, for all builds.
type change struct {
	report
	key        changeKey
	step       int                        // how many steps had been applied
	builds     []int                      // that it was reported for
	conditions []func(end *Pass) Decision // of each of them, nil for none
}

// agreed is what the passes of one transform report, a pass for each build: what
// all builds of a stage agree on, and for the rest that they don't.
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
	changes []*change // in the order of the builds and their reports
	known   map[string]*change
}

// add records a report, or that one more build has it.
func (a *agreement) add(build int, rep *report) {
	sig := a.signature(build, rep)
	c := a.known[sig]
	if c != nil && !rep.changes() && slices.Contains(c.builds, build) {
		return // a note of several stages that inherit one instruction
	}
	if c == nil || slices.Contains(c.builds, build) {
		c = &change{report: *rep, step: len(a.run.applied)}
		a.known[sig] = c
		a.changes = append(a.changes, c)
	}
	if rep.Safety < c.Safety { // the one with more doubts
		c.Finding = rep.Finding
	}
	c.builds = append(c.builds, build)
	c.conditions = append(c.conditions, rep.holds)
}

// signature is the same for reports that are of one place and change the same; of
// notes, for those that say the same.
func (a *agreement) signature(build int, rep *report) string {
	var b strings.Builder
	fmt.Fprint(&b, rep.offset)
	for _, e := range rep.edits {
		fmt.Fprintf(&b, " %d-%d %v %q", e.Start, e.End, e.Inserts(), e.Text)
	}
	if f := rep.created; f != nil {
		fmt.Fprintf(&b, " %q %q in %p", f.Name, f.Text, a.run.builds[build].contents)
	}
	if !rep.changes() {
		b.WriteString(" " + rep.Sentence())
	}
	return b.String()
}

// settle leaves alone what not all builds of a stage agree on, and with it what
// else the transform would change in that stage: its changes may belong together.
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
				c.of(a.names(c.builds))
			}
			return false
		case seen[c.offset]:
			return true // it is part of what is said of the dispute
		}
		seen[c.offset] = true
		*c = change{report: report{Finding: Finding{ID: c.ID, Status: Refused, Problem: "its builds need different changes", Reason: a.dispute(first, c.offset), offset: c.offset, end: c.end}}}
		return false
	})
}

// of says which builds a finding is of.
func (c *change) of(builds string) {
	if text := &c.Reason; *text != "" {
		*text += " (" + builds + ")"
		return
	}
	c.Problem += " (" + builds + ")"
}

// disputed are the changes that a build of their stages does not have, and all
// others in these stages.
func (a *agreement) disputed() map[*change]bool {
	in := map[*dockerfile.Stage][]*change{}
	stages := map[*change][]*dockerfile.Stage{}
	var queue []*change
	for _, c := range a.changes {
		if !c.changes() {
			continue
		}
		stages[c] = a.stages(c)
		for _, st := range stages[c] {
			in[st] = append(in[st], c)
		}
		if a.missing(c, stages[c]) {
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
		for _, st := range stages[c] {
			queue = append(queue, in[st]...)
			delete(in, st)
		}
	}
	return left
}

// missing reports whether a build has the stages of the change, and not the change.
func (a *agreement) missing(c *change, stages []*dockerfile.Stage) bool {
	for i, b := range a.run.builds {
		if !slices.Contains(c.builds, i) && (len(stages) == 0 || slices.ContainsFunc(stages, b.graph.Builds)) {
			return true
		}
	}
	return false
}

// stages are those that the change is made in; none for the whole file.
func (a *agreement) stages(c *change) (list []*dockerfile.Stage) {
	for _, e := range c.edits {
		st := a.run.file.StageOf(e.Anchor())
		if st == nil {
			return nil
		}
		if !slices.Contains(list, st) {
			list = append(list, st)
		}
	}
	return list
}

// around is the stage that a place of the text is in; none for what is before the
// first.
func (a *agreement) around(offset int) []*dockerfile.Stage {
	for _, in := range a.run.file.Instructions {
		if offset >= in.Start && offset <= in.End {
			if st := a.run.file.StageOf(in); st != nil {
				return []*dockerfile.Stage{st}
			}
		}
	}
	return nil
}

// firstReports are the messages of the first report of each place, by build.
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

// dispute says what the builds have to say of one place.
func (a *agreement) dispute(first []map[int]string, offset int) string {
	var says []string
	same := true
	for i := range a.passes {
		what := cmp.Or(first[i][offset], "nothing to change")
		same = same && what == cmp.Or(first[0][offset], what)
		says = append(says, fmt.Sprintf("%s: %s", a.run.builds[i].name(), what))
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

// names lists builds for a message.
func (a *agreement) names(builds []int) string {
	var list []string
	for _, i := range builds {
		list = append(list, a.run.builds[i].name())
	}
	return strings.Join(list, ", ")
}

// name is the build's, for messages.
func (b *build) name() string {
	if b.Name == "" {
		return "a build"
	}
	return b.Name
}
