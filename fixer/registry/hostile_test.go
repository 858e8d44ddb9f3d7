package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// TestDigestIsChecked: content that is requested by its digest must have it, whatever
// digest the answer states.
func TestDigestIsChecked(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	digest := "sha256:" + strings.Repeat("cd", 32)
	for _, media := range []string{"application/vnd.docker.distribution.manifest.v1+prettyjws", "application/vnd.oci.image.manifest.v1+json"} {
		h.fault = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, digest) {
				return false
			}
			manifest, err := recipe{}.build(t).RawManifest()
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", media)
			w.Header().Set("Docker-Content-Digest", digest)
			_, _ = w.Write(manifest)
			return true
		}
		fails(t, inspector(t, registry.Options{Transport: h}), "registry.example.com/team/app@"+digest,
			"registry.example.com sent something other than was asked for: the digest does not match")
	}
}

// TestChallengesAbroad: a server that a registry redirects to can't have us send
// requests to places of its choice.
func TestChallengesAbroad(t *testing.T) {
	requests := map[string]int{}
	in := inspector(t, registry.Options{Transport: carry(func(r *http.Request) (*http.Response, error) {
		requests[r.URL.Host]++
		resp := answer(r, http.StatusTemporaryRedirect, strings.NewReader(""))
		switch r.URL.Host {
		case "registry.example.com":
			if r.Header.Get("Authorization") == "" {
				resp.StatusCode = http.StatusUnauthorized
				resp.Header.Set("WWW-Authenticate", `Bearer realm="https://auth.example.com/token"`)
				break
			}
			resp.Header.Set("Location", "https://store.example.com"+r.URL.Path)
		case "auth.example.com":
			return answer(r, http.StatusOK, strings.NewReader(`{"token":"abc"}`)), nil
		case "store.example.com":
			resp.StatusCode = http.StatusUnauthorized
			for i := range 500 {
				resp.Header.Add("WWW-Authenticate", fmt.Sprintf(`Bearer realm="https://victim.example.com/%d"`, i))
			}
		}
		return resp, nil
	})})
	if f, err := in.Inspect(context.Background(), baseimage.Query{Image: app}); err == nil {
		t.Errorf("%+v", f)
	}
	if requests["victim.example.com"] > 0 || len(requests) != 3 || requests["store.example.com"] > 4 {
		t.Errorf("requests: %v", requests)
	}
}

// TestImmodest: documents with more in them than any image needs are refused,
// and messages do not repeat them.
func TestImmodest(t *testing.T) {
	many := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("A%d=", i))
		}
		return list
	}
	for name, config := range map[string]v1.Config{
		"variables": {Env: many(600)}, "triggers": {OnBuild: many(600)}, "one long variable": {Env: []string{"A=" + strings.Repeat("x", 200<<10)}}, "a long directory": {WorkingDir: strings.Repeat("/x", 100<<10)},
	} {
		h := newHub(t)
		h.push("team/app:1", recipe{config: config}.build(t))
		t.Log(name)
		fails(t, inspector(t, registry.Options{Transport: h}), app, "registry.example.com has a configuration with more in it than any image needs")
	}
	manifest := func(m map[string]any) carry {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return status(http.StatusOK, string(text))
	}
	fails(t, inspector(t, registry.Options{Transport: manifest(map[string]any{"manifests": make([]struct{}, 600)})}), app, "registry.example.com has a manifest with more in it than any image needs")
	fails(t, inspector(t, registry.Options{Transport: manifest(map[string]any{"layers": make([]struct{}, 600), "config": map[string]string{"digest": "sha256:" + strings.Repeat("0", 64)}})}), app,
		"registry.example.com has a manifest with more in it than any image needs")
	var members []map[string]any
	for _, arch := range append([]string{"x\x1b[2J", "a\n::error::b", strings.Repeat("x", 1000)}, many(30)...) {
		members = append(members, map[string]any{"platform": map[string]string{"os": "linux", "architecture": strings.ToLower(strings.TrimSuffix(arch, "="))}})
	}
	fails(t, inspector(t, registry.Options{Transport: manifest(map[string]any{"manifests": members})}), app,
		"registry.example.com has this image not for linux/amd64, only for linux/a0, linux/a1, linux/a10, linux/a11, linux/a12, linux/a13, linux/a14, linux/a15, linux/a16, linux/a17, linux/a18, linux/a19, …")
}

// TestMirrorIsNoRegistry: a mirror's host is not open to a FROM or a redirect; a host
// without encryption is not open to anything.
func TestMirrorIsNoRegistry(t *testing.T) {
	s := newServer(t, (*httptest.Server).Start, "team/app:1", "library/node:20")
	inner := newServer(t, (*httptest.Server).Start)
	mirror, err := transport.ParseMirror(s.host)
	if err != nil {
		t.Fatal(err)
	}
	in := inspector(t, registry.Options{Mirrors: map[transport.Host][]transport.Mirror{"index.docker.io": {mirror}}, PlainHTTP: []transport.Host{mirror.Host}, Allow: []transport.Host{"index.docker.io"}})
	if f := inspect(t, in, "node:20", baseimage.AskConfig); f.Assumed != "" {
		t.Errorf("by the mirror: %+v", f)
	}
	fails(t, in, s.host+"/team/app:1", s.host+" is none of the registries that may be asked (--allow-registry)")
	in = inspector(t, registry.Options{Mirrors: map[transport.Host][]transport.Mirror{"index.docker.io": {mirror}}, PlainHTTP: []transport.Host{mirror.Host}})
	inspect(t, in, "node:20", baseimage.AskConfig)
	fails(t, in, s.host+"/team/app:1", "127.0.0.1"+refusedLoopback)
	s.fault = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, inner.URL+"/secret", http.StatusTemporaryRedirect)
		return true
	}
	in = inspector(t, registry.Options{Mirrors: map[transport.Host][]transport.Mirror{"registry.example.com": {mirror}}, PlainHTTP: []transport.Host{mirror.Host, "registry.example.com"}})
	if f, err := in.Inspect(context.Background(), baseimage.Query{Image: app}); err == nil {
		t.Errorf("%+v", f)
	}
	if log := inner.requests(); len(log) > 0 {
		t.Errorf("the mirror sent us to %q", log)
	}
}

// TestManyAccounts: an endless list of accounts is not taken as complete.
func TestManyAccounts(t *testing.T) {
	var passwd strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&passwd, "u%d:x:%d:0::/:/\n", i, 1000+i)
	}
	h := newHub(t)
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, []string{"etc/", "etc/group=root:x:0:\n", "etc/passwd=" + passwd.String()}))
	f := inspect(t, inspector(t, registry.Options{Transport: h}), app, baseimage.AskAccounts)
	if f.Accounts.Complete || len(f.Accounts.Users) != 5000 {
		t.Errorf("%d users, complete = %t", len(f.Accounts.Users), f.Accounts.Complete)
	}
}
