package proof

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
		o.Run.Process, o.Run.Stop = p, &Stop{Took: time.Second}
	}
	if s != Failed {
		o.Run.Writable = map[string]bool{}
	}
	for _, c := range change {
		c(o)
	}
	return o
}

func failedBuild(step, err string) *Observation {
	return &Observation{Build: Build{Step: step, Error: err, Line: 3, Log: []string{"last words"}}}
}

func listening(ports ...int) func(*Observation) {
	return func(o *Observation) { o.Run.Listening = ports }
}

func health(ok bool) func(*Observation) {
	return func(o *Observation) {
		o.Run.Health = &Health{OK: ok}
		if !ok {
			o.Run.Health.Code = 1
		}
	}
}

func onlyInside(ports ...int) func(*Observation) {
	return func(o *Observation) { o.Run.Inside = ports }
}

// wrote returns that the command writes the paths, and may.
func wrote(paths ...string) func(*Observation) {
	return func(o *Observation) {
		o.Run.Wrote = append(o.Run.Wrote, paths...)
		for _, name := range paths {
			o.Run.Writable[name] = true
		}
	}
}

// tries returns that the command writes the path where nothing hinders it, and may not.
func tries(path string) func(*Observation) {
	return func(o *Observation) { wrote(path)(o); may(path, false)(o) }
}

// at returns that the home and the working directory are these.
func at(home, dir string) func(*Observation) {
	return func(o *Observation) { o.Image.RunsAs.Home, o.Image.WorkDir = home, dir }
}

// of returns that the Dockerfile is this one.
func of(o *Observation, dockerfile string) *Observation {
	o.steps = stepsOf([]byte(dockerfile))
	return o
}
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
		"better":                      {seen(Failed, 0), seen(Up, 1000), NotProved, "before, it failed, so there is nothing to compare with: reason"},
		"better, and root":            {seen(Failed, 0), seen(Up, 0), NotProved, "node runs as root"},
		"builds now, and root":        {of(failedBuild("[2/2] RUN x", "e"), "FROM a\n\nRUN x"), of(seen(Up, 0), "FROM a\n\nRUN y"), NotProved, "node runs as root"},
		"builds now, unread":          {failedBuild("[2/2] RUN x", "e"), seen(Up, 1000), NotProved, "not known to be repaired: e"},
		"builds now, by another step": {of(failedBuild("[2/2] RUN x", "e"), "FROM a\n\nRUN x"), of(seen(Up, 1000), "FROM b\nUSER u\nRUN y"), Repaired, "what failed is changed: [2/2] RUN x: e"},
		"builds now, by another user": {of(failedBuild("[2/2] RUN x", "e"), "FROM a\nUSER u\nRUN x"), of(seen(Up, 1000), "FROM b\nRUN x\nUSER u"), Repaired, "which it did not before"},
		"builds now, by luck":         {of(failedBuild("[2/2] RUN x", "e"), "FROM a\n\nRUN x"), of(seen(Up, 1000), "FROM b\nRUN  x\nUSER u"), NotProved, "at a step that is the same now"},
		"builds now, from elsewhere":  {of(failedBuild("[internal] load", "e"), "\n\nFROM a"), of(seen(Up, 1000), "FROM b"), NotProved, "at a step that is the same now"},
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
		"a port inside":               {seen(Up, 0, listening(80, 3000)), seen(Up, 1000, listening(80, 3000), onlyInside(80)), Broken, "listens on 80 at a loopback"},
		"a port inside, as before":    {seen(Up, 0, listening(80), onlyInside(80)), seen(Up, 1000, listening(80), onlyInside(80)), Proved, ""},
		"a port that opens":           {seen(Up, 0, listening(80), onlyInside(80)), seen(Up, 1000, listening(80)), Proved, ""},
		"a health check fails":        {seen(Up, 0, health(true)), seen(Up, 1000, health(false)), Broken, "its health check fails, with exit code 1"},
		"a health check, as before":   {seen(Up, 0, health(false)), seen(Up, 1000, health(false)), Proved, ""},
		"a port less":                 {seen(Up, 0, listening(80, 3000)), seen(Up, 1000, listening(3000)), Broken, "no longer listens on 80"},
		"a port nobody chose":         {seen(Up, 0, listening(3000, 40001)), seen(Up, 1000, listening(3000, 40002)), Proved, ""},
		"stays up now":                {seen(Ended, 0), seen(Up, 1000), NotProved, "ended by itself before"},
		"lacks a permission":          {seen(Up, 0), seen(Up, 1000, lacking("/app/x", "EACCES /app/x")), Broken, "EACCES /app/x"},
		"lacked it before":            {seen(Up, 0, lacking("", "12:00 EPERM")), seen(Up, 1000, lacking("", "12:01 EPERM")), Proved, ""},
		"leaves its pid file":         {seen(Up, 0), seen(Up, 1000, lacking("", `unlink() "/run/nginx.pid" failed (13: Permission denied)`)), Proved, ""},
		"may not write":               {seen(Up, 0, wrote("/app/x")), seen(Up, 1000, tries("/app/x")), NotProved, "it writes /app/x, which user 1000 may not"},
		"may write":                   {seen(Up, 0, wrote("/app/x")), seen(Up, 1000, wrote("/app/x")), Proved, ""},
		"a job may not write":         {seen(Ended, 0, wrote("/app/x")), seen(Ended, 1000, tries("/app/x")), NotProved, "it writes /app/x, which user 1000 may not"},
		"a job may write":             {seen(Ended, 0, wrote("/app/x")), seen(Ended, 1000, wrote("/app/x")), Proved, ""},
		"does not try":                {seen(Up, 0, wrote("/app/x")), seen(Up, 1000, may("/app/x", false)), NotProved, "before, it wrote /app/x, which user 1000 may not"},
		"could not write either":      {seen(Up, 5, tries("/app/log-1")), seen(Up, 1000, tries("/app/log-22")), Proved, ""},
		"writes its own instead":      {seen(Up, 0, wrote("/app/cache-0/x")), seen(Up, 1000, may("/app/cache-0/x", false), wrote("/app/cache-1000/x")), Proved, ""},
		"may not write that either":   {seen(Up, 0, wrote("/app/cache-0/x")), seen(Up, 1000, may("/app/cache-0/x", false), tries("/app/cache-1000/x")), NotProved, "it writes /app/cache-1000/x,"},
		"root's file in /tmp":         {seen(Up, 0, wrote("/tmp/x")), seen(Up, 1000, tries("/tmp/x")), NotProved, "it writes /tmp/x,"},
		"no longer in /tmp":           {seen(Up, 0, wrote("/tmp/x")), seen(Up, 1000, may("/tmp/x", false)), Proved, ""},
		"does not try, as before":     {seen(Up, 5, tries("/app/x")), seen(Up, 1000, may("/app/x", false)), Proved, ""},
		"root's home by name":         {seen(Up, 0, at("/root", "/app"), wrote("/root/x")), seen(Up, 1000, at("/home/u", "/app"), tries("/root/x"), may("/root/x", false)), NotProved, "it writes /root/x,"},
		"its home":                    {seen(Up, 0, at("/root", "/app"), wrote("/root/x")), seen(Up, 1000, at("/home/u", "/app"), wrote("/home/u/x"), may("/root/x", false)), Proved, ""},
		"no home":                     {seen(Up, 0, at("/root", "/app"), wrote("/root/x")), seen(Up, 1000, at("/", "/app"), tries("/x"), may("/root/x", false)), NotProved, "it writes /x,"},
		"the program is in root's":    {seen(Up, 0, at("/root", "/root/app"), wrote("/root/app/x")), seen(Up, 1000, at("/home/u", "/root/app"), may("/root/app/x", false)), NotProved, "it wrote /root/app/x,"},
		"npm runs no longer":          {seen(Up, 0, at("/root", "/app"), wrote("/root/.npm/_logs/x")), seen(Up, 1000, at("/home/u", "/app"), may("/root/.npm/_logs/x", false)), Proved, ""},
		"npm's cache":                 {seen(Up, 0, at("/root", "/app"), wrote("/root/.npm/_logs/x")), seen(Up, 1000, at("/home/u", "/app"), tries("/home/u/.npm/_logs/x")), Proved, ""},
		"Yarn's cache":                {seen(Up, 0, at("/root", "/app"), wrote("/usr/local/share/.cache/yarn/v6/.tmp/")), seen(Up, 1000, at("/home/u", "/app"), tries("/home/u/.cache/yarn/v6/.tmp/"), may("/usr/local/share/.cache/yarn/v6/.tmp/", false)), Proved, ""},
		"compiled code":               {seen(Up, 0), seen(Up, 1000, tries("/tmp/node-compile-cache/v25-1000/x")), Proved, ""},
		"another cache":               {seen(Up, 0, at("/root", "/app"), wrote("/root/.cache/x")), seen(Up, 1000, at("/home/u", "/app"), tries("/home/u/.cache/x")), NotProved, "it writes /home/u/.cache/x,"},
		"npm's cache elsewhere":       {seen(Up, 0, at("/root", "/app")), seen(Up, 1000, at("/home/u", "/app"), tries("/app/.npm/_logs/x")), NotProved, "it writes /app/.npm/_logs/x,"},
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

func TestWritten(t *testing.T) {
	got := written([]observer.Change{
		{Path: "/run/nginx.pid", Removed: true}, {Path: "/run/app.lock", Removed: true}, {Path: "/data", Dir: true},
		{Path: "/run/x.lock", Removed: true}, {Path: "/x"}, {Path: "/", Dir: true},
	})
	if want := []string{"/", "/data/", "/run/", "/x"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParts(t *testing.T) {
	text := strings.Repeat("x", maxArg-1) + strings.Repeat("\u00e9", maxArg)
	list := parts(text)
	if len(list) != 3 || strings.Join(list, "") != text {
		t.Errorf("there are %d parts", len(list))
	}
	for _, part := range list {
		if len(part) > maxArg || !utf8.ValidString(part) {
			t.Errorf("a part of %d bytes, valid: %t", len(part), utf8.ValidString(part))
		}
	}
}

func TestSteps(t *testing.T) {
	s := stepsOf([]byte("FROM a AS Base\nUSER u\nFROM base\nRUN x \\\n  y\nUSER v\nRUN <<E\nz\nE\n"))
	var got []string
	for _, in := range s {
		got = append(got, fmt.Sprint(in.line, " ", in.user, ": ", in.text))
	}
	want := []string{"1 : FROM a AS Base", "2 u: USER u", "3 u: FROM base", `4 u: RUN x \ y`, "6 v: USER v", "7 v: RUN <<E z E"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.at(4).name != "RUN" || s.at(5).name != "" {
		t.Errorf("got %+v, %+v", s.at(4), s.at(5))
	}
}

func TestRanCommand(t *testing.T) {
	const dockerfile = "FROM a\nCOPY b c\nRUN x"
	for name, c := range map[string]struct {
		line int
		err  string
		want bool
	}{
		"RUN":                    {3, `process "x" did not complete successfully: exit code: 1`, true},
		"RUN, without its place": {0, "executor failed running [x]: network bridge not found", true},
		"COPY":                   {2, `"/b": not found`, false},
		"not a Dockerfile":       {0, "unknown instruction: FOO", false},
	} {
		o := of(&Observation{Build: Build{Line: c.line, Error: c.err}}, dockerfile)
		if got := o.ranCommand(); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestCompareGrounds(t *testing.T) {
	v := Compare(seen(Up, 0), failedBuild("[3/4] RUN x", "exit code: 1"))
	if v.Step != "[3/4] RUN x" || v.Line != 3 || len(v.Log) != 1 {
		t.Errorf("got %+v", v)
	}
	v = Compare(seen(Up, 0, killed), seen(Up, 1, func(o *Observation) {
		o.Image.Files.Setuid = []string{"/bin/su"}
		o.Hardened = &Run{State: Failed, Reason: "exit code 1"}
	}))
	want := []string{
		"it ends on the stop signal after 1s; before, it had to be killed", "/bin/su is new, and runs with the rights of its owner",
		"with a read-only root file system, no capabilities and no-new-privileges: it fails: exit code 1",
	}
	if strings.Join(v.Notes, "\n") != strings.Join(want, "\n") {
		t.Errorf("got the notes %q", v.Notes)
	}
}
