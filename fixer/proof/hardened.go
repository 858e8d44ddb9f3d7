package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// Lack returns why the hardened run does not show that the command works so as it does otherwise, in
// one line; "" where it does.
func (o *Observation) Lack() string {
	run, h := o.Run, o.Hardened
	switch {
	case run == nil || h == nil:
		return "it was not run so"
	case h.State != run.State:
		return h.Reason
	case len(h.NotObserved) > 0:
		return "not observed: " + h.NotObserved[0]
	case run.Health != nil && !run.Health.OK:
		return "its health check fails, hardened or not"
	case run.Health != nil && (h.Health == nil || !h.Health.OK):
		return "its health check fails"
	case len(h.Hidden) > 0:
		return "it does not see what the image has in " + strings.Join(h.Hidden, ", ")
	case len(h.Executed) > 0:
		return "it may execute " + h.Executed[0] + ", where a tmpfs executes nothing"
	case h.State == Ended && writesIn(run.Wrote, h.Mounts):
		return "whether it executes what it writes was not observed, since it ended"
	}
	if why := answersDiffer(run.Visited, h.Visited); why != "" {
		return why
	}
	for _, d := range h.Denied {
		if !slices.ContainsFunc(run.Denied, func(known Denied) bool { return known.Path == d.Path }) {
			return strings.TrimSpace("it reported a denied access " + d.Path)
		}
	}
	return ""
}

// writesIn reports whether one of the paths is in one of the directories.
func writesIn(wrote, dirs []string) bool {
	return slices.ContainsFunc(wrote, func(name string) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return inside(name, dir) && name != dir+"/" })
	})
}

// answersDiffer returns the first request whose answer tells that something does not work, or is not
// that of another run; "" for none.
func answersDiffer(plain, hardened []observer.Visit) string {
	for _, v := range plain {
		i := slices.IndexFunc(hardened, func(other observer.Visit) bool { return other.Page == v.Page })
		switch {
		case v.Status >= 500:
			return fmt.Sprintf("GET %s got %d, hardened or not", v.Page, v.Status)
		case i < 0:
			return "GET " + v.Page + " was not requested of it"
		case hardened[i].Status != v.Status:
			return fmt.Sprintf("GET %s got %d, not %d", v.Page, hardened[i].Status, v.Status)
		}
	}
	return ""
}
