package proof_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
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
				return r.State == proof.Up && r.Process.UID == 0 && slices.Equal(r.Listening, []int{8080}) && slices.Equal(r.Wrote, []string{"/data/x"}) &&
					!r.Stop.Killed && r.Stop.Code == 0 && r.Stop.Took > 300*time.Millisecond && r.Stop.Took < 900*time.Millisecond
			},
		},
		"a user, an entrypoint": {
			"EXPOSE 8080\nUSER 7:8\n" + `ENTRYPOINT ["/bin/app", "-listen", ":8080"]` + "\n" + `CMD ["-write", "/x"]`, "",
			func(r *proof.Run) bool {
				return r.State == proof.Up && r.Process.UID == 7 && r.Process.GID == 8 && len(r.Wrote) == 0 && len(r.Denied) == 1 && r.Denied[0].Path == "/x" &&
					r.Stop.Killed && r.Stop.Took == time.Second
			},
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
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			s.Hardened = true
			s.Ready, _ = proof.ParseReady("for:300ms")
			h := observe(t, b, s).Hardened
			if h == nil || h.State != proof.Up || !h.Process.NoNewPrivs || h.Stop != nil {
				t.Fatalf("got %+v", h)
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
		"no longer builds":  {"USER 1\nCMD [\"/bin/app\"]", "RUN x\nCMD [\"/bin/app\"]", proof.Broken},
		"no longer starts":  {"CMD [\"/bin/app\"]", "USER nosuch\nCMD [\"/bin/app\"]", proof.Broken},
		"builds as before":  {"RUN x", "USER 1\nRUN x", proof.SameFailure},
		"builds and starts": {"RUN x", "USER 1\nCMD [\"/bin/app\"]", proof.Proved},
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

// TestInterrupted makes sure that nothing continues when its context ends.
func TestInterrupted(t *testing.T) {
	b, dir := lab(t)
	for name, c := range map[string]struct{ dockerfile, line string }{
		"while it builds": {`RUN ["/bin/app"]`, "RUN"},
		"while it runs":   {`CMD ["/bin/app"]`, "starting"},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec(dir, c.dockerfile)
			s.Ready, _ = proof.ParseReady("for:1m")
			ctx, cancel := context.WithCancel(t.Context())
			s.Progress = func(line string) {
				if strings.Contains(line, c.line) {
					time.AfterFunc(300*time.Millisecond, cancel)
				}
			}
			began := time.Now()
			if _, err := b.Observe(ctx, s); !errors.Is(err, context.Canceled) {
				t.Errorf("got the error %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
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
