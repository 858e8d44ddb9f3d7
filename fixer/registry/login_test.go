package registry_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// keychain has one login for every host.
type keychain struct{ user, password string }

func (k keychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return &authn.Basic{Username: k.user, Password: k.password}, nil
}

// myLogin is a docker configuration with it.
var myLogin = `{"auths":{"registry.example.com":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("me:secret")) + `"}}}`

// strangers refuses requests without my login.
func strangers(w http.ResponseWriter, r *http.Request) bool {
	if user, password, _ := r.BasicAuth(); user == "me" && password == "secret" {
		return false
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
	w.WriteHeader(http.StatusUnauthorized)
	return true
}

func TestLogin(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	h.fault = strangers
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(myLogin), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		keychain authn.Keychain
		err      string
	}{
		{nil, ""}, // the user's docker configuration
		{keychain{"me", "secret"}, ""},
		{keychain{"me", "wrong"}, "registry.example.com answered 401 Unauthorized: it did not accept the login"},
		{authn.NewMultiKeychain(), "registry.example.com answered 401 Unauthorized: it needs a login"},
	}
	for _, tt := range tests {
		in := inspector(t, registry.Options{Transport: h, Keychain: tt.keychain})
		_, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:1"})
		if (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("error %v, want %q", err, tt.err)
		}
	}
}

// TestToken logs in the way of Docker Hub, once for all tags of a repository.
func TestToken(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	h.push("team/app:2", nodeDebian.build(t))
	h.fault = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Header.Get("X-Asked-Host") == "auth.example.com":
			_, _ = w.Write([]byte(`{"token":"abc"}`))
			return true
		case r.Header.Get("Authorization") == "Bearer abc":
			return false
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://auth.example.com/token",service="registry.example.com"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	in := inspector(t, registry.Options{Transport: h, UserAgent: "test/1"})
	for _, tag := range []string{"1", "2"} {
		if _, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:" + tag}); err != nil {
			t.Fatal(err)
		}
	}
	requests := h.requests()
	tokens := slices.DeleteFunc(slices.Clone(requests), func(l string) bool { return l != "GET auth.example.com/token" })
	if len(requests) != 8 || len(tokens) != 1 {
		t.Errorf("requests: %q", requests)
	}
}

// TestCredentialsHang: a credential helper that never ends delays no request.
func TestCredentialsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		helper := make(chan struct{})
		defer close(helper)
		in := inspector(t, registry.Options{Transport: carry(hang), Keychain: stuck(helper), Timeout: time.Second})
		_, err := in.Inspect(context.Background(), baseimage.Query{Image: unknown})
		if want := "the credentials for docker.io did not come within 1s"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}

type stuck chan struct{}

func (s stuck) Resolve(authn.Resource) (authn.Authenticator, error) {
	<-s
	return authn.Anonymous, nil
}

// TestLoginFiles: without a docker configuration, REGISTRY_AUTH_FILE has the
// credentials; a configuration may name a program that returns them.
func TestLoginFiles(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	h.fault = strangers
	write := func(dir, name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ask := func() error {
		_, err := inspector(t, registry.Options{Transport: h}).Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:1"})
		return err
	}
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	if err := ask(); err == nil {
		t.Error("without credentials")
	}
	t.Setenv("REGISTRY_AUTH_FILE", write(t.TempDir(), "auth.json", myLogin, 0o600))
	if err := ask(); err != nil {
		t.Errorf("REGISTRY_AUTH_FILE: %v", err)
	}
	t.Setenv("REGISTRY_AUTH_FILE", "")
	bin := t.TempDir()
	// The protocol of docker-credential-helpers: the host comes in, JSON goes out.
	write(bin, "docker-credential-test", "#!/bin/sh\nread host\n[ \"$1 $host\" = 'get registry.example.com' ] && echo '{\"Username\":\"me\",\"Secret\":\"secret\"}'\n", 0o700)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	write(os.Getenv("DOCKER_CONFIG"), "config.json", `{"credHelpers":{"registry.example.com":"test"}}`, 0o600)
	if err := ask(); err != nil {
		t.Errorf("a helper: %v", err)
	}
	write(os.Getenv("DOCKER_CONFIG"), "config.json", `{"auths":`, 0o600)
	if err := ask(); err == nil || err.Error() != "the credentials for registry.example.com can't be read" {
		t.Errorf("half a configuration: %v", err)
	}
}
