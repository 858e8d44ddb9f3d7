package proof_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// lab connects to a BuildKit, and makes a build context with only the
// program of testdata/app, which is the observer, too.
func lab(t *testing.T) (b *proof.Builder, dir string) {
	t.Helper()
	address := os.Getenv("DOCKMEND_TEST_BUILDKIT")
	if address == "" {
		t.Skip("DOCKMEND_TEST_BUILDKIT has no address of a BuildKit daemon, such as unix:///run/buildkit/buildkitd.sock")
	}
	dir = t.TempDir()
	program := filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", program, "./testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := proof.Dial(t.Context(), address, proof.Helper{Path: program, Args: []string{"observe"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b, dir
}

// head is how each Dockerfile of these tests begins.
const head = "FROM scratch\nCOPY app /bin/app\n"

func spec(dir, dockerfile string) proof.Spec {
	return proof.Spec{Context: dir, Dockerfile: []byte(head + dockerfile), ReadyTimeout: 3 * time.Second, StopTimeout: time.Second}
}

func TestObserveBuild(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct {
		dockerfile string
		timeout    time.Duration
		want       proof.Build // Error: a part of it
	}{
		"no such file": {`COPY nosuch /`, time.Minute, proof.Build{Step: "[2/2] COPY nosuch /", Line: 3, Error: `"/nosuch": not found`}},
		"a RUN fails": {
			`RUN ["/bin/app", "-code", "4"]`, time.Minute,
			proof.Build{Step: `[2/2] RUN ["/bin/app", "-code", "4"]`, Line: 3, Error: "exit code: 4", Log: []string{"app: started"}},
		},
		"no Dockerfile": {"FOO bar", time.Minute, proof.Build{Line: 3, Error: "unknown instruction: FOO"}},
		"takes long":    {`RUN ["/bin/app"]`, time.Second, proof.Build{Step: `[2/2] RUN ["/bin/app"]`, Error: "longer than 1s", Log: []string{"app: started"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			s.BuildTimeout = c.timeout
			o := observe(t, b, s)
			got := o.Build
			if got.OK || got.Step != c.want.Step || got.Line != c.want.Line || !strings.Contains(got.Error, c.want.Error) || !slices.Equal(got.Log, c.want.Log) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if o.Image != nil || o.Run != nil {
				t.Error("there is something that runs")
			}
		})
	}
}

func TestObserveRun(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct {
		dockerfile, ready string
		check             func(r *proof.Run) bool
	}{
		"listens": {
			"WORKDIR /data\nEXPOSE 8080\n" + `CMD ["app", "-listen", ":8080", "-write", "x", "-term", "300ms"]`, "",
			func(r *proof.Run) bool {
				return r.State == proof.Up && r.Process.UID == 0 && slices.Equal(r.Listening, []int{8080}) && slices.Equal(r.Wrote, []string{"/data/x"}) && r.Writable["/data/x"] &&
					!r.Stop.Killed && r.Stop.Code == 0 && r.Stop.Took > 300*time.Millisecond && r.Stop.Took < 900*time.Millisecond
			},
		},
		"a user, an entrypoint": {
			"EXPOSE 8080\nUSER 7:8\n" + `ENTRYPOINT ["/bin/app", "-listen", ":8080"]` + "\n" + `CMD ["-write", "/x"]`, "",
			func(r *proof.Run) bool {
				return r.State == proof.Up && r.Process.UID == 7 && r.Process.GID == 8 && slices.Equal(r.Wrote, []string{"/x"}) && !r.Writable["/x"] && len(r.Denied) == 1 && r.Denied[0].Path == "/x" &&
					r.Stop.Killed && r.Stop.Took == time.Second
			},
		},
		"no bytecode in the way": {
			"WORKDIR /data\n" + `CMD ["app", "-write", "/data/x$PYTHONDONTWRITEBYTECODE", "-how", "quiet"]`, "for:100ms",
			func(r *proof.Run) bool { return slices.Equal(r.Wrote, []string{"/data/x1"}) },
		},
		"ends, with a port": {
			"EXPOSE 8080\n" + `CMD ["/bin/app", "-code", "0"]`, "", func(r *proof.Run) bool { return r.State == proof.Ended },
		},
		"ends":       {`CMD ["/bin/app", "-code", "0"]`, "", func(r *proof.Run) bool { return r.State == proof.Ended && r.Stop == nil }},
		"fails":      {`CMD ["/bin/app", "-code", "5"]`, "", func(r *proof.Run) bool { return r.State == proof.Failed && r.ExitCode == 5 }},
		"no program": {`CMD ["nosuch"]`, "", func(r *proof.Run) bool { return r.State == proof.Failed && strings.Contains(r.Log[0], "not found") }},
		"no user": {
			"USER nosuch\n" + `CMD ["/bin/app"]`, "",
			func(r *proof.Run) bool {
				return r.State == proof.Failed && strings.Contains(r.Reason, "unable to find user nosuch")
			},
		},
		"no command": {"USER 1", "", func(r *proof.Run) bool { return r.State == proof.Failed && r.Reason == "the image has no command" }},
		"a low port": {
			"EXPOSE 80\nUSER 1000\n" + `CMD ["/bin/app", "-listen", ":80", "-write", "/x"]`, "",
			func(r *proof.Run) bool {
				return r.State == proof.Up && r.MayBind && r.Process.UID == 1000 && len(r.Denied) == 1 && r.Denied[0].Path == "/x"
			},
		},
		"another port": {
			"EXPOSE 80\n" + `CMD ["/bin/app", "-listen", ":8080"]`, "",
			func(r *proof.Run) bool { return r.State == proof.Alive && slices.Equal(r.Listening, []int{8080}) },
		},
		"http":      {`CMD ["/bin/app", "-listen", ":8080"]`, "http://:8080/health", func(r *proof.Run) bool { return r.State == proof.Up }},
		"http 404":  {`CMD ["/bin/app", "-listen", ":8080"]`, "http://:8080/nosuch", func(r *proof.Run) bool { return r.State == proof.Alive }},
		"log":       {`CMD ["/bin/app"]`, "log:start.d$", func(r *proof.Run) bool { return r.State == proof.Up && r.Took < time.Second }},
		"log never": {`CMD ["/bin/app"]`, "log:nosuch", func(r *proof.Run) bool { return r.State == proof.Alive }},
		"for":       {`CMD ["/bin/app"]`, "for:1s", func(r *proof.Run) bool { return r.State == proof.Up && r.Took > time.Second }},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			var err error
			if s.Ready, err = proof.ParseReady(c.ready); err != nil {
				t.Fatal(err)
			}
			o := observe(t, b, s)
			if o.Run == nil || !c.check(o.Run) {
				text, _ := json.MarshalIndent(o, "", "  ")
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestObserveHardened(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct {
		dockerfile string
		denied     string
	}{
		"a volume":             {"USER 5:5\nCOPY --chown=5:5 app /vol/app\nVOLUME /vol\n" + `CMD ["/bin/app", "-write", "/vol/x"]`, ""},
		"a volume not there":   {"VOLUME /a/b\n" + `CMD ["/bin/app", "-write", "/a/b/x"]`, ""},
		"the temporary folder": {"USER 5:5\n" + `CMD ["/bin/app", "-write", "/tmp/x"]`, ""},
		"elsewhere":            {"WORKDIR /app\n" + `CMD ["/bin/app", "-write", "/app/x"]`, "/app/x"},
		"a low port":           {"USER 5:5\n" + `CMD ["/bin/app", "-listen", ":80"]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			s.Hardened = true
			s.Ready, _ = proof.ParseReady("for:300ms")
			h := observe(t, b, s).Hardened
			if h == nil || h.State != proof.Up || !h.Process.NoNewPrivs || h.Stop != nil {
				t.Fatalf("got %+v", h)
			}
			if strings.Trim(h.Process.Bounding, "0") != "" && !h.MayBind || strings.Trim(h.Process.Bounding, "0") == "" && h.MayBind {
				t.Errorf("it can have the capabilities %s, may bind: %t", h.Process.Bounding, h.MayBind)
			}
			got := ""
			for _, d := range h.Denied {
				got += d.Path
			}
			if got != c.denied {
				t.Errorf("denied %q, want %q", got, c.denied)
			}
		})
	}
}

// TestObserveMounts: a hardened command can write what Mounts says, which is empty and its user's, and
// what that hides, what is executed there and what works otherwise is a lack.
func TestObserveMounts(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct {
		dockerfile string
		own        []string // directories that are the user's, besides /tmp
		lack       string   // a part of it
	}{
		"nothing":                  {`CMD ["/bin/app"]`, nil, ""},
		"a directory of its own":   {`CMD ["/bin/app", "-how", "deep", "-write", "/cache/a/x"]`, []string{"/cache"}, ""},
		"not that directory":       {`CMD ["/bin/app", "-how", "deep", "-write", "/home/a/x"]`, nil, "denied access /home/a"},
		"what the image has there": {"COPY app /tmp/deep/app\n" + `CMD ["/bin/app"]`, nil, "what the image has in /tmp"},
		"compiled code there":      {"COPY app /tmp/node-compile-cache/v25/app\nCOPY app /tmp/v8-compile-cache-0/v11/app\n" + `CMD ["/bin/app"]`, nil, ""},
		"an empty directory there": {"WORKDIR /tmp/deep/empty\nWORKDIR /\n" + `CMD ["/bin/app"]`, nil, ""},
		"a program":                {`CMD ["/bin/app", "-how", "program", "-write", "/tmp/program"]`, nil, ""},
		"a program that it starts": {`CMD ["/bin/app", "-how", "starts", "-write", "/tmp/program"]`, nil, "denied access /tmp/program"},
		"a job":                    {`CMD ["/bin/app", "-code", "0"]`, nil, ""},
		"a job that writes":        {`CMD ["/bin/app", "-how", "deep", "-write", "/tmp/x", "-code", "0"]`, nil, ""},
		"its health":               {`HEALTHCHECK CMD ["/bin/app", "-write", "/tmp/x", "-code", "0"]` + "\n" + `CMD ["/bin/app"]`, nil, ""},
		"no longer its health":     {`HEALTHCHECK CMD ["/bin/app", "-unless", "/home/h", "-code", "0"]` + "\n" + `CMD ["/bin/app"]`, nil, "its health check fails"},
		"what its health writes":   {`HEALTHCHECK CMD ["/bin/app", "-write", "/w/x", "-code", "0"]` + "\n" + `CMD ["/bin/app"]`, []string{"wrote /w/x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, "COPY --chown=5:6 app /home/app\nWORKDIR /w\nWORKDIR /\nUSER 5:6\n"+c.dockerfile)
			s.Hardened = true
			s.Ready, _ = proof.ParseReady("for:300ms")
			s.Mounts = func(wrote []string, as observer.User) []proof.Mount {
				list := []proof.Mount{{Path: "/tmp", NoExec: true}}
				for _, own := range c.own {
					if file, ok := strings.CutPrefix(own, "wrote "); ok {
						if !slices.Contains(wrote, file) {
							t.Errorf("%s was not seen among %q", file, wrote)
						}
						continue
					}
					list = append(list, proof.Mount{Path: own, UID: as.UID, GID: as.GID, Mode: 0o700})
				}
				return list
			}
			o := observe(t, b, s)
			if got := o.Lack(); c.lack == "" && got != "" || !strings.Contains(got, c.lack) {
				t.Errorf("got %q, want %q\n%+v", got, c.lack, o.Hardened)
			}
		})
	}
}

func TestProve(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct {
		before, after string
		want          proof.Outcome
	}{
		"proved":            {"CMD [\"/bin/app\"]", "USER 1\nCMD [\"/bin/app\"]", proof.Proved},
		"root":              {"CMD [\"/bin/app\"]", "LABEL a=b\nCMD [\"/bin/app\"]", proof.NotProved},
		"may not write":     {"CMD [\"/bin/app\", \"-write\", \"/x\"]", "USER 1\nCMD [\"/bin/app\", \"-write\", \"/x\"]", proof.Broken},
		"does not say so":   {"CMD [\"/bin/app\", \"-write\", \"/x\"]", "USER 1\nCMD [\"/bin/app\"]", proof.NotProved},
		"a low port":        {"CMD [\"/bin/app\", \"-listen\", \":80\", \"-write\", \"/x\"]", "USER 1\nCMD [\"/bin/app\", \"-listen\", \":80\"]", proof.NotProved},
		"fails as before":   {"CMD [\"/bin/app\", \"-code\", \"1\"]", "USER 1\nCMD [\"/bin/app\", \"-code\", \"1\"]", proof.SameFailure},
		"ends as before":    {"CMD [\"/bin/app\", \"-code\", \"0\"]", "USER 1\nCMD [\"/bin/app\", \"-code\", \"0\"]", proof.Proved},
		"healthy":           {"HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"0\"]\nCMD [\"/bin/app\"]", "HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"0\"]\nUSER 1\nCMD [\"/bin/app\"]", proof.Proved},
		"no longer healthy": {"HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"0\"]\nCMD [\"/bin/app\"]", "HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"1\"]\nUSER 1\nCMD [\"/bin/app\"]", proof.Broken},
		"never healthy":     {"HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"1\"]\nCMD [\"/bin/app\"]", "HEALTHCHECK CMD [\"/bin/app\", \"-code\", \"1\"]\nUSER 1\nCMD [\"/bin/app\"]", proof.Proved},
		"no longer builds":  {"USER 1\nCMD [\"/bin/app\"]", "RUN x\nCMD [\"/bin/app\"]", proof.Broken},
		"no longer starts":  {"CMD [\"/bin/app\"]", "USER nosuch\nCMD [\"/bin/app\"]", proof.Broken},
		"builds as before":  {"RUN x", "USER 1\nRUN x", proof.SameFailure},
		"builds and starts": {"RUN x", "USER 1\nCMD [\"/bin/app\"]", proof.Repaired},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := spec(dir, c.before), spec(dir, c.after)
			before.Ready, _ = proof.ParseReady("for:300ms")
			after.Ready = before.Ready
			p, err := b.Prove(t.Context(), before, after)
			if err != nil {
				t.Fatal(err)
			}
			if p.Verdict.Outcome != c.want {
				t.Errorf("got %+v, want %q", p.Verdict, c.want)
			}
			t.Log(p.Verdict.Reason)
		})
	}
}

// TestProveAgain makes sure that a before that does not work is tried again, and is not
// what after is measured by.
func TestProveAgain(t *testing.T) {
	b, dir := lab(t)
	// The environment makes it a step that BuildKit has not in its cache: the id of a
	// mount does not.
	id := rand.Text()
	flaky := "ENV ID=" + id + "\n" + `RUN --mount=type=cache,id=` + id + `,target=/c ["/bin/app", "-unless", "/c/x", "-code", "0"]` + "\n"
	step := `RUN ["/bin/app", "-unless", "$F", "-code", "0"]` + "\n"
	for name, c := range map[string]struct {
		before, after string
		want          proof.Outcome
		reason, note  string
	}{
		"a step fails at first": {flaky, "ENV A=b\n" + flaky, proof.Proved, "what it did before", "works now and then, and failed at first: [stage-0 2/"},
		"a step fails, elsewhere it does not": {
			"ENV F=/nosuch/x\n" + step, "ENV F=/bin/app\n" + step, proof.NotProved, "at a step that is the same now", "failed twice; at first: [2/2] RUN [\"/bin/app\", \"-unless\", \"/nosuch/x\", \"-code\", \"0\"]: exit code: 1",
		},
		"a step is repaired": {
			"RUN [\"/bin/app\", \"-code\", \"1\"]\n", "RUN [\"/bin/app\", \"-code\", \"0\"]\n", proof.Repaired, "what failed is changed: [2/2] RUN", "failed twice",
		},
		"the command fails": {
			"ENV F=/nosuch/x\n", "ENV F=/bin/app\n", proof.NotProved, "there is nothing to compare with: it ended with exit code 1", "failed twice; at first: it ended with exit code 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := spec(dir, c.before+`CMD ["/bin/app", "-unless", "$F", "-term", "0s"]`)
			before.Ready, _ = proof.ParseReady("for:300ms")
			after := before
			after.Dockerfile = []byte(head + c.after + "USER 1\n" + `CMD ["/bin/app", "-unless", "$F", "-term", "0s"]`)
			p, err := b.Prove(t.Context(), before, after)
			if err != nil {
				t.Fatal(err)
			}
			v := p.Verdict
			if v.Outcome != c.want || !strings.Contains(v.Reason, c.reason) || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], c.note) {
				t.Errorf("got %+v, want %q because of %q, with the note %q", v, c.want, c.reason, c.note)
			}
		})
	}
}

// TestProveWrites has commands that swallow each error: what the new user may not write
// is found all the same, and what it may write, or needs not write, is not.
func TestProveWrites(t *testing.T) {
	b, dir := lab(t)
	if err := os.WriteFile(filepath.Join(dir, "passwd"), []byte("root:x:0:0::/root:\napp:x:1:1::/home/app:\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const (
		roots = "COPY app /data/app\n"
		owned = "COPY --chown=1:1 app /data/app\n"
		users = "COPY passwd /etc/passwd\nCOPY app /root/app\n"
		home  = users + "COPY --chown=1:1 app /home/app/app\n"
		bare  = users + "COPY app /home/app/app\n"
	)
	for name, c := range map[string]struct {
		image, args, want string // what the reason names; "" for proved
	}{
		"at the start":                 {roots, `"-write", "/data/x"`, "/data/x"},
		"at the start, may":            {owned, `"-write", "/data/x"`, ""},
		"a little later":               {roots, `"-write", "/data/x", "-when", "later"`, "/data/x"},
		"a little later, may":          {owned, `"-write", "/data/x", "-when", "later"`, ""},
		"at a request":                 {roots + "EXPOSE 8080\n", `"-listen", ":8080", "-write", "/data/x", "-when", "request"`, "/data/x"},
		"at a request, may":            {owned + "EXPOSE 8080\n", `"-listen", ":8080", "-write", "/data/x", "-when", "request"`, ""},
		"at the end":                   {roots, `"-write", "/data/x", "-when", "term"`, "/data/x"},
		"at the end, may":              {owned, `"-write", "/data/x", "-when", "term"`, ""},
		"a job":                        {roots, `"-write", "/data/x", "-code", "0"`, "/data/x"},
		"a job, may":                   {owned, `"-write", "/data/x", "-code", "0"`, ""},
		"and removes it":               {roots, `"-write", "/data/x", "-how", "temporary"`, "/data/"},
		"and removes it, may":          {owned, `"-write", "/data/x", "-how", "temporary"`, ""},
		"ends badly":                   {roots, `"-write", "/data/x", "-when", "term", "-ends", "3"`, "/data/x"},
		"ends badly, may":              {owned, `"-write", "/data/x", "-when", "term", "-ends", "3"`, ""},
		"very many":                    {roots, `"-write", "/data/x", "-how", "many"`, "/data/"},
		"very many, may":               {owned, `"-write", "/data/x", "-how", "many"`, ""},
		"asks first":                   {roots, `"-write", "/data/x", "-how", "asks"`, "/data/x"},
		"asks first, may":              {owned, `"-write", "/data/x", "-how", "asks"`, ""},
		"replaces its own file":        {roots + "COPY --chown=1:1 app /data/x\n", `"-write", "/data/x", "-how", "replace"`, "/data/"},
		"writes its own file":          {roots + "COPY --chown=1:1 app /data/x\n", `"-write", "/data/x"`, ""},
		"root's file in its directory": {owned + "COPY app /data/x\n", `"-write", "/data/x"`, "/data/x"},
		"root's home by name":          {home, `"-write", "/root/x"`, "/root/x"},
		"its home":                     {home, `"-write", "$HOME/x"`, ""},
		"a home that it may not write": {bare, `"-write", "$HOME/x"`, "/home/app/x"},
		"npm's cache in such a home":   {bare, `"-write", "$HOME/.npm"`, ""},
		"no home":                      {roots, `"-write", "$HOME/x"`, "/x"},
		"root's file in /tmp":          {"COPY --chown=1:1 app /tmp/\nCOPY app /tmp/x\n", `"-write", "/tmp/x"`, "/tmp/x"},
		"its own file in /tmp":         {"COPY --chown=1:1 app /tmp/\nCOPY app /tmp/x\n", `"-write", "/tmp/y"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(c.args, "-how") {
				c.args += `, "-how", "quiet"`
			}
			cmd := `CMD ["/bin/app", "-term", "0s", ` + c.args + "]"
			before, after := spec(dir, c.image+cmd), spec(dir, c.image+"USER 1:1\n"+cmd)
			before.ReadyTimeout = 20 * time.Second
			if !strings.Contains(c.args, "-listen") {
				before.Ready, _ = proof.ParseReady("for:100ms")
			}
			after.Ready, after.ReadyTimeout = before.Ready, before.ReadyTimeout
			p, err := b.Prove(t.Context(), before, after)
			if err != nil {
				t.Fatal(err)
			}
			want := proof.Proved
			if c.want != "" {
				want = proof.NotProved
			}
			if v := p.Verdict; v.Outcome != want || c.want != "" && !strings.HasSuffix(v.Reason, c.want+", which user 1 may not") {
				t.Errorf("got %+v, want %q because of %q", v, want, c.want)
			}
		})
	}
}

// TestInterrupted makes sure that nothing continues when its context ends.
func TestInterrupted(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct{ dockerfile, line string }{
		"while it builds":     {`RUN ["/bin/app"]`, "RUN"},
		"while it is watched": {`CMD ["/bin/app"]`, "watching"},
		"while it runs":       {`CMD ["/bin/app"]`, "starting"},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			s.Ready, _ = proof.ParseReady("for:3s")
			ctx, cancel := context.WithCancel(t.Context())
			cancelled, once := make(chan time.Time, 1), sync.Once{}
			s.Progress = func(line string) {
				if strings.Contains(line, c.line) {
					once.Do(func() { time.AfterFunc(300*time.Millisecond, func() { cancelled <- time.Now(); cancel() }) })
				}
			}
			if _, err := b.Observe(ctx, s); !errors.Is(err, context.Canceled) {
				t.Errorf("got the error %v", err)
			}
			if took := time.Since(<-cancelled); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func observe(t *testing.T, b *proof.Builder, s proof.Spec) *proof.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o, err := b.Observe(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
