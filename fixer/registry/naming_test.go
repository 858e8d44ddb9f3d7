package registry_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
)

func digestOf(in *registry.Inspector, image string) (*baseimage.Facts, error) {
	return in.Inspect(context.Background(), baseimage.Query{Image: image, Ask: baseimage.AskDigest})
}

// TestDigest: resolving a tag costs one HEAD request, and none if the result is known.
func TestDigest(t *testing.T) {
	h := newHub(t)
	digest := h.push("library/node:20", index(t, nodeDebian))
	h.push("library/node:20.19.5-bookworm", index(t, nodeDebian))
	in := inspector(t, registry.Options{Transport: h, NoLayers: true})
	for range 2 {
		f, err := digestOf(in, "node:20")
		if err != nil || f.Digest != digest || f.Config != nil || f.Assumed != "" || f.Local {
			t.Fatalf("%+v, %v; want %s", f, err, digest)
		}
	}
	if log := h.requests(); !slices.Equal(log, []string{"HEAD index.docker.io/v2/library/node/manifests/20"}) {
		t.Errorf("asked %q", log)
	}
	if f := inspect(t, in, "node:20", baseimage.AskConfig|baseimage.AskDigest); f.Digest != digest || f.Config == nil {
		t.Errorf("%+v", f)
	}
	h.requests()
	if f, err := digestOf(in, "node:20.19.5-bookworm"); err != nil || f.Digest != digest {
		t.Errorf("%+v, %v", f, err)
	}
	// By then the image is known, and so it is by its other names.
	for _, same := range []string{"node:20.19.5-bookworm", "node:20@" + digest} {
		if f := inspect(t, in, same, baseimage.AskConfig); f.Config == nil || f.Digest != digest {
			t.Errorf("%s: %+v", same, f)
		}
	}
	if f, err := digestOf(in, "node@"+digest); err != nil || f.Digest != digest {
		t.Errorf("%+v, %v", f, err)
	}
	if log := h.requests(); len(log) != 1 {
		t.Errorf("asked %q", log)
	}
}

// TestDigestAbsent: a missing tag differs from one that can't be asked
// for, in the next run too.
func TestDigestAbsent(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", index(t, nodeDebian))
	dir := t.TempDir()
	absent := func(what string, o registry.Options, requests int) {
		t.Helper()
		h.requests()
		o.Transport, o.Cache = h, dir
		_, err := digestOf(inspector(t, o), "node:nosuch")
		if !errors.Is(err, baseimage.ErrNotFound) || err.Error() != "docker.io has no such image or tag (404)" {
			t.Errorf("%s: error %v", what, err)
		}
		if log := h.requests(); len(log) != requests {
			t.Errorf("%s: asked %q", what, log)
		}
	}
	absent("at first", registry.Options{}, 1)
	absent("a moment later", registry.Options{}, 0)
	absent("offline", registry.Options{Offline: true}, 0)
	absent("refresh", registry.Options{Refresh: true}, 1)
	absent("later", registry.Options{TagTTL: time.Nanosecond}, 1)

	// A request for the image itself gets a fresh answer.
	h.push("library/node:nosuch", index(t, nodeDebian))
	if f := inspect(t, inspector(t, registry.Options{Transport: h, Cache: dir}), "node:nosuch", baseimage.AskConfig); f.Assumed != "" {
		t.Errorf("%+v", f)
	}

	none := inspector(t, registry.Options{Transport: h, Table: registry.NoTable{}})
	if _, err := none.Inspect(t.Context(), baseimage.Query{Image: "node:20", Platform: "linux/s390x", Ask: baseimage.AskConfig}); err == nil || errors.Is(err, baseimage.ErrNotFound) {
		t.Errorf("for another platform: %v", err)
	}
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusInternalServerError} {
		h.fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true }
		if f, err := digestOf(inspector(t, registry.Options{Transport: h}), "node:20"); err == nil || errors.Is(err, baseimage.ErrNotFound) {
			t.Errorf("%d: %+v, %v", status, f, err)
		}
	}
}

// TestDigestStale: an earlier answer is marked as such.
func TestDigestStale(t *testing.T) {
	h := newHub(t)
	digest := h.push("library/node:20", index(t, nodeDebian))
	dir := t.TempDir()
	if _, err := digestOf(inspector(t, registry.Options{Transport: h, Cache: dir}), "node:20"); err != nil {
		t.Fatal(err)
	}
	h.fault = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	for _, c := range []struct {
		o       registry.Options
		assumed string
	}{
		{registry.Options{}, ""},
		{registry.Options{Offline: true}, ""},
		{registry.Options{Offline: true, TagTTL: time.Nanosecond}, "no registry was asked (--offline)"},
		{registry.Options{Refresh: true}, "docker.io answered 429 Too Many Requests: log in or set a mirror"},
	} {
		c.o.Transport, c.o.Cache = h, dir
		if f, err := digestOf(inspector(t, c.o), "node:20"); err != nil || f.Digest != digest || f.Assumed != c.assumed {
			t.Errorf("%+v: %+v, %v", c.o, f, err)
		}
	}
	if _, err := digestOf(inspector(t, registry.Options{Offline: true}), "node:20"); err == nil || errors.Is(err, baseimage.ErrNotFound) {
		t.Errorf("nothing was learned: %v", err)
	}
}

// TestDigestWithoutHead: a registry that doesn't answer a HEAD request as it should
// is no reason for a guess.
func TestDigestWithoutHead(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", index(t, nodeDebian))
	h.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusOK)
		}
		return r.Method == http.MethodHead
	}
	if f, err := digestOf(inspector(t, registry.Options{Transport: h}), "node:20"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestDigestLocal: an image on disk is not the registry's.
func TestDigestLocal(t *testing.T) {
	h := newHub(t)
	digest := h.push("library/node:22", index(t, nodeDebian))
	l := newLayout(t)
	put(t, l, built(t, v1.Config{}, types.OCILayer), refKey, "node:20")
	in := inspector(t, registry.Options{Transport: h, Sources: []content.Source{store.OCILayout(string(l), ""), nil}})
	if f, err := digestOf(in, "node:20"); err != nil || !f.Local || f.Digest == "" {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err := digestOf(in, "node:22"); err != nil || f.Local || f.Digest != digest {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := digestOf(in, "node:nosuch"); !errors.Is(err, baseimage.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
