package proof

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// Outcome is the result of comparing two observations.
type Outcome string

const (
	// Proved: after does all that before was observed to do, and is not root.
	Proved Outcome = "proved"
	// Repaired: before does not build, at an instruction that the change changes, or
	// for whose user it does; after builds, works, and is not root. There was nothing
	// to compare with, and nothing that could be lost.
	Repaired Outcome = "repaired"
	// NotProved: nothing was observed to break, but that is not a proof.
	NotProved Outcome = "not proved"
	// SameFailure: after fails as before did.
	SameFailure Outcome = "same failure"
	// Broken: before did something that after does not.
	Broken Outcome = "broken by the fix"
)

// Good reports whether a change with this outcome may be made without a look at it.
func (o Outcome) Good() bool { return o == Proved || o == Repaired }

// Verdict is an outcome with its grounds.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason"` // in one line
	// Of a failure: the step of the build, if it is one, its line in the Dockerfile,
	// and the last output of the step or of the command.
	Step string   `json:"step,omitempty"`
	Line int      `json:"line,omitempty"`
	Log  []string `json:"log,omitempty"`
	// Notes are further differences, a line each.
	Notes []string `json:"notes,omitempty"`
}

// Compare returns what a change did. It uses only what was observed: the rest proves
// nothing, and breaks nothing.
func Compare(before, after *Observation) Verdict {
	for _, rule := range []func(before, after *Observation) *Verdict{builds, met, fails, isDenied, stops, observed, isReady, listens, isHealthy, lacks, writes, isRoot, compared} {
		if v := rule(before, after); v != nil {
			v.Notes = notes(before, after)
			return *v
		}
	}
	return Verdict{Outcome: Proved, Reason: "it does what it did before, and is not root", Notes: notes(before, after)}
}

// stepNumber matches the number of a step in a build, as in "[stage-1 3/7] ".
var stepNumber = lazyregexp.New(`^\[[^\]]*\] `)

func builds(before, after *Observation) *Verdict {
	if after.Build.OK {
		return nil
	}
	b, a := before.Build, after.Build
	v := &Verdict{Outcome: Broken, Reason: "it no longer builds: " + a.Error, Step: a.Step, Line: a.Line, Log: a.Log}
	switch {
	case b.OK:
	case stepNumber.ReplaceAllString(b.Step, "") == stepNumber.ReplaceAllString(a.Step, "") && (a.Step != "" || b.Error == a.Error):
		v.Outcome, v.Reason = SameFailure, "it did not build before either: "+a.Error
	default:
		v.Outcome, v.Reason = NotProved, fmt.Sprintf("it did not build before either, but failed elsewhere (%s): %s", cmp.Or(b.Step, b.Error), a.Error)
	}
	return v
}

// state returns that of the command; one whose image did not build has failed.
func (r *Run) state() State {
	if r == nil {
		return Failed
	}
	return r.State
}

// fails judges commands that end.
func fails(before, after *Observation) *Verdict {
	b, a := before.Run, after.Run
	was := b.state()
	failed := func(o Outcome, reason string) *Verdict { return &Verdict{Outcome: o, Reason: reason, Log: a.Log} }
	switch {
	case a.State == Failed && b == nil:
		return failed(SameFailure, "it did not build before, and now builds but fails: "+a.Reason)
	case a.State == Failed && was == Failed:
		if d := newDenied(b, a); d != nil {
			return failed(Broken, "it failed before too ("+b.Reason+"), but not for want of permission: "+d.Line)
		}
		return failed(SameFailure, "it fails as before: "+a.Reason)
	case a.State == Failed:
		return failed(Broken, "it no longer works: "+a.Reason)
	case a.State == Ended && (was == Alive || was == Up):
		return failed(Broken, "it no longer stays up: "+a.Reason)
	}
	return nil
}

// observed makes sure that everything was observed that the later rules need.
func observed(before, after *Observation) *Verdict {
	for _, run := range []*Run{before.Run, after.Run} {
		if run != nil && len(run.NotObserved) > 0 {
			return &Verdict{Outcome: NotProved, Reason: "not observed: " + run.NotObserved[0], Log: run.Log}
		}
	}
	return nil
}

// isReady judges commands that stay up.
func isReady(before, after *Observation) *Verdict {
	b, a := before.Run, after.Run
	was := b.state()
	not := func(o Outcome, reason string) *Verdict { return &Verdict{Outcome: o, Reason: reason, Log: a.Log} }
	switch {
	case a.State == Alive && was == Up:
		return not(Broken, "it is no longer ready: "+a.Reason)
	case a.State == Alive && was == Alive && (a.asked || len(b.Listening) == 0):
		return not(SameFailure, "it is not ready, as before: "+a.Reason)
	case a.State == Alive && (was == Failed || was == Ended):
		return not(NotProved, "it stays up, which it did not before, but is not ready: "+a.Reason)
	case a.State == Up && was == Ended:
		return not(NotProved, "it stays up, and ended by itself before")
	}
	return nil
}

// ephemeral is the first port that is assigned by the kernel rather than chosen.
const ephemeral = 32768

func listens(before, after *Observation) *Verdict {
	if before.Run == nil || after.Run.Process == nil {
		return nil
	}
	for _, port := range before.Run.Listening {
		switch {
		case port >= ephemeral:
		case !slices.Contains(after.Run.Listening, port):
			return &Verdict{Outcome: Broken, Reason: fmt.Sprintf("it no longer listens on %d", port), Log: after.Run.Log}
		case slices.Contains(after.Run.Inside, port) && !slices.Contains(before.Run.Inside, port):
			return &Verdict{Outcome: Broken, Reason: fmt.Sprintf("it listens on %d at a loopback address only, which nothing outside the container reaches", port), Log: after.Run.Log}
		}
	}
	return nil
}

func isDenied(before, after *Observation) *Verdict {
	if d := newDenied(before.Run, after.Run); d != nil {
		return &Verdict{Outcome: Broken, Reason: "it lacks a permission that it had before: " + d.Line, Log: after.Run.Log}
	}
	return nil
}

var digits = lazyregexp.New(`[0-9]+`)

// newDenied returns the first access that failed after, and did not before; nil if
// before is unknown.
func newDenied(before, after *Run) *Denied {
	if before == nil {
		return nil
	}
	key := func(d Denied) string { return digits.ReplaceAllString(cmp.Or(d.Path, d.Line), "0") }
	seen := map[string]bool{}
	for _, d := range before.Denied {
		seen[key(d)] = true
	}
	for i, d := range after.Denied {
		if !seen[key(d)] && !leavesPIDFile.MatchString(d.Line) {
			return &after.Denied[i]
		}
	}
	return nil
}

// leavesPIDFile matches nginx's message when it ends and its pid file lies in a
// directory of root's. The next start overwrites that file.
var leavesPIDFile = lazyregexp.New(`\bunlink\(\) "[^"]*\.pid" failed`)

func stops(before, after *Observation) *Verdict {
	if before.Run == nil || before.Run.Stop == nil || after.Run.Stop == nil || before.Run.Stop.Killed || !after.Run.Stop.Killed {
		return nil
	}
	if before.Run.Stop.Took > after.Run.Stop.Took/2 { // a slow machine may be the only cause
		return &Verdict{Outcome: NotProved, Log: after.Run.Log, Reason: fmt.Sprintf("it had to be killed after %v, and had taken %v to end before",
			after.Run.Stop.Took, before.Run.Stop.Took.Round(100*time.Millisecond))}
	}
	return &Verdict{Outcome: Broken, Reason: "it no longer ends when it is asked to, and has to be killed", Log: after.Run.Log}
}

func isRoot(_, after *Observation) *Verdict {
	if after.Run.Process == nil && after.Image.RunsAs == nil {
		return &Verdict{Outcome: NotProved, Reason: "as whom it runs was not observed"}
	}
	if root := rootOf(after); root != "" {
		return &Verdict{Outcome: NotProved, Reason: "it works, but " + root + " runs as root"}
	}
	return nil
}

// rootOf returns the name of a process that runs as root; "" if none was observed.
func rootOf(o *Observation) string {
	list := o.Run.Others
	if o.Run.Process != nil {
		list = append([]observer.Process{*o.Run.Process}, list...)
	}
	for _, p := range list {
		if p.UID == 0 {
			return p.Name
		}
	}
	if len(list) == 0 && o.Image.RunsAs.UID == 0 {
		return "it"
	}
	return ""
}

// notes returns the other differences.
func notes(before, after *Observation) (list []string) {
	list = after.absent()
	if after.Run == nil {
		return list
	}
	if before.Run != nil {
		list = append(list, stopNote(before.Run.Stop, after.Run.Stop)...)
	}
	if after.Run.State == Alive {
		list = append(list, after.Run.Reason)
	}
	if before.Image != nil && before.Image.Files != nil && after.Image.Files != nil {
		for _, name := range after.Image.Files.Setuid {
			if !slices.Contains(before.Image.Files.Setuid, name) {
				list = append(list, name+" is new, and runs with the rights of its owner")
			}
		}
	}
	if after.Hardened != nil {
		if why := after.Lack(); why != "" {
			list = append(list, "with a read-only root file system, no capabilities and no-new-privileges: "+why)
		}
	}
	return list
}

func stopNote(before, after *Stop) []string {
	if before == nil || after == nil || !before.Killed || after.Killed {
		return nil
	}
	return []string{fmt.Sprintf("it ends on the stop signal after %v; before, it had to be killed", after.Took.Round(10*time.Millisecond))}
}
