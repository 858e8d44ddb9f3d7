package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// TestPinRequests: finding the version of an image takes HEAD requests, which
// registries with a limit don't count, and no document besides those of the image
// itself; the digest of the index is written.
func TestPinRequests(t *testing.T) {
	var mu sync.Mutex
	var requests []string
	real := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, what, ok := strings.Cut(r.URL.Path, "/manifests/"); ok {
			if strings.HasPrefix(what, "sha256:") {
				what = "by digest"
			}
			mu.Lock()
			requests = append(requests, r.Method+" "+what)
			mu.Unlock()
		}
		real.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	slim := nodeImage(t)
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: slim, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: nodeImage(t), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}})
	pushIndex(t, host+"/node:20-slim", index)
	pushIndex(t, host+"/node:20.19.5-slim", index)
	push(t, host+"/node:20.19.5-bookworm-slim", slim) // one platform's own manifest
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	file := filepath.Join(dir, "Dockerfile")
	src := strings.ReplaceAll(`FROM HOST/node:20-slim AS build
RUN npm ci

FROM --platform=linux/amd64 HOST/node:20-slim
COPY --from=HOST/node:20-slim /usr/local/bin/node /node
CMD ["node", "server.js"]
`, "HOST", host)
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	fix := func(args ...string) (out string, asked []string) {
		t.Helper()
		requests = nil
		var stdout, stderr bytes.Buffer
		args = append(args, "--only", "pin-image", "--allow-registry", host, "--cache-dir", filepath.Join(dir, "cache"), file)
		if code := Run(args, strings.NewReader(""), &stdout, &stderr); code != exitOK {
			t.Fatalf("exit code %d: %s", code, stderr.String())
		}
		slices.Sort(requests)
		return stdout.String(), requests
	}

	tag, asked := fix()
	if n := strings.Count(tag, "\n+"); n != 4 || strings.Count(tag, host+"/node:20.19.5-slim") != 3 {
		t.Errorf("the diff is\n%s", tag)
	}
	// The index and its member, once; the reference and its candidates, the first
	// of which names something else and the second nothing.
	want := []string{"GET by digest", "GET by digest", "HEAD 20-slim", "HEAD 20.19.5-bookworm-slim", "HEAD 20.19.5-slim", "HEAD 20.19.5-slim-bookworm"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	if again, asked := fix(); again != tag || len(asked) > 0 {
		t.Errorf("a moment later it asks %q, and makes\n%s", asked, again)
	}
	if later, asked := fix("--tag-ttl", "1ns"); later != tag || len(asked) != 4 || slices.Contains(asked, "GET by digest") {
		t.Errorf("later it asks %q, and makes\n%s", asked, later)
	}
	byDigest, asked := fix("--pin=digest", "--refresh")
	if n := strings.Count(byDigest, host+"/node:20-slim@"+digest.String()); n != 3 {
		t.Errorf("by digest, the diff is\n%s", byDigest)
	}
	if !slices.Equal(asked, []string{"HEAD 20-slim"}) {
		t.Errorf("by digest it asks %q", asked)
	}
}

func pushIndex(t *testing.T, image string, index v1.ImageIndex) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, index); err != nil {
		t.Fatal(err)
	}
}
