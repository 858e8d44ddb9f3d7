package proof

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// TestLack: what does not work, or was not seen to work, is a lack of a hardened run; what fails
// otherwise, too, is none where it says nothing of it.
func TestLack(t *testing.T) {
	visit := func(status int) []observer.Visit { return []observer.Visit{{Page: ":3000/", Status: status}} }
	body := func(sums ...string) []observer.Visit {
		return []observer.Visit{{Page: ":3000/", Status: 200, Bodies: sums}}
	}
	for name, c := range map[string]struct {
		run, hardened Run
		want          string // a part; "" for none
	}{
		"the same":                       {Run{State: Up}, Run{State: Up}, ""},
		"an answer":                      {Run{State: Up, Visited: visit(200)}, Run{State: Up, Visited: visit(200)}, ""},
		"not found, twice":               {Run{State: Up, Visited: visit(404)}, Run{State: Up, Visited: visit(404)}, ""},
		"no answer, twice":               {Run{State: Up, Visited: visit(0)}, Run{State: Up, Visited: visit(0)}, ""},
		"another answer":                 {Run{State: Up, Visited: visit(200)}, Run{State: Up, Visited: visit(500)}, "GET :3000/ got 500, not 200"},
		"an error, twice":                {Run{State: Up, Visited: visit(500)}, Run{State: Up, Visited: visit(500)}, "got 500, hardened or not"},
		"not requested":                  {Run{State: Up, Visited: visit(200)}, Run{State: Up}, "was not requested"},
		"another state":                  {Run{State: Up}, Run{State: Failed, Reason: "exit code 1"}, "exit code 1"},
		"healthy":                        {Run{State: Up, Health: &Health{OK: true}}, Run{State: Up, Health: &Health{OK: true}}, ""},
		"no longer healthy":              {Run{State: Up, Health: &Health{OK: true}}, Run{State: Up, Health: &Health{}}, "its health check fails"},
		"its health not seen":            {Run{State: Up, Health: &Health{OK: true}}, Run{State: Up}, "its health check fails"},
		"never healthy":                  {Run{State: Up, Health: &Health{}}, Run{State: Up, Health: &Health{}}, "hardened or not"},
		"a hidden file":                  {Run{State: Up}, Run{State: Up, Hidden: []string{"/tmp"}}, "what the image has in /tmp"},
		"a job":                          {Run{State: Ended}, Run{State: Ended, Mounts: []string{"/tmp"}}, ""},
		"a job that writes":              {Run{State: Ended, Wrote: []string{"/tmp/a"}}, Run{State: Ended, Mounts: []string{"/tmp"}}, ""},
		"an engine's tmpfs not had":      {Run{State: Up, Wrote: []string{"/tmp/a"}}, Run{State: Up, Mounts: []string{"/tmp"}, unseen: true}, "was not observed"},
		"it writes to a volume":          {Run{State: Up, Wrote: []string{"/data/a"}}, Run{State: Up, Mounts: []string{"/tmp"}, unseen: true}, ""},
		"another body":                   {Run{State: Up, Visited: body("a"), answers: body("a")}, Run{State: Up, Visited: body("b")}, "got another answer"},
		"the same body":                  {Run{State: Up, Visited: body("a"), answers: body("a")}, Run{State: Up, Visited: body("a")}, ""},
		"always another body":            {Run{State: Up, Visited: body("a"), answers: body("b")}, Run{State: Up, Visited: body("c")}, ""},
		"one of two bodies":              {Run{State: Up, Visited: body("a", "b"), answers: body("a")}, Run{State: Up, Visited: body("c")}, ""},
		"the body among others":          {Run{State: Up, Visited: body("a"), answers: body("a")}, Run{State: Up, Visited: body("b", "a")}, ""},
		"no body":                        {Run{State: Up, Visited: body("a"), answers: body("a")}, Run{State: Up, Visited: body()}, ""},
		"a new warning":                  {Run{State: Up, Log: []string{"listening"}}, Run{State: Up, Log: []string{"WARNING: falling back to memory", "listening"}}, "its log has a warning"},
		"the same warning":               {Run{State: Up, Log: []string{"12:00:01 warning 5a6b: old"}}, Run{State: Up, Log: []string{"12:00:07 warning 77c1: old"}}, ""},
		"another line":                   {Run{State: Up, Log: []string{"listening"}}, Run{State: Up, Log: []string{"ready", "listening"}}, ""},
		"a denied access":                {Run{State: Up}, Run{State: Up, Denied: []Denied{{Path: "/x"}}}, "denied access /x"},
		"an access that is denied twice": {Run{State: Up, Denied: []Denied{{Path: "/x"}}}, Run{State: Up, Denied: []Denied{{Path: "/x"}}}, ""},
		"something that was not seen":    {Run{State: Up}, Run{State: Up, NotObserved: []string{"ports"}}, "not observed: ports"},
	} {
		o := &Observation{Run: &c.run, Hardened: &c.hardened}
		if got := o.Lack(); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if got := (&Observation{Run: &Run{}}).Lack(); got == "" {
		t.Error("it was never run hardened")
	}
}

// TestJudge: what works hardened as it does otherwise is proved, what fails only so is broken, and all
// else proves nothing.
func TestJudge(t *testing.T) {
	user := func(uid int) *Image { return &Image{RunsAs: &observer.User{UID: uid}} }
	for name, c := range map[string]struct {
		o    Observation
		want Outcome
		says string
	}{
		"works":           {Observation{Build: Build{OK: true}, Image: user(5), Run: &Run{State: Up}, Hardened: &Run{State: Up}}, Proved, "as the file says"},
		"works, as root":  {Observation{Build: Build{OK: true}, Image: user(0), Run: &Run{State: Up}, Hardened: &Run{State: Up}}, NotProved, "is root"},
		"works otherwise": {Observation{Build: Build{OK: true}, Image: user(5), Run: &Run{State: Up}, Hardened: &Run{State: Up, Denied: []Denied{{Path: "/x"}}}}, NotProved, "denied access /x"},
		"fails":           {Observation{Build: Build{OK: true}, Image: user(5), Run: &Run{State: Up}, Hardened: &Run{State: Failed, Reason: "exit code 1"}}, Broken, "exit code 1"},
		"fails anyway":    {Observation{Build: Build{OK: true}, Image: user(5), Run: &Run{State: Failed, Reason: "exit code 1"}}, NotProved, "hardened or not"},
		"was not run so":  {Observation{Build: Build{OK: true}, Image: user(5), Run: &Run{State: Up}}, NotProved, "not run so"},
		"does not build":  {Observation{Build: Build{Error: "no such file"}}, NotProved, "no such file"},
	} {
		if v := c.o.Judge(); v.Outcome != c.want || !strings.Contains(v.Reason, c.says) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
