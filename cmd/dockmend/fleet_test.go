package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// fleet is many repositories with few bases, and the registry with these.
type fleet struct {
	dir, host string
	requests  atomic.Int64
}

// floating are the tags of the fleet's bases, and staying the versions that they are.
var (
	floating = []string{"node:20-slim", "team/node:20", "shop/node:20-slim"}
	staying  = []string{"node:20.19.5-bookworm-slim", "team/node:20.19.5-bookworm", "shop/node:20.19.5-bookworm-slim"}
)

// lookUp is the requests for one base: the digest of its tag, the manifest, the
// configuration, and whether the version's tag has the same digest.
const lookUp = 4

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{dir: t.TempDir()}
	hub := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		hub.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.host = strings.TrimPrefix(server.URL, "http://")
	image := nodeImage(t)
	for _, name := range slices.Concat(floating, staying) {
		push(t, f.host+"/"+name, image)
	}
	return f
}

// clone is a repository's clone.
type clone struct{ dir, want string } // want: a line of its diff

// add makes n clones below a directory of the fleet.
func (f *fleet) add(t *testing.T, below string, n int) (clones []clone) {
	t.Helper()
	for i := range n {
		c := clone{filepath.Join(f.dir, below, fmt.Sprintf("repository %d", i)), fmt.Sprintf("+FROM %s/%s", f.host, staying[i%len(staying)])}
		if err := os.MkdirAll(c.dir, 0o755); err != nil {
			t.Fatal(err)
		}
		src := fmt.Sprintf("FROM %s/%s\nWORKDIR /srv/%d\nCOPY . .\nCMD [\"node\", \"server.js\"]\n", f.host, floating[i%len(floating)], i)
		if err := os.WriteFile(filepath.Join(c.dir, "Dockerfile"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		clones = append(clones, c)
	}
	return clones
}

// cost returns how many requests the registry gets while do runs.
func (f *fleet) cost(do func()) int64 {
	before := f.requests.Load()
	do()
	return f.requests.Load() - before
}

// inspect runs the first job: it writes the facts of all bases below a directory.
func (f *fleet) inspect(t *testing.T, below, facts string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := Run([]string{"inspect", "--from", "--json", "--no-cache", "--allow-registry", f.host, filepath.Join(f.dir, below)}, nil, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if err := os.WriteFile(facts, stdout.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// work repairs the clones with so many workers, and checks each result.
func work(t *testing.T, clones []clone, workers int, repair func(dir string) string) {
	t.Helper()
	slots := make(chan struct{}, workers)
	var wg sync.WaitGroup
	for _, c := range clones {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			got := repair(c.dir)
			if !strings.Contains(got, c.want+"\n") || !strings.Contains(got, "\n+USER node\n") {
				t.Errorf("the repair of %s is\n%s", c.dir, got)
			}
		})
	}
	wg.Wait()
}

// here returns a worker in this process.
func here(t *testing.T, flags ...string) func(dir string) string {
	return func(dir string) string {
		var stdout, stderr bytes.Buffer
		if code := Run(append(slices.Clone(flags), dir), nil, &stdout, &stderr); code != exitOK {
			t.Errorf("%s: exit code %d: %s", dir, code, stderr.String())
		}
		return stdout.String()
	}
}

// many returns a thousand, or less if the race detector makes each ten times slower.
func many() int {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return 100
	}
	return 1000
}

// TestFleetFacts: one run over many repositories asks for each base once, and any
// number of workers with its answers ask nothing.
func TestFleetFacts(t *testing.T) {
	f := newFleet(t)
	facts := filepath.Join(t.TempDir(), "facts.json")
	clones := f.add(t, "many", many())
	if n, want := f.cost(func() { f.inspect(t, "many", facts) }), int64(lookUp*len(floating)); n != want {
		t.Errorf("the first job makes %d requests, not %d", n, want)
	}
	worker := here(t, "--facts", facts, "--no-cache", "--allow-registry", f.host)
	if n := f.cost(func() { work(t, clones, 8, worker) }); n != 0 {
		t.Errorf("the workers make %d requests", n)
	}

	late := f.add(t, "late", 1)[0]
	src := []byte("FROM " + f.host + "/team/node:22\nCMD [\"node\", \"server.js\"]\n")
	if err := os.WriteFile(filepath.Join(late.dir, "Dockerfile"), src, 0o644); err != nil {
		t.Fatal(err)
	}
	if n := f.cost(func() {
		if got := worker(late.dir); got != "" {
			t.Errorf("the repair without facts is\n%s", got)
		}
	}); n != 0 {
		t.Errorf("a base that the facts lack costs %d requests", n)
	}
}

// TestFleetCache: fifty processes that start with one empty cache at the same time
// get the right answers, for no more requests than each without a cache; later ones
// ask nothing.
func TestFleetCache(t *testing.T) {
	f := newFleet(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--allow-registry", f.host, "--cache-dir", t.TempDir()}
	clones := f.add(t, "many", 50*len(floating))
	cold := f.cost(func() {
		work(t, clones[:50], 50, func(dir string) string {
			cmd := exec.Command(self, append(slices.Clone(flags), dir)...)
			cmd.Args[0] = "dockmend" // by which TestMain recognizes it
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%s: %v", dir, err)
			}
			return string(out)
		})
	})
	t.Logf("50 processes made %d requests", cold)
	if cold < lookUp*int64(len(floating)) || cold > lookUp*50 {
		t.Errorf("50 processes made %d requests", cold)
	}
	if n := f.cost(func() { work(t, clones, 50, here(t, flags...)) }); n != 0 {
		t.Errorf("with the answers in the cache, there are %d requests", n)
	}
}
