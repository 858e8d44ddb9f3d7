package registry_test

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// TestMain keeps the user's credentials and proxies out of the tests.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "dockmend")
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"HOME", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"} {
		os.Setenv(name, home)
	}
	for _, name := range []string{"REGISTRY_AUTH_FILE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		os.Unsetenv(name)
	}
	code := m.Run()
	os.RemoveAll(home)
	os.Exit(code)
}

// TestRequests counts the requests to the registry: no layer, and nothing twice.
func TestRequests(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", index(t, nodeDebian))
	h.push("library/node:20-alpine", nodeAlpine.build(t))
	in := inspector(t, registry.Options{Transport: h})
	ask := func(image, platform string) {
		t.Helper()
		f, err := in.Inspect(context.Background(), baseimage.Query{Image: image, Platform: platform})
		if err != nil {
			t.Fatal(err)
		}
		if f.Image != image || f.Platform != platform {
			t.Errorf("the facts are of %q for %q", f.Image, f.Platform)
		}
	}
	ask("node:20", "")
	requests := h.requests()
	if len(requests) != 4 || requests[0] != "HEAD index.docker.io/v2/library/node/manifests/20" {
		t.Errorf("requests: %q", requests)
	}
	for _, same := range []baseimage.Query{{Image: "node:20", Platform: "linux/amd64"}, {Image: "docker.io/library/node:20"}, {Image: "index.docker.io/node:20", Platform: "linux/x86_64"}} {
		ask(same.Image, same.Platform)
	}
	if requests := h.requests(); len(requests) != 0 {
		t.Errorf("asked again: %q", requests)
	}
	ask("node:20-alpine", "")
	if requests := h.requests(); len(requests) != 3 {
		t.Errorf("requests for another tag: %q", requests)
	}
	h.push("library/node:20-alpine3.20", nodeAlpine.build(t))
	ask("node:20-alpine3.20", "")
	if requests := h.requests(); len(requests) != 1 || requests[0] != "HEAD index.docker.io/v2/library/node/manifests/20-alpine3.20" {
		t.Errorf("requests for another name of the same image: %q", requests)
	}
	if _, err := in.Inspect(context.Background(), baseimage.Query{Image: "scratch"}); err != nil {
		t.Error(err)
	}
	if requests := h.requests(); len(requests) != 0 {
		t.Errorf("requests for scratch: %q", requests)
	}
}

func TestBadNames(t *testing.T) {
	h := newHub(t)
	in := inspector(t, registry.Options{Transport: h})
	for _, image := range []string{
		"", " ", "node:", "UPPER", "node:20:20", "http://x", "https://x/y", "node@sha256:12", "node 20", "${BASE}", "node:$TAG", "-x", "a//b", "..", "node\x00",
		"registry.example.com/Team/app", strings.Repeat("a", 300), strings.Repeat("0", 64), "node:" + strings.Repeat("1", 129),
	} {
		if f, err := in.Inspect(context.Background(), baseimage.Query{Image: image}); err == nil || err.Error() != "not a valid image name" {
			t.Errorf("%q: facts %v, error %v", image, f, err)
		}
	}
	if requests := h.requests(); len(requests) != 0 {
		t.Errorf("requests: %q", requests)
	}
}

func TestConcurrentUse(t *testing.T) {
	h := newHub(t)
	images := []string{"a", "b", "c", "d", "e", "f"}
	for _, image := range images {
		h.push("team/"+image+":1", recipe{}.build(t))
	}
	var now, most atomic.Int32
	h.fault = func(http.ResponseWriter, *http.Request) bool {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		return false
	}
	in := inspector(t, registry.Options{Transport: h, Concurrency: 2})
	var wg sync.WaitGroup
	for range 20 {
		for _, image := range images {
			wg.Go(func() {
				if _, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/" + image + ":1"}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if requests := h.requests(); len(requests) != 3*len(images) {
		t.Errorf("%d requests for %d images", len(requests), len(images))
	}
	if most.Load() > 2 {
		t.Errorf("%d requests at a time", most.Load())
	}
}

// TestCancel: a caller that gives up leaves those who wait for the same answer
// unharmed.
func TestCancel(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", nodeDebian.build(t))
	arrived := make(chan struct{})
	var once sync.Once
	h.fault = func(_ http.ResponseWriter, r *http.Request) bool {
		first := false
		once.Do(func() { first = true })
		if first {
			close(arrived)
			<-r.Context().Done()
		}
		return first
	}
	in := inspector(t, registry.Options{Transport: h})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if f, err := in.Inspect(ctx, baseimage.Query{Image: "node:20"}); !errors.Is(err, context.Canceled) {
			t.Errorf("facts %v, error %v", f, err)
		}
	})
	<-arrived
	wg.Go(func() {
		f, err := in.Inspect(context.Background(), baseimage.Query{Image: "node:20"})
		if err != nil || f.Assumed != "" {
			t.Errorf("facts %+v, error %v", f, err)
		}
	})
	cancel()
	wg.Wait()

	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := in.Inspect(done, baseimage.Query{Image: "node:22"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
