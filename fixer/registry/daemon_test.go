package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
)

// dockerd is a Docker engine with one image, as far as the tests use it.
type dockerd struct {
	t       *testing.T
	names   []string // of the image
	digests []string // RepoDigests
	img     v1.Image
	archive []byte // what it saves
	// fault may answer a request instead of the engine; then it returns true.
	fault func(w http.ResponseWriter, r *http.Request) bool

	mu  sync.Mutex
	log []string
}

// newDockerd starts an engine at a socket, and sets DOCKER_HOST to it.
func newDockerd(t *testing.T, img v1.Image, names ...string) *dockerd {
	t.Helper()
	d := &dockerd{t: t, names: names, img: img}
	config, layers := partsOf(t, img, true)
	saved := tarball.Descriptor{Config: "c", RepoTags: names}
	entries := []string{"c=" + config}
	for i, l := range layers {
		saved.Layers = append(saved.Layers, fmt.Sprint(i))
		entries = append(entries, fmt.Sprintf("%d=%s", i, l))
	}
	d.archive = tarOf(t, append(entries, manifest(t, saved))...)
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: d}}
	server.Start()
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	return d
}

// requests returns what was asked for since the last call, without pings.
func (d *dockerd) requests() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	log := d.log
	d.log = nil
	return log
}

func (d *dockerd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.47")
	path := strings.TrimPrefix(r.URL.Path, "/v1.47")
	if path == "/_ping" {
		if d.fault == nil || !d.fault(w, r) {
			_, _ = io.WriteString(w, "OK")
		}
		return
	}
	image, what, ok := cutLast(strings.TrimPrefix(path, "/images/"))
	if path == "/images/get" {
		image, what, ok = r.URL.Query().Get("names"), "save", true
	}
	d.mu.Lock()
	d.log = append(d.log, what)
	d.mu.Unlock()
	switch {
	case d.fault != nil && d.fault(w, r):
	case !ok || !slices.Contains(d.names, image):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"message":"No such image: %s"}`, image)
	case what == "save":
		_, _ = w.Write(d.archive)
	default:
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(d.tell(what)); err != nil {
			d.t.Error(err)
		}
	}
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndex(s, "/")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// tell answers /images/NAME/json and /images/NAME/history.
func (d *dockerd) tell(what string) any {
	c, err := d.img.ConfigFile()
	if err != nil {
		d.t.Error(err)
		return nil
	}
	if what == "json" {
		var layers []string
		for _, id := range c.RootFS.DiffIDs {
			layers = append(layers, id.String())
		}
		return map[string]any{"Id": "sha256:" + strings.Repeat("1", 64), "RepoTags": d.names, "RepoDigests": d.digests, "Os": c.OS, "Architecture": c.Architecture,
			"Variant": c.Variant, "Config": c.Config, "RootFS": map[string]any{"Type": "layers", "Layers": layers}}
	}
	items := []map[string]any{}
	for _, h := range slices.Backward(c.History) {
		size := 1000
		if h.EmptyLayer {
			size = 0
		}
		items = append(items, map[string]any{"Id": "<missing>", "CreatedBy": h.CreatedBy, "Size": size})
	}
	return items
}

// engineOf returns the source, with a cache directory that has to be empty in the end.
func engineOf(t *testing.T) (s content.Source, cache string) {
	t.Helper()
	cache = filepath.Join(t.TempDir(), "cache")
	t.Cleanup(func() {
		if left, err := os.ReadDir(cache); err == nil && len(left) > 0 {
			t.Errorf("left in the cache directory: %v", left)
		}
	})
	s, err := store.Daemon(cache)
	if err != nil {
		t.Fatal(err)
	}
	return s, cache
}

func TestDaemonAsRegistry(t *testing.T) {
	img := dated(t, types.DockerLayer)
	d := newDockerd(t, img, app)
	s, _ := engineOf(t)
	asRegistry(t, img, app, s, false)
	for _, request := range d.requests() {
		if !slices.Contains([]string{"json", "history", "save"}, request) {
			t.Errorf("it was asked for %q", request)
		}
	}
}

// TestDaemonDepth: what the history settles reads no layer, and all that layers answer
// takes one save.
func TestDaemonDepth(t *testing.T) {
	d := newDockerd(t, dated(t, types.DockerLayer), app)
	s, cache := engineOf(t)
	in := inspector(t, registry.Options{Sources: []content.Source{s}})
	f := inspect(t, in, app, baseimage.AskUsers|baseimage.AskDistro|baseimage.AskSh)
	if got := summary(f); got != "debian,debian,12,bookworm,history node,history incomplete 20.19.5,,,config /bin/sh,history" {
		t.Error(got)
	}
	if log := d.requests(); !slices.Equal(log, []string{"json", "history"}) {
		t.Errorf("%q", log)
	}
	for _, ask := range []baseimage.Ask{baseimage.AskAccounts, baseimage.AskVersions, baseimage.AskGit, baseimage.AskEverything} {
		if f := inspect(t, in, app, ask); f.Unread != "" {
			t.Error(f.Unread)
		}
	}
	if log := d.requests(); !slices.Equal(log, []string{"save"}) {
		t.Errorf("%q", log)
	}
	if left, err := os.ReadDir(cache); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

func TestDaemonDigest(t *testing.T) {
	a, b := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	for _, tt := range []struct {
		name, image, known string
		digests            []string
		want               string
	}{
		{"none", "node:20", "node:20", nil, ""},
		{"its own", "node:20", "node:20", []string{"other@" + b, "node@" + a}, a},
		{"its own in full", "node:20", "node:20", []string{"docker.io/library/node@" + a, "node@" + a}, a},
		{"which of two isn't known", "node:20", "node:20", []string{"node@" + a, "node@" + b}, ""},
		{"that which was asked for", "node:20@" + b, "node@" + b, []string{"node@" + a, "node@" + b}, b},
		{"of another registry", app, app, []string{"app@" + a, "registry.example.com/team/app@" + b}, b},
		{"nonsense", "node:20", "node:20", []string{"", "node", "node@x", "node@sha256:1"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDockerd(t, dated(t, types.DockerLayer), tt.known)
			d.digests = tt.digests
			s, _ := engineOf(t)
			f := inspect(t, inspector(t, registry.Options{Sources: []content.Source{s}}), tt.image, baseimage.AskConfig)
			if f.Digest != tt.want {
				t.Errorf("%s, want %s", f.Digest, tt.want)
			}
		})
	}
}

// replies returns a fault for requests of that kind.
func replies(what string, status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/"+what) {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

func TestDaemonFailures(t *testing.T) {
	img := dated(t, types.DockerLayer)
	other := newDockerd(t, built(t, v1.Config{}, types.DockerLayer, alpineFiles), app).archive
	const useless = "the Docker engine gave an answer that can't be used: "
	for _, tt := range []struct {
		name  string
		image string
		fault func(d *dockerd)
		want  string
	}{
		{"as it should be", app, func(*dockerd) {}, ""},
		{"it isn't there", "node:20", func(*dockerd) {}, "the Docker engine does not have this image"},
		{"trouble", app, func(d *dockerd) { d.fault = replies("json", 500, `{"message":"disk\non fire"}`) }, useless + "disk on fire"},
		{"trouble with the history", app, func(d *dockerd) { d.fault = replies("history", 500, `{"message":"no"}`) }, useless + "no"},
		{"not JSON", app, func(d *dockerd) { d.fault = replies("json", 200, "x") }, useless + "invalid character"},
		{"not a list", app, func(d *dockerd) { d.fault = replies("history", 200, "{}") }, useless},
		{"nothing", app, func(d *dockerd) { d.fault = replies("json", 200, "{}") }, "the Docker engine has something other than a container image under this name"},
		{"null", app, func(d *dockerd) { d.fault = replies("json", 200, "null") }, "the Docker engine has something other than a container image under this name"},
		{"a layer that is none", app, func(d *dockerd) { d.fault = replies("json", 200, `{"Os":"linux","RootFS":{"Layers":["x"]}}`) }, useless + "cannot parse hash"},
		{"gone when it is saved", app, func(d *dockerd) { d.fault = replies("get", 404, `{"message":"No such image"}`) }, "the Docker engine does not have this image"},
		{"no space for it", app, func(d *dockerd) { d.fault = replies("get", 500, `{"message":"no space left"}`) }, useless + "no space left"},
		{"it saves no archive", app, func(d *dockerd) { d.archive = []byte("x") }, "what the Docker engine saved can't be read: it's no tar archive"},
		{"it saves half", app, func(d *dockerd) { d.archive = d.archive[:len(d.archive)/2] }, "what the Docker engine saved can't be read: it breaks off"},
		{"it breaks off", app, func(d *dockerd) { d.fault = breakOff("get", d.archive[:2000]) }, "the Docker engine broke off while it saved the image"},
		{"it breaks off before", app, func(d *dockerd) { d.fault = breakOff("get", nil) }, "the Docker engine broke off its answer"},
		{"it breaks off in its answer", app, func(d *dockerd) { d.fault = breakOff("json", []byte("{")) }, "the Docker engine broke off its answer"},
		{"it saves another", app, func(d *dockerd) { d.archive = other }, "the Docker engine saved another image than it told of"},
		{"it saves no layer", app, func(d *dockerd) { d.archive = bytes.ReplaceAll(d.archive, []byte(`"2"]`), []byte(`"9"]`)) }, "the Docker engine saved the image without a layer: 9 is not in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDockerd(t, img, app)
			tt.fault(d)
			s, _ := engineOf(t)
			oneLine(t, reason(t, tt.image, s), tt.want)
		})
	}
}

// breakOff ends the connection after the first part of an answer.
func breakOff(what string, first []byte) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/"+what) {
			return false
		}
		if len(first) > 0 {
			_, _ = w.Write(first)
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

func TestDaemonPlatform(t *testing.T) {
	newDockerd(t, recipe{arch: "arm64"}.build(t), app)
	s, _ := engineOf(t)
	oneLine(t, reason(t, app, s), "the Docker engine has this image not for linux/amd64, only for linux/arm64")
}

// TestDaemonWithoutCache: layers can't be read, and all else is answered.
func TestDaemonWithoutCache(t *testing.T) {
	d := newDockerd(t, dated(t, types.DockerLayer), app)
	for _, dir := range []struct{ name, want string }{
		{"", "there is no cache directory that the Docker engine could save the layers to"},
		{"/dev/null", "the layers can't be saved to /dev/null: not a directory"},
	} {
		s, err := store.Daemon(dir.name)
		if err != nil {
			t.Fatal(err)
		}
		f := inspect(t, inspector(t, registry.Options{Sources: []content.Source{s}}), app, baseimage.AskEverything)
		if f.Unread != dir.want || f.Config.User != "node" {
			t.Errorf("%q %q", f.Unread, f.Config.User)
		}
	}
	if log := d.requests(); slices.Contains(log, "save") {
		t.Errorf("%q", log)
	}
}

// TestDaemonAway: no engine at the address in the environment.
func TestDaemonAway(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), nil)
	for host, want := range map[string]string{
		"unix://" + dir + "/none": "the Docker engine can't be reached at unix://" + dir + "/none: no such file or directory",
		"unix://" + dir + "/file": "the Docker engine can't be reached at unix://" + dir + "/file",
		"tcp://127.0.0.1:1":       "the Docker engine can't be reached at tcp://127.0.0.1:1",
	} {
		t.Setenv("DOCKER_HOST", host)
		s, _ := engineOf(t)
		oneLine(t, reason(t, app, s), want)
	}
	for host, want := range map[string]string{
		"ssh://build@example.com": "ssh://build@example.com can't be spoken to: unix and tcp can",
		"/run/docker.sock":        "unable to parse docker host",
	} {
		t.Setenv("DOCKER_HOST", host)
		_, err := store.Daemon("")
		oneLine(t, fmt.Sprint(err), want)
	}
}

// hangs makes requests of that kind wait until the client or the test ends.
func (d *dockerd) hangs(what string, first []byte) (started chan struct{}) {
	started = make(chan struct{}, 10)
	over := make(chan struct{})
	d.t.Cleanup(func() { close(over) })
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/"+what) {
			return false
		}
		if len(first) > 0 {
			_, _ = w.Write(first)
			_ = http.NewResponseController(w).Flush()
		}
		started <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-over:
		}
		return true
	}
	return started
}

// TestDaemonHangs: an engine that doesn't answer is waited for as long as a
// registry is, and once.
func TestDaemonHangs(t *testing.T) {
	for _, what := range []string{"_ping", "json", "history"} {
		t.Run(what, func(t *testing.T) {
			d := newDockerd(t, dated(t, types.DockerLayer), app)
			d.hangs(what, nil)
			s, _ := engineOf(t)
			in := inspector(t, registry.Options{Sources: []content.Source{s}, Timeout: 50 * time.Millisecond, Table: registry.NoTable{}})
			for _, image := range []string{app, "node:20"} {
				_, err := in.Inspect(t.Context(), baseimage.Query{Image: image, Ask: baseimage.AskConfig})
				oneLine(t, fmt.Sprint(err), "the Docker engine did not answer within 50ms")
			}
			if log := d.requests(); len(log) > 2 {
				t.Errorf("asked for another image too: %q", log)
			}
		})
	}
	for _, first := range []string{"", strings.Repeat("\x00", 100)} {
		d := newDockerd(t, dated(t, types.DockerLayer), app)
		d.hangs("get", []byte(first))
		s, _ := engineOf(t)
		in := inspector(t, registry.Options{Sources: []content.Source{s}, LayerTimeout: 50 * time.Millisecond})
		f := inspect(t, in, app, baseimage.AskEverything)
		oneLine(t, f.Unread, "its layers took more than 50ms")
	}
}

// TestDaemonInterrupted: an interrupted caller leaves no file and no failure, and
// may ask again.
func TestDaemonInterrupted(t *testing.T) {
	cause := errors.New("the user had enough")
	for _, what := range []string{"json", "history", "get"} {
		t.Run(what, func(t *testing.T) {
			d := newDockerd(t, dated(t, types.DockerLayer), app)
			started := d.hangs(what, nil)
			s, cache := engineOf(t)
			in := inspector(t, registry.Options{Sources: []content.Source{s}})
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-started
				cancel(cause)
			}()
			if _, err := in.Inspect(ctx, baseimage.Query{Image: app, Ask: baseimage.AskEverything}); err != cause {
				t.Errorf("%v", err)
			}
			if left, err := os.ReadDir(cache); err == nil && len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			for _, name := range openFiles(t) {
				if strings.HasPrefix(name, cache) {
					t.Errorf("%s is still open", name)
				}
			}
			d.fault = nil
			if f := inspect(t, in, app, baseimage.AskEverything); f.Unread != "" {
				t.Error(f.Unread)
			}
		})
	}
}
