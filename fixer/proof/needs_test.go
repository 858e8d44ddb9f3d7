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

// needsCase is a command with what it depends on.
type needsCase struct {
	needs  []proof.Need
	dial   string      // where it must reach something
	state  proof.State // "" for one that is not run, "any" for any
	failed string      // a part of the verdict's reason, where a need failed
	absent string      // a part of why one was not there
}

// needsCases returns the cases of TestObserveNeeds, with an image of testdata/app, and two ports.
func needsCases(image string, port, other int) map[string]needsCase {
	at := func(port int) string { return fmt.Sprint(":", port) }
	// db is a need, changed.
	db := func(change func(*proof.Need), args ...string) []proof.Need {
		n := proof.Need{Name: "db", Hosts: []string{"db", "the-db"}, Image: image, Start: proof.Start{Command: args, Ports: []int{port}}}
		if change != nil {
			change(&n)
		}
		return []proof.Need{n}
	}
	listens, dial := []string{"-listen", at(port)}, "db"+at(port)
	healthy := func(n *proof.Need) {
		n.Healthy, n.Start.Ports = true, nil
		n.Start.HealthCheck = []string{"/bin/app", "-dial", "localhost" + at(port), "-code", "0"}
	}
	ill := func(n *proof.Need) { n.Start.HealthCheck = []string{"/bin/app", "-code", "1"} }
	veryIll := func(n *proof.Need) { ill(n); n.Healthy = true }
	elsewhere := func(n *proof.Need) { n.Start.Ports = []int{other} }
	nowhere := func(n *proof.Need) { n.Start.Ports = nil }
	job := func(n *proof.Need) { n.Completed = true }
	web := proof.Need{Name: "web", Hosts: []string{"web"}, Image: image, Start: proof.Start{Command: []string{"-dial", dial, "-listen", at(other)}, Ports: []int{other}}}
	const on = "db, which it depends on, "
	return map[string]needsCase{
		"none":                   {nil, dial, proof.Failed, "", ""},
		"it listens":             {db(nil, listens...), dial, proof.Up, "", ""},
		"by another name":        {db(nil, listens...), "the-db" + at(port), proof.Up, "", ""},
		"by no other name":       {db(nil, listens...), "other" + at(port), proof.Failed, "", ""},
		"only inside itself":     {db(nil, "-listen", "127.0.0.1"+at(port)), dial, proof.Failed, "", ""},
		"it is healthy":          {db(healthy, listens...), dial, proof.Up, "", ""},
		"it is not healthy":      {db(veryIll, listens...), dial, "", on + "is not healthy after 2s: app: started", ""},
		"it need not be healthy": {db(ill, listens...), dial, proof.Up, "", ""},
		"it never listens":       {db(nil), dial, "", on + fmt.Sprintf("listens on none of its ports (%d) after 2s", port), ""},
		"it listens elsewhere":   {db(elsewhere, listens...), dial, proof.Up, "", ""},
		"it has no port":         {db(nowhere, listens...), dial, proof.Up, "", ""},
		"it fails":               {db(nil, "-code", "3"), dial, "", on + "ended with exit code 3 after ", ""},
		"it fails later":         {db(nil, append(listens, "-lasts", "4s")...), dial, "any", on + "ended with exit code 4 after ", ""},
		"no such program":        {db(func(n *proof.Need) { n.Start.Entrypoint = []string{"nosuch"} }), dial, "", on + "ended with exit code ", ""},
		"no such user":           {db(func(n *proof.Need) { n.Start.User = "nosuch" }), dial, "", on + "does not start: ", ""},
		"a user, a low port":     {db(func(n *proof.Need) { n.Start.User, n.Start.Ports = "7:7", []int{987} }, "-listen", ":987"), "db:987", proof.Up, "", ""},
		"a job":                  {db(job, "-code", "0"), "", proof.Up, "", ""},
		"a job that goes on":     {db(job), "", "", on + "has not ended after 2s", ""},
		"a job that fails":       {db(job, "-code", "3"), "", "", on + "ended with exit code 3", ""},
		"a short one":            {db(nowhere, "-code", "0"), "", proof.Up, "", ""},
		"a volume":               {db(func(n *proof.Need) { n.Start.Volumes = []string{"/a/b"} }, append(listens, "-write", "/a/b/x", "-how", "must")...), dial, proof.Up, "", ""},
		"a tmpfs":                {db(func(n *proof.Need) { n.Mounts = []proof.Mount{{Path: "/a/b"}} }, append(listens, "-write", "/a/b/x", "-how", "must")...), dial, proof.Up, "", ""},
		"neither":                {db(nil, append(listens, "-write", "/a/b/x", "-how", "must")...), dial, "", on + "ended with exit code 5", ""},
		"no such image":          {db(func(n *proof.Need) { n.Image += "2" }), "", proof.Up, "", on + "did not run: its image can't be had: "},
		"no name":                {db(func(n *proof.Need) { n.Image = "a b" }), "", proof.Up, "", "its image can't be had: invalid reference format"},
		"it is not known":        {db(func(n *proof.Need) { n.Unknown = "it is built" }), "", proof.Up, "", on + "did not run: it is built"},
		"one needs another":      {append(db(nil, listens...), web), "web" + at(other), proof.Up, "", ""},
		"two with a port":        {append(db(nil, listens...), db(nil, listens...)...), dial, "", on + "can't listen on port ", ""},
	}
}

// TestObserveNeeds: the command finds what it depends on by name, and is not run where that fails. What
// can't be had is reported. Nothing of it is left.
func TestObserveNeeds(t *testing.T) {
	b, dir := lab(t)
	image := pushApp(t, dir)
	for name := range needsCases(image, 0, 0) {
		t.Run(name, func(t *testing.T) {
			port, other := freePort(t), freePort(t)
			c := needsCases(image, port, other)[name]
			s := spec(dir, `ENTRYPOINT ["/bin/app", "-term", "0s"]`)
			s.Ready, _ = proof.ParseReady("for:300ms")
			s.ReadyTimeout = 2 * time.Second
			if c.dial != "" {
				s.Start.Command = []string{"-dial", c.dial}
			}
			if c.state == "any" {
				s.Ready, _ = proof.ParseReady("for:3s")
			}
			s.Needs, s.Hardened = c.needs, slices.Contains([]string{"it listens", "one needs another"}, name)
			o := observe(t, b, s)
			v := o.Judge()
			state := proof.State("")
			if o.Run != nil {
				state = o.Run.State
			}
			text, _ := json.MarshalIndent(o, "", "  ")
			switch {
			case state != c.state && c.state != "any":
				t.Errorf("it is %q, want %q: %s", state, c.state, text)
			case c.failed != "" && (v.Outcome != proof.NotProved || !strings.Contains(v.Reason, c.failed)):
				t.Errorf("got %+v, want %q", v, c.failed)
			case s.Hardened && o.Hardened.State != proof.Up:
				t.Errorf("hardened, it is not up: %s", text)
			case !strings.Contains(strings.Join(v.Notes, "\n"), c.absent), c.absent == "" && v.Notes != nil:
				t.Errorf("notes %q, want %q", v.Notes, c.absent)
			}
			if len(c.needs) > 0 && c.absent == "" && !strings.HasPrefix(o.Needs[0].Digest, "sha256:") {
				t.Errorf("no digest: %s", text)
			}
			if !isFree(port) || !isFree(other) {
				t.Error("a program is left")
			}
		})
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
		for _, line := range []string{"starting db", "watching", "starting /bin/app"} {
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
