package registry_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	containers "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/registry"
)

// inspector returns one with these options.
func inspector(t testing.TB, o registry.Options) *registry.Inspector {
	t.Helper()
	in, err := registry.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// hub is a registry over HTTP that plays every host, so that images can be requested
// by their real names. It's an http.RoundTripper.
type hub struct {
	t      *testing.T
	server *httptest.Server
	// fault may answer a request instead of the registry; then it returns true.
	fault func(w http.ResponseWriter, r *http.Request) bool

	mu  sync.Mutex
	log []string
}

func newHub(t *testing.T) *hub {
	h := &hub{t: t}
	real := containers.New(containers.Logger(log.New(io.Discard, "", 0)))
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.fault == nil || !h.fault(w, r) {
			real.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(h.server.Close)
	return h
}

// RoundTrip records the request with its intended host, and sends it to the registry.
func (h *hub) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.log = append(h.log, r.Method+" "+r.URL.Host+r.URL.Path)
	h.mu.Unlock()
	to := r.Clone(r.Context())
	to.URL.Scheme, to.URL.Host = "http", h.address()
	to.Header.Set("X-Asked-Host", r.URL.Host)
	resp, err := http.DefaultTransport.RoundTrip(to)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	return resp, nil
}

func (h *hub) address() string {
	u, err := url.Parse(h.server.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	return u.Host
}

// requests returns what was asked for since the last call.
func (h *hub) requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	log := h.log
	h.log = nil
	return log
}

// push stores an image or an index under the path, such as "library/node:20",
// and returns its digest.
func (h *hub) push(path string, what remote.Taggable) string {
	h.t.Helper()
	ref, err := name.ParseReference(h.address() + "/" + path)
	if err != nil {
		h.t.Fatal(err)
	}
	var digest v1.Hash
	switch what := what.(type) {
	case v1.ImageIndex:
		err = remote.WriteIndex(ref, what)
		h.must(err)
		digest, err = what.Digest()
	case v1.Image:
		err = remote.Write(ref, what)
		h.must(err)
		digest, err = what.Digest()
	}
	h.must(err)
	return digest.String()
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// recipe is an image as its configuration describes it. A history line that begins
// with "-" made no layer.
type recipe struct {
	os, arch, variant string
	config            v1.Config
	history           []string
}

func (r recipe) build(t testing.TB) v1.Image {
	t.Helper()
	img := v1.Image(empty.Image)
	for _, line := range r.history {
		line, isEmpty := strings.CutPrefix(line, "-")
		add := mutate.Addendum{History: v1.History{CreatedBy: line, EmptyLayer: isEmpty}}
		if !isEmpty {
			add.Layer = static.NewLayer([]byte(line), types.DockerLayer)
		}
		next, err := mutate.Append(img, add)
		if err != nil {
			t.Fatal(err)
		}
		img = next
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Variant, file.Config = "linux", "amd64", r.variant, r.config
	if r.os != "" {
		file.OS = r.os
	}
	if r.arch != "" {
		file.Architecture = r.arch
	}
	img, err = mutate.ConfigFile(img, file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// index returns an index of images for their platforms.
func index(t *testing.T, recipes ...recipe) v1.ImageIndex {
	t.Helper()
	var members []mutate.IndexAddendum
	for _, r := range recipes {
		img := r.build(t)
		file, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: file.Platform()}})
	}
	// Builders attach an attestation to each image.
	members = append(members, mutate.IndexAddendum{
		Add: recipe{}.build(t), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}},
	})
	return mutate.AppendManifests(empty.Index, members...)
}
