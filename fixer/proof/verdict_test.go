package proof

import (
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// seen returns an observation of a command in the state s that runs as uid.
func seen(s State, uid int, change ...func(*Observation)) *Observation {
	p := &observer.Process{PID: 1, Name: "node", User: observer.User{UID: uid}}
	o := &Observation{
		Build: Build{OK: true},
		Image: &Image{RunsAs: &p.User, Files: &observer.Files{}},
		Run:   &Run{State: s, Reason: "reason"},
	}
	if s == Alive || s == Up {
		o.Run.Process, o.Run.Stop, o.Run.Writable = p, &Stop{Took: time.Second}, map[string]bool{}
	}
	for _, c := range change {
		c(o)
	}
	return o
}

func failedBuild(step, err string) *Observation {
	return &Observation{Build: Build{Step: step, Error: err, Line: 7, Log: []string{"last words"}}}
}

func listening(ports ...int) func(*Observation) {
	return func(o *Observation) { o.Run.Listening = ports }
}
func wrote(paths ...string) func(*Observation) { return func(o *Observation) { o.Run.Wrote = paths } }
func lacking(path, line string) func(*Observation) {
	return func(o *Observation) { o.Run.Denied = append(o.Run.Denied, Denied{path, line}) }
}
func may(path string, yes bool) func(*Observation) {
	return func(o *Observation) { o.Run.Writable[path] = yes }
}
func killed(o *Observation) { o.Run.Stop.Killed, o.Run.Stop.Took = true, 10*time.Second }
func unseen(o *Observation) { o.Run.NotObserved = []string{"why"} }
func slow(o *Observation)   { o.Run.Stop.Took = 9 * time.Second }

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		before, after *Observation
		want          Outcome
		reason        string // a part of it
	}{
		"as before":                   {seen(Up, 0), seen(Up, 1000), Proved, "does what it did before"},
		"better":                      {seen(Failed, 0), seen(Up, 1000), Proved, "which it did not before"},
		"builds now":                  {failedBuild("[2/2] RUN x", "e"), seen(Up, 1000), Proved, "which it did not before"},
		"ends as before":              {seen(Ended, 0), seen(Ended, 1000), Proved, "does what it did before"},
		"still root":                  {seen(Up, 0), seen(Up, 0), NotProved, "node runs as root"},
		"ends as root":                {seen(Ended, 0), seen(Ended, 0), NotProved, "it runs as root"},
		"a child is root":             {seen(Up, 0), seen(Up, 5, func(o *Observation) { o.Run.Others = []observer.Process{{Name: "cron"}} }), NotProved, "cron runs as root"},
		"nobody looked":               {seen(Up, 0), seen(Up, 0, func(o *Observation) { o.Run.Process, o.Image.RunsAs = nil, nil }), NotProved, "was not observed"},
		"no longer builds":            {seen(Up, 0), failedBuild("[3/4] RUN x", "exit code: 1"), Broken, "no longer builds: exit code: 1"},
		"does not build either":       {failedBuild("[2/4] RUN x", "e"), failedBuild("[3/5] RUN x", "e"), SameFailure, "did not build before either"},
		"no Dockerfile either":        {failedBuild("", "e"), failedBuild("", "e"), SameFailure, "did not build before either"},
		"fails elsewhere":             {failedBuild("[2/4] RUN x", "e"), failedBuild("[3/5] RUN y", "e"), NotProved, "failed elsewhere ([2/4] RUN x)"},
		"no longer starts":            {seen(Up, 0), seen(Failed, 1000), Broken, "no longer works: reason"},
		"job fails":                   {seen(Ended, 0), seen(Failed, 1000), Broken, "no longer works: reason"},
		"no longer stays up":          {seen(Alive, 0), seen(Ended, 1000), Broken, "no longer stays up"},
		"no longer ready":             {seen(Up, 0), seen(Alive, 1000), Broken, "no longer ready"},
		"fails as before":             {seen(Failed, 0), seen(Failed, 1000), SameFailure, "fails as before"},
		"fails in another way":        {seen(Failed, 0), seen(Failed, 1000, lacking("/app/x", "EACCES /app/x")), Broken, "not for want of permission: EACCES /app/x"},
		"builds, and fails":           {failedBuild("x", "e"), seen(Failed, 1000), SameFailure, "now builds but fails"},
		"never ready":                 {seen(Alive, 0), seen(Alive, 1000), SameFailure, "not ready, as before"},
		"never what was asked for":    {seen(Alive, 0, listening(80)), seen(Alive, 1000, listening(80), func(o *Observation) { o.Run.asked = true }), SameFailure, "not ready, as before"},
		"listens elsewhere":           {seen(Alive, 0, listening(8080)), seen(Alive, 1000, listening(8080)), Proved, ""},
		"a port less":                 {seen(Up, 0, listening(80, 3000)), seen(Up, 1000, listening(3000)), Broken, "no longer listens on 80"},
		"a port nobody chose":         {seen(Up, 0, listening(3000, 40001)), seen(Up, 1000, listening(3000, 40002)), Proved, ""},
		"stays up now":                {seen(Ended, 0), seen(Up, 1000), NotProved, "ended by itself before"},
		"lacks a permission":          {seen(Up, 0), seen(Up, 1000, lacking("/app/x", "EACCES /app/x")), Broken, "EACCES /app/x"},
		"lacked it before":            {seen(Up, 0, lacking("", "12:00 EPERM")), seen(Up, 1000, lacking("", "12:01 EPERM")), Proved, ""},
		"leaves its pid file":         {seen(Up, 0), seen(Up, 1000, lacking("", `unlink() "/run/nginx.pid" failed (13: Permission denied)`)), Proved, ""},
		"may not write":               {seen(Up, 0, wrote("/app/x")), seen(Up, 1000, may("/app/x", false)), NotProved, "it wrote /app/x, which user 1000 may not"},
		"may write":                   {seen(Up, 0, wrote("/app/x")), seen(Up, 1000, may("/app/x", true)), Proved, ""},
		"root's home":                 {seen(Up, 0, wrote("/root/.npm/x")), seen(Up, 1000, may("/root/.npm/x", false)), Proved, ""},
		"before was not seen":         {seen(Up, 0, unseen), seen(Up, 1000), NotProved, "not observed: why"},
		"after was not seen":          {seen(Up, 0), seen(Alive, 1000, unseen), NotProved, "not observed: why"},
		"fails unseen":                {seen(Up, 0, unseen), seen(Failed, 1000), Broken, "no longer works"},
		"ended only just":             {seen(Up, 0, slow), seen(Up, 1000, killed), NotProved, "had to be killed after 10s, and had taken 9s to end before"},
		"can no longer be stopped":    {seen(Up, 0), seen(Up, 1000, killed), Broken, "has to be killed"},
		"could not be stopped either": {seen(Up, 0, killed), seen(Up, 1000, killed), Proved, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := Compare(c.before, c.after)
			if v.Outcome != c.want || !strings.Contains(v.Reason, c.reason) {
				t.Errorf("got %q, %q; want %q, %q", v.Outcome, v.Reason, c.want, c.reason)
			}
		})
	}
}

func TestCompareGrounds(t *testing.T) {
	v := Compare(seen(Up, 0), failedBuild("[3/4] RUN x", "exit code: 1"))
	if v.Step != "[3/4] RUN x" || v.Line != 7 || len(v.Log) != 1 {
		t.Errorf("got %+v", v)
	}
	v = Compare(seen(Up, 0, killed), seen(Up, 1, func(o *Observation) {
		o.Image.Files.Setuid = []string{"/bin/su"}
		o.Hardened = &Run{State: Failed, Reason: "exit code 1"}
	}))
	want := []string{
		"it ends on the stop signal after 1s; before, it had to be killed", "/bin/su is new, and runs with the rights of its owner",
		"with a read-only root file system and no-new-privileges: failed: exit code 1",
	}
	if strings.Join(v.Notes, "\n") != strings.Join(want, "\n") {
		t.Errorf("got the notes %q", v.Notes)
	}
}
