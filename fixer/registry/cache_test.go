package registry_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// heads counts the requests that only resolve a tag.
func heads(log []string) (n int) {
	for _, l := range log {
		if strings.HasPrefix(l, "HEAD ") {
			n++
		}
	}
	return n
}

// TestCache: within the tag's time no request is repeated; after it a HEAD
// request, and no more unless the tag moved.
func TestCache(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	first := built(t, v1.Config{}, types.DockerLayer, debianFiles)
	second := built(t, v1.Config{User: "node"}, types.DockerLayer, debianFiles, nodeFiles)
	h.push("team/app:1", first)
	run := func(o registry.Options, what baseimage.Ask) (string, []string) {
		t.Helper()
		h.requests()
		o.Transport, o.Cache = h, dir
		f := inspect(t, inspector(t, o), app, what)
		return toJSON(t, f), h.requests()
	}
	want, log := run(registry.Options{}, baseimage.AskEverything)
	if len(log) != 4 || heads(log) != 1 {
		t.Errorf("the first time: %q", log)
	}
	for _, c := range []struct {
		name  string
		o     registry.Options
		heads int
	}{
		{"again", registry.Options{}, 0},
		{"the tag is old", registry.Options{TagTTL: 1}, 1},
		{"it was asked a moment ago", registry.Options{}, 0},
		{"anew", registry.Options{Refresh: true}, 1},
	} {
		got, log := run(c.o, baseimage.AskEverything)
		if got != want || len(log) != c.heads || heads(log) != c.heads {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, log, got, want)
		}
	}
	h.push("team/app:1", second)
	if got, log := run(registry.Options{}, baseimage.AskEverything); got != want || len(log) != 0 {
		t.Errorf("the tag moved, but is trusted: %q\n%s", log, got)
	}
	moved, log := run(registry.Options{Refresh: true}, baseimage.AskEverything)
	if moved == want || heads(log) != 1 || len(log) != 5 { // with manifest, configuration, two layers
		t.Errorf("the tag moved: %q\n%s", log, moved)
	}
	h.push("team/app:1", first)
	if got, log := run(registry.Options{Refresh: true}, baseimage.AskEverything); got != want || len(log) != 1 {
		t.Errorf("the tag moved back: %q\n%s", log, got)
	}
}

// TestCacheGrows: what is asked later is added to what is known.
func TestCacheGrows(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, debianFiles))
	counts := []int{}
	for _, what := range []baseimage.Ask{baseimage.AskConfig, baseimage.AskAccounts, baseimage.AskAccounts, baseimage.AskGit, baseimage.AskEverything} {
		inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, what)
		counts = append(counts, len(h.requests()))
	}
	if !slices.Equal(counts, []int{3, 1, 0, 1, 0}) {
		t.Errorf("requests: %v", counts)
	}
}

// TestCacheApart: the answer of one registry, platform or repository is not taken for
// another's, even with the same digest.
func TestCacheApart(t *testing.T) {
	h := newHub(t)
	img := built(t, v1.Config{}, types.DockerLayer, debianFiles)
	digest := h.push("team/app:1", img)
	h.push("team/other:1", img)
	dir := t.TempDir()
	for _, image := range []string{app + "@" + digest, "other.example.com/team/app:1@" + digest, "registry.example.com/team/other@" + digest} {
		in := inspector(t, registry.Options{Transport: h, Cache: dir})
		inspect(t, in, image, baseimage.AskAccounts)
		if log := h.requests(); len(log) != 3 {
			t.Errorf("%s: %q", image, log)
		}
		in = inspector(t, registry.Options{Transport: h, Cache: dir, Refresh: true})
		inspect(t, in, image, baseimage.AskAccounts)
		if log := h.requests(); len(log) != 0 {
			t.Errorf("%s again: %q", image, log)
		}
	}
	in := inspector(t, registry.Options{Transport: h, Cache: dir})
	if _, err := in.Inspect(context.Background(), baseimage.Query{Image: app, Platform: "linux/arm64"}); err != nil {
		t.Fatal(err)
	}
	if log := h.requests(); len(log) == 0 {
		t.Error("the answer for another platform came from the cache")
	}
}

// TestCacheDamaged: damaged files do not change the answer.
func TestCacheDamaged(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, debianFiles))
	want := toJSON(t, inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, baseimage.AskEverything))
	files := 0
	for _, text := range []string{"", "{", "null", `{"key":"x"}`} {
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				files++
				err = os.WriteFile(name, []byte(text), 0o600)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := toJSON(t, inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, baseimage.AskEverything)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
	if files != 8 {
		t.Errorf("%d files were damaged", files)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.New(registry.Options{Cache: file}); err == nil {
		t.Error("a file is taken for the cache's directory")
	}
}

// TestOffline answers from the cache, whatever its age, or from the table, and
// says so.
func TestOffline(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, debianFiles))
	inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, baseimage.AskUsers)
	h.requests()
	const reason = "no registry was asked (--offline)"
	in := inspector(t, registry.Options{Transport: h, Cache: dir, Offline: true, TagTTL: 1})
	if f := inspect(t, in, app, baseimage.AskUsers); f.Assumed != reason || f.Accounts == nil || f.Unread != "" {
		t.Errorf("%+v", f)
	}
	if f := inspect(t, in, app, baseimage.AskGit); f.Unread != reason {
		t.Errorf("unread: %q", f.Unread)
	}
	if f := inspect(t, in, "node:20", baseimage.AskUsers); f.Assumed != reason || f.Config.Source != baseimage.FromTable {
		t.Errorf("%+v", f)
	}
	if _, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:2"}); err == nil || err.Error() != reason {
		t.Errorf("error %v", err)
	}
	if log := h.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
}

// TestStale: if the registry fails, its earlier answer is used, unless it
// says that the image is gone.
func TestStale(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	h.push("team/app:1", recipe{config: v1.Config{User: "me"}}.build(t))
	inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, baseimage.AskConfig)
	status := http.StatusTooManyRequests
	h.fault = func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(status)
		if status == http.StatusNotFound {
			_, _ = w.Write([]byte(`{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`))
		}
		return true
	}
	f := inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir, Refresh: true}), app, baseimage.AskConfig)
	if f.Config.User != "me" || f.Assumed != "registry.example.com answered 429 Too Many Requests: log in or set a mirror" {
		t.Errorf("%+v", f)
	}
	status = http.StatusNotFound
	if f, err := inspector(t, registry.Options{Transport: h, Cache: dir, Refresh: true}).Inspect(context.Background(), baseimage.Query{Image: app}); err == nil {
		t.Errorf("an image that is gone: %+v", f)
	}
}

// TestNoHead: a registry that doesn't answer HEAD as it should is asked by GET.
func TestNoHead(t *testing.T) {
	for _, fault := range []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusMethodNotAllowed) },
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		func(w http.ResponseWriter) { w.Header().Set("Docker-Content-Digest", "sha256:x") },
	} {
		h := newHub(t)
		dir := t.TempDir()
		h.push("team/app:1", recipe{config: v1.Config{User: "me"}}.build(t))
		h.fault = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead {
				fault(w)
			}
			return r.Method == http.MethodHead
		}
		inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), app, baseimage.AskConfig)
		h.requests()
		f := inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir, Refresh: true}), app, baseimage.AskConfig)
		if log := h.requests(); f.Config.User != "me" || f.Assumed != "" || len(log) != 3 {
			t.Errorf("%+v, %q", f, log)
		}
	}
}

// TestMirror: a mirror is asked first, with its prefix; what it lacks comes from the
// registry itself.
func TestMirror(t *testing.T) {
	h := newHub(t)
	img := built(t, v1.Config{}, types.DockerLayer, debianFiles)
	h.push("hub/library/node:20", img)
	h.push("library/node:20", img)
	h.push("library/node:22", img)
	mirror, err := transport.ParseMirror("mirror.example.com/hub")
	if err != nil {
		t.Fatal(err)
	}
	options := registry.Options{Transport: h, Mirrors: map[transport.Host][]transport.Mirror{"index.docker.io": {mirror}}}
	in := inspector(t, options)
	for _, c := range []struct {
		image  string
		asked  []string
		mirror bool // it answers with an error
	}{
		{"node:20", []string{"mirror.example.com"}, false},
		{"node:22", []string{"mirror.example.com", "index.docker.io"}, false},
		{"registry.example.com/library/node:20", []string{"registry.example.com"}, false},
	} {
		h.requests()
		if f := inspect(t, in, c.image, baseimage.AskAccounts); f.Assumed != "" || f.Unread != "" || f.Accounts == nil {
			t.Errorf("%s: %+v", c.image, f)
		}
		var asked []string
		for _, l := range h.requests() {
			_, rest, _ := strings.Cut(l, " ")
			host, _, _ := strings.Cut(rest, "/")
			if !slices.Contains(asked, host) {
				asked = append(asked, host)
			}
		}
		if !slices.Equal(asked, c.asked) {
			t.Errorf("%s: asked %q, want %q", c.image, asked, c.asked)
		}
	}
	h.fault = func(w http.ResponseWriter, r *http.Request) bool {
		busy := r.Header.Get("X-Asked-Host") == "mirror.example.com"
		if busy {
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return busy
	}
	in = inspector(t, options)
	h.requests()
	for _, image := range []string{"node:20", "node:22"} {
		if f := inspect(t, in, image, baseimage.AskConfig); f.Assumed != "" {
			t.Errorf("%s: assumed %q", image, f.Assumed)
		}
	}
	if log := h.requests(); len(log) != 5 {
		t.Errorf("a busy mirror is asked once: %q", log)
	}
}

// TestRetryAfter: a retry waits for as long as the server wants, or is not made.
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		header   string
		waits    time.Duration
		err      string
		requests int
	}{
		{"3", 3 * time.Second, "", 4},
		{"", 100 * time.Millisecond, "", 4},
		{"x", 100 * time.Millisecond, "", 4},
		{"0", 0, "", 4},
		{"120", 0, "registry.example.com answered 503 Service Unavailable, and wants to be asked again only in 2m0s", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			real := carry(artifactImage)
			in := inspector(t, registry.Options{Transport: carry(func(r *http.Request) (*http.Response, error) {
				if requests++; requests == 1 {
					resp := answer(r, http.StatusServiceUnavailable, strings.NewReader(""))
					if c.header != "" {
						resp.Header.Set("Retry-After", c.header)
					}
					return resp, nil
				}
				return real(r)
			})})
			start := time.Now()
			_, err := in.Inspect(context.Background(), baseimage.Query{Image: app})
			if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
				t.Errorf("%q: error %v", c.header, err)
			}
			if took := time.Since(start); took != c.waits {
				t.Errorf("%q: waited %s", c.header, took)
			}
			if c.err != "" {
				_, err = in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/other:1"})
				if want := "registry.example.com answered 503 Service Unavailable, and wants to be asked again only in 2m0s"; err == nil || err.Error() != want {
					t.Errorf("the next image: %v", err)
				}
			}
			if requests != c.requests {
				t.Errorf("%q: %d requests", c.header, requests)
			}
		})
	}
}

// TestRetryGivesUp: a caller that stops waiting is not delayed by a server's
// Retry-After.
func TestRetryGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := inspector(t, registry.Options{Transport: carry(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, http.StatusServiceUnavailable, strings.NewReader(""))
			resp.Header.Set("Retry-After", "5")
			return resp, nil
		})})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := in.Inspect(ctx, baseimage.Query{Image: app})
		if !errors.Is(err, context.DeadlineExceeded) && (err == nil || time.Since(start) > time.Second) {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
}
