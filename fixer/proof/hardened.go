package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// Lack returns why the hardened run does not show that the command works so as it does otherwise, in
// one line; "" where it does.
func (o *Observation) Lack() string {
	run, h := o.Run, o.Hardened
	switch {
	case run == nil || h == nil:
		return "it was not run so"
	case h.State.rank() < run.State.rank():
		return fmt.Sprintf("it %s: %s", map[State]string{Failed: "fails", Ended: "ends", Alive: "is not ready"}[h.State], h.Reason)
	case h.State != run.State:
		return "it works otherwise than before: " + string(h.State)
	case len(h.NotObserved) > 0:
		return "not observed: " + h.NotObserved[0]
	case run.Health != nil && !run.Health.OK:
		return "its health check fails, hardened or not"
	case run.Health != nil && (h.Health == nil || !h.Health.OK):
		return "its health check fails"
	case len(h.Hidden) > 0:
		return "it does not see what the image has in " + strings.Join(h.Hidden, ", ")
	case h.unseen && writesIn(run.Wrote, h.Mounts):
		return "whether it executes what it writes was not observed: this BuildKit has no tmpfs as an engine's"
	}
	if why := answersDiffer(run.Visited, run.answers, h.Visited); why != "" {
		return why
	}
	for _, d := range h.Denied {
		if !slices.ContainsFunc(run.Denied, func(known Denied) bool { return known.Path == d.Path }) {
			return strings.TrimSpace("it reported a denied access " + d.Path)
		}
	}
	return newWarning(run.Log, h.Log)
}

// Plain returns the observation without the hardened run.
func (o *Observation) Plain() *Observation {
	plain := *o
	plain.Hardened = nil
	return &plain
}

// Judge returns what the hardened run shows, measured by the other one.
func (o *Observation) Judge() Verdict {
	v := o.judge()
	v.Notes = o.absent()
	return v
}

func (o *Observation) judge() Verdict {
	run, h, unmet := o.Run, o.Hardened, o.unmet()
	switch {
	case !o.Build.OK:
		return Verdict{Outcome: NotProved, Reason: "it does not build: " + o.Build.Error, Step: o.Build.Step, Log: o.Build.Log}
	case unmet != nil:
		return Verdict{Outcome: NotProved, Reason: unmet.Lacks(), Log: unmet.Log}
	case run.State != Up && run.State != Ended:
		return Verdict{Outcome: NotProved, Reason: "it does not work, hardened or not: " + run.Reason, Log: run.Log}
	case h != nil && h.State.rank() < run.State.rank():
		return Verdict{Outcome: Broken, Reason: "it does not work as the file says: " + h.Reason, Log: h.Log}
	}
	if why := o.Lack(); why != "" {
		return Verdict{Outcome: NotProved, Reason: "as the file says, " + why, Log: h.log()}
	}
	if o.Image.RunsAs != nil && o.Image.RunsAs.UID == 0 {
		return Verdict{Outcome: NotProved, Reason: "it works as the file says, and is root"}
	}
	return Verdict{Outcome: Proved, Reason: "it works as the file says, and is not root"}
}

// log returns the last lines of a run; none of one that was not.
func (r *Run) log() []string {
	if r == nil {
		return nil
	}
	return r.Log
}

// writesIn reports whether one of the paths is in one of the directories.
func writesIn(wrote, dirs []string) bool {
	return slices.ContainsFunc(wrote, func(name string) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return inside(name, dir) && name != dir+"/" })
	})
}

// answersDiffer returns the first request whose answer tells that something does not work, or is not
// that of the other runs; "" for none. A page that varies in these two may be any.
func answersDiffer(watched, plain, hardened []observer.Visit) string {
	of := func(list []observer.Visit, page string) (v observer.Visit, ok bool) {
		i := slices.IndexFunc(list, func(other observer.Visit) bool { return other.Page == page })
		if i < 0 {
			return v, false
		}
		return list[i], true
	}
	for _, v := range watched {
		h, ok := of(hardened, v.Page)
		p, again := of(plain, v.Page)
		switch {
		case v.Status >= 500:
			return fmt.Sprintf("GET %s got %d, hardened or not", v.Page, v.Status)
		case !ok:
			return "GET " + v.Page + " was not requested of it"
		case h.Status != v.Status:
			return fmt.Sprintf("GET %s got %d, not %d", v.Page, h.Status, v.Status)
		case again && isAnother(h.Bodies, append(slices.Clone(v.Bodies), p.Bodies...)):
			return "GET " + v.Page + " got another answer"
		}
	}
	return ""
}

// isAnother reports whether a page that was always the same is another one now.
func isAnother(now, before []string) bool {
	before = slices.Compact(slices.Sorted(slices.Values(before)))
	return len(before) == 1 && len(now) > 0 && !slices.Contains(now, before[0])
}

var (
	// warning matches the line of a log that says that something is wrong.
	warning = lazyregexp.New(`(?i)\b(?:warn(?:ing)?|err(?:or)?|fail(?:ed|ure|s)?|fall(?:ing)? ?back|unable|cannot|can't|could not|not writable|denied)\b`)
	// changing matches what is another in each run: numbers, times, identifiers.
	changing = lazyregexp.New(`[0-9a-fA-F-]*[0-9][0-9a-fA-F-]*`)
)

// newWarning returns the first line of a log that says that something is wrong and that another log
// does not have, as a reason; "" for none.
func newWarning(plain, hardened []string) string {
	known := map[string]bool{}
	for _, line := range plain {
		known[changing.ReplaceAllString(line, "#")] = true
	}
	for _, line := range hardened {
		if warning.MatchString(line) && !known[changing.ReplaceAllString(line, "#")] {
			return "its log has a warning that it has not otherwise"
		}
	}
	return ""
}
