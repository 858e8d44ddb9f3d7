package proof_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/dockmend/dockmend/fixer/proof"
)

// pushApp starts a registry with an image of the program of testdata/app, and returns the image's
// name. The BuildKit of these tests has the network of this machine, as its containers have.
func pushApp(t *testing.T, dir string) string {
	t.Helper()
	program, err := os.ReadFile(filepath.Join(dir, "app"))
	if err != nil {
		t.Fatal(err)
	}
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	if err := w.WriteHeader(&tar.Header{Name: "bin/app", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: runtime.GOARCH, Config: v1.Config{Entrypoint: []string{"/bin/app"}}})
	if err != nil {
		t.Fatal(err)
	}
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		t.Fatal(err)
	}
	hub := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(hub.Close)
	tag, err := name.NewTag(strings.TrimPrefix(hub.URL, "http://") + "/db:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, image); err != nil {
		t.Fatal(err)
	}
	return tag.String()
}

var lastPort atomic.Int32

// freePort returns a port that no program of this machine has, below those that the kernel assigns.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := int(lastPort.Add(1)) + 21000
		if l, err := net.Listen("tcp", fmt.Sprint(":", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("there is no free port")
	return 0
}

// isFree reports whether no program of this machine listens on a port, or the one that does soon ends.
func isFree(port int) bool {
	for range 30 {
		l, err := net.Listen("tcp", fmt.Sprint(":", port))
		if err == nil {
			l.Close()
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

// TestObserveNeeds: the command finds what it depends on by name, whichever way that is ready, and each
// finds those before it. What can't be had is reported, and the command runs. Nothing is left.
func TestObserveNeeds(t *testing.T) {
	b, dir := lab(t)
	s := spec(dir, `ENTRYPOINT ["/bin/app", "-term", "0s"]`)
	s.Ready, _ = proof.ParseReady("for:300ms")
	image, dial := pushApp(t, dir), ""
	var ports []int
	// add adds a need, changed, that listens on a port, which the command and the needs after it dial.
	add := func(name string, change func(*proof.Need), args ...string) {
		port := freePort(t)
		n := proof.Need{Name: name, Hosts: []string{name, "the-" + name}, Image: image, Start: proof.Start{Ports: []int{port}}}
		n.Start.Command = append([]string{"-listen", fmt.Sprint(":", port), "-dial", dial}, args...)
		if change != nil {
			change(&n)
		}
		s.Needs, ports, dial = append(s.Needs, n), append(ports, port), fmt.Sprintf("the-%s:%d,%s", name, port, dial)
	}
	add("plain", nil)
	add("healthy", func(n *proof.Need) {
		n.Healthy, n.Start.HealthCheck = true, []string{"/bin/app", "-dial", fmt.Sprint("localhost:", n.Start.Ports[0]), "-code", "0"}
		n.Start.Ports = nil
	})
	add("ill", func(n *proof.Need) { n.Start.HealthCheck = []string{"/bin/app", "-code", "1"} })
	add("elsewhere", func(n *proof.Need) { n.Start.Ports = []int{freePort(t)} })
	add("nowhere", func(n *proof.Need) { n.Start.Ports = nil })
	add("volume", func(n *proof.Need) { n.Start.Volumes = []string{"/a/b"} }, "-write", "/a/b/x", "-how", "must")
	add("tmpfs", func(n *proof.Need) { n.Start.User, n.Mounts = "7:7", []proof.Mount{{Path: "/a/b"}} }, "-write", "/a/b/x", "-how", "must")
	add("low", func(n *proof.Need) {
		n.Start.User, n.Start.Ports, n.Start.Command = "7:7", []int{987}, []string{"-listen", ":987", "-dial", dial}
	})
	dial = "low:987" + strings.TrimPrefix(dial, fmt.Sprint("the-low:", ports[len(ports)-1]))
	job := proof.Start{Command: []string{"-code", "0"}}
	s.Needs = append(s.Needs, proof.Need{Name: "job", Image: image, Start: job, Completed: true}, proof.Need{Name: "short", Image: image, Start: job},
		proof.Need{Name: "lost", Image: image + "2"}, proof.Need{Name: "misspelt", Image: "a b"}, proof.Need{Name: "built", Unknown: "it is built"})
	s.Start.Command, s.Hardened = []string{"-dial", dial}, true
	o := observe(t, b, s)
	text, _ := json.MarshalIndent(o, "", "  ")
	if o.Run == nil || o.Run.State != proof.Up || o.Hardened.State != proof.Up || len(o.Needs) != len(s.Needs) {
		t.Fatalf("got %s", text)
	}
	v := o.Judge()
	if v.Outcome != proof.NotProved || !strings.Contains(v.Reason, "is root") || len(v.Notes) != 3 {
		t.Errorf("got %+v", v)
	}
	for name, want := range map[string]string{"lost": "its image can't be had: ", "misspelt": "its image can't be had: invalid reference format", "built": "it is built"} {
		if !strings.Contains(strings.Join(v.Notes, "\n"), name+", which it depends on, did not run: "+want) {
			t.Errorf("%s: got %q", name, v.Notes)
		}
	}
	for _, n := range o.Needs {
		if n.Lacks() == "" && !strings.HasPrefix(n.Digest, "sha256:") {
			t.Errorf("%+v", n)
		}
	}
	for _, port := range append(ports, 987) {
		if !isFree(port) {
			t.Errorf("a program is left on port %d", port)
		}
	}
}

// TestObserveNeedsFail: a command whose need fails is not run, and neither is one that reaches what
// no other container would reach.
func TestObserveNeedsFail(t *testing.T) {
	b, dir := lab(t)
	image := pushApp(t, dir)
	const on = "db, which it depends on, "
	for name, c := range map[string]struct {
		change func(n *proof.Need, port int)
		dial   string // the host
		reason string // a part of the verdict's; {port} is the need's
	}{
		"it is not needed":   {func(n *proof.Need, _ int) { n.Unknown = "x" }, "db", "it does not work, hardened or not: it ended with exit code 6"},
		"by no other name":   {nil, "other", "it does not work, hardened or not: it ended with exit code 6"},
		"only inside itself": {func(n *proof.Need, port int) { n.Start.Command[1] = fmt.Sprint("127.0.0.1:", port) }, "db", "it does not work, hardened or not: it ended with exit code 6"},
		"it is not healthy": {
			func(n *proof.Need, _ int) { n.Healthy, n.Start.HealthCheck = true, []string{"/bin/app", "-code", "1"} },
			"db", on + "is not healthy after 2s: app: started",
		},
		"it never listens": {func(n *proof.Need, _ int) { n.Start.Command = nil }, "db", on + "listens on none of its ports ({port}) after 2s"},
		"it fails":         {func(n *proof.Need, _ int) { n.Start.Command = []string{"-code", "3"} }, "db", on + "ended with exit code 3 after "},
		"it fails later": {
			func(n *proof.Need, _ int) { n.Start.Command = append(n.Start.Command, "-lasts", "2s") },
			"db", on + "ended with exit code 4 after ",
		},
		"no such program": {func(n *proof.Need, _ int) { n.Start.Entrypoint = []string{"nosuch"} }, "db", on + "ended with exit code "},
		"no such user":    {func(n *proof.Need, _ int) { n.Start.User = "nosuch" }, "db", on + "does not start: "},
		"no such directory": {func(n *proof.Need, _ int) {
			n.Start.Command = append(n.Start.Command, "-write", "/a/b/x", "-how", "must")
		}, "db", on + "ended with exit code 5"},
		"it is started again": {func(n *proof.Need, _ int) { n.Stays, n.Start.Command = true, []string{"-code", "0"} }, "db", on + "ended with exit code 0 before it was ready"},
		"it listens nowhere":  {func(n *proof.Need, _ int) { n.Start = proof.Start{} }, "db", "it does not work, hardened or not: it ended with exit code 6"},
		"a job that goes on":  {func(n *proof.Need, _ int) { n.Completed = true }, "db", on + "has not ended after 2s"},
		"a job that fails":    {func(n *proof.Need, _ int) { n.Completed, n.Start.Command = true, []string{"-code", "3"} }, "db", on + "ended with exit code 3"},
	} {
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			s := spec(dir, fmt.Sprintf(`CMD ["/bin/app", "-term", "0s", "-dial", "%s:%d"]`, c.dial, port))
			s.Ready, _ = proof.ParseReady("for:300ms")
			s.ReadyTimeout = 2 * time.Second
			n := proof.Need{Name: "db", Hosts: []string{"db"}, Image: image, Start: proof.Start{Command: []string{"-listen", fmt.Sprint(":", port)}, Ports: []int{port}}}
			if c.change != nil {
				c.change(&n, port)
			}
			s.Needs = []proof.Need{n}
			o := observe(t, b, s)
			if v := o.Judge(); v.Outcome != proof.NotProved || !strings.Contains(v.Reason, strings.ReplaceAll(c.reason, "{port}", fmt.Sprint(port))) {
				t.Errorf("got %+v, want %q", v, c.reason)
			}
			if !isFree(port) {
				t.Error("a program is left")
			}
		})
	}
}

// TestObserveNeedsLate: a command whose need may be there after it is seen without it, too; and its
// hardened run meets a need that is as new as that of the first run.
func TestObserveNeedsLate(t *testing.T) {
	b, dir := lab(t)
	port := freePort(t)
	db := proof.Need{Name: "db", Hosts: []string{"db"}, Image: pushApp(t, dir), Start: proof.Start{Command: []string{"-listen", fmt.Sprint(":", port)}, Ports: []int{port}}}
	for late, healthy := range map[bool]bool{true: false, false: true} {
		s := spec(dir, fmt.Sprintf(`CMD ["/bin/app", "-term", "0s", "-dial", "db:%d", "-write", "/crash.log", "-when", "lost"]`, port))
		s.Ready, _ = proof.ParseReady("for:300ms")
		s.Hardened, s.Needs = true, []proof.Need{db}
		s.Needs[0].Healthy = healthy
		var started atomic.Int64
		s.Progress = func(line string) {
			if strings.HasPrefix(line, "starting db") {
				started.Add(1)
			}
		}
		o := observe(t, b, s)
		if o.Run == nil || o.Run.State != proof.Up || len(o.Run.Listening) > 0 || o.Hardened == nil || started.Load() != 2 {
			t.Fatalf("late %t: %d times started, %+v", late, started.Load(), o)
		}
		if got := slices.Contains(o.Run.Wrote, "/crash.log"); got != late {
			t.Errorf("late %t: it wrote %q", late, o.Run.Wrote)
		}
	}
}

// TestObserveNeedsOfOthers: a port that another program has is not the need's; both sides of a proof have
// the needs; and after an interruption, nothing of them is left.
func TestObserveNeedsOfOthers(t *testing.T) {
	b, dir := lab(t)
	port, other := freePort(t), freePort(t)
	listens, dial := fmt.Sprint(":", port), fmt.Sprint("db:", port)
	db := proof.Need{Name: "db", Hosts: []string{"db"}, Image: pushApp(t, dir), Start: proof.Start{Command: []string{"-listen", listens}, Ports: []int{port}}}
	t.Run("a port of another program", func(t *testing.T) {
		l, err := net.Listen("tcp", listens)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		s := spec(dir, `CMD ["/bin/app", "-dial", "`+dial+`"]`)
		s.Needs = []proof.Need{db}
		if v := observe(t, b, s).Judge(); v.Outcome != proof.NotProved || !strings.Contains(v.Reason, "which another program has") {
			t.Errorf("got %+v", v)
		}
	})
	t.Run("both sides", func(t *testing.T) {
		before, after := spec(dir, `CMD ["/bin/app", "-term", "0s", "-dial", "`+dial+`"]`), spec(dir, "USER 7\n"+`CMD ["/bin/app", "-term", "0s", "-dial", "`+dial+`"]`)
		before.Needs = []proof.Need{db}
		before.Ready, _ = proof.ParseReady("for:300ms")
		after.Needs, after.Ready = before.Needs, before.Ready
		p, err := b.Prove(t.Context(), before, after)
		if err != nil || p.Verdict.Outcome != proof.Proved {
			t.Errorf("%v: %+v", err, p)
		}
		failing := db
		failing.Start.Command = []string{"-code", "3"}
		after.Needs = []proof.Need{failing}
		p, err = b.Prove(t.Context(), before, after)
		if err != nil || p.Verdict.Outcome != proof.NotProved || !strings.HasPrefix(p.Verdict.Reason, "db, which it depends on, ended") {
			t.Errorf("%v: %+v", err, p)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		for _, line := range []string{"starting db", "watching"} {
			s := spec(dir, `CMD ["/bin/app"]`)
			s.Needs = []proof.Need{db}
			if line == "starting db" {
				s.Needs[0].Start.Ports = []int{other} // which it never listens on
			}
			ctx, cancel := context.WithCancel(t.Context())
			var cancelled atomic.Int64
			s.Progress = func(got string) {
				if strings.HasPrefix(got, line) {
					time.AfterFunc(time.Second, func() { cancelled.Store(time.Now().UnixNano()); cancel() })
				}
			}
			_, err := b.Observe(ctx, s)
			if took := time.Since(time.Unix(0, cancelled.Load())); !errors.Is(err, context.Canceled) || took > 5*time.Second {
				t.Errorf("%s: got the error %v, %v afterwards", line, err, took)
			}
			if !isFree(port) {
				t.Errorf("%s: a program is left", line)
			}
			cancel()
		}
	})
}
