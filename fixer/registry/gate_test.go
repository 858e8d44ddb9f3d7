package registry_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	containers "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// server is a registry on this machine, reached by real connections. Its log
// has the requests, each with its Authorization.
type server struct {
	*httptest.Server
	host  string
	fault func(w http.ResponseWriter, r *http.Request) bool

	mu  sync.Mutex
	log []string
}

func newServer(t *testing.T, start func(*httptest.Server), images ...string) *server {
	t.Helper()
	real := containers.New(containers.Logger(log.New(io.Discard, "", 0)))
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.log = append(s.log, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")))
		s.mu.Unlock()
		if s.fault == nil || !s.fault(w, r) {
			real.ServeHTTP(w, r)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(s.Server)
	t.Cleanup(s.Close)
	s.host = s.Listener.Addr().String()
	for _, image := range images {
		ref, err := name.ParseReference(s.host + "/" + image)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, recipe{}.build(t), remote.WithTransport(s.Client().Transport)); err != nil {
			t.Fatal(err)
		}
	}
	s.requests()
	return s
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.log
	s.log = nil
	return l
}

// anywhere makes every name resolve to this machine, by a name server on it.
func anywhere(t *testing.T) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if n < 16 {
				continue
			}
			// The question again; to one for an IPv4 address, 127.0.0.1.
			reply := slices.Clone(buf[:n])
			end := 12
			for end < n && reply[end] != 0 {
				end += int(reply[end]) + 1
			}
			question := reply[12:min(end+5, n)]
			isA := reply[end+2] == 1
			reply = append(append(reply[:2:2], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0), question...)
			if isA {
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
			_, _ = conn.WriteTo(reply, from)
		}
	}()
	resolver := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = resolver })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func fails(t *testing.T, in *registry.Inspector, image, want string) {
	t.Helper()
	f, err := in.Inspect(context.Background(), baseimage.Query{Image: image, Ask: baseimage.AskAccounts})
	if err == nil && f.Unread != "" {
		err = fmt.Errorf("unread: %s", f.Unread)
	}
	if err == nil || err.Error() != want {
		t.Errorf("%s: facts %+v\n     error %v\n      want %s", image, f, err, want)
	}
}

const refusedLoopback = " is a loopback address, which is asked only when it is allowed by name (--allow-registry)"

// TestRefusedAddresses: no FROM leads to this machine or its network, however it is
// written, unless the user named the place.
func TestRefusedAddresses(t *testing.T) {
	s := newServer(t, (*httptest.Server).Start, "team/app:1")
	anywhere(t)
	_, port, err := net.SplitHostPort(s.host)
	if err != nil {
		t.Fatal(err)
	}
	in := inspector(t, registry.Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "registry.example.com", "a.localhost", "[::1]", "[::ffff:7f00:1]", "127.1.2.3"} {
		bare := strings.Trim(host, "[]")
		fails(t, in, host+":"+port+"/team/app:1", bare+refusedLoopback)
	}
	for _, c := range []struct{ host, kind string }{
		{"169.254.169.254", "a link-local address"}, {"10.0.0.1", "a private address"}, {"192.168.1.1:5000", "a private address"}, {"172.16.0.1", "a private address"},
		{"100.64.0.1", "a private address"}, {"0.0.0.0", "a private address"}, {"[fd00:ec2::254]", "a private address"}, {"[fe80::1]", "a link-local address"},
		{"[64:ff9b::7f00:1]", "a loopback address"}, {"[2002:a00:1::]", "a private address"}, {"224.0.0.1", "a link-local address"}, {"255.255.255.255", "a private address"},
	} {
		bare := c.host
		if h, _, err := net.SplitHostPort(c.host); err == nil {
			bare = h
		}
		fails(t, in, c.host+"/team/app:1", strings.Trim(bare, "[]")+" is "+c.kind+", which is asked only when it is allowed by name (--allow-registry)")
	}
	if log := s.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
	for _, allow := range []string{s.host, "127.0.0.1"} {
		h, err := transport.ParseHost(allow)
		if err != nil {
			t.Fatal(err)
		}
		inspect(t, inspector(t, registry.Options{Allow: []transport.Host{h}}), s.host+"/team/app:1", baseimage.AskConfig)
	}
	if log := s.requests(); len(log) != 6 {
		t.Errorf("requests when allowed: %q", log)
	}
	named := transport.Host("registry.example.com:" + port)
	inspect(t, inspector(t, registry.Options{Allow: []transport.Host{named}, PlainHTTP: []transport.Host{named}}), string(named)+"/team/app:1", baseimage.AskConfig)
}

// TestRefusedRedirects: an allowed registry can't send the client to a place
// that isn't, for a document or for a layer.
func TestRefusedRedirects(t *testing.T) {
	inner := newServer(t, (*httptest.Server).Start)
	outer := newServer(t, (*httptest.Server).Start, "team/app:1")
	ref, err := name.ParseReference(outer.host + "/team/layers:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, built(t, v1.Config{}, "application/vnd.oci.image.layer.v1.tar", []string{"etc/"})); err != nil {
		t.Fatal(err)
	}
	blobs := 0
	outer.fault = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.Contains(r.URL.Path, "/team/app/blobs/"):
		case strings.Contains(r.URL.Path, "/team/layers/blobs/"):
			if blobs++; blobs == 1 {
				return false // the configuration
			}
		default:
			return false
		}
		http.Redirect(w, r, inner.URL+"/secret", http.StatusTemporaryRedirect)
		return true
	}
	in := inspector(t, registry.Options{Allow: []transport.Host{transport.Host(outer.host)}, Timeout: 0})
	fails(t, in, outer.host+"/team/app:1", "127.0.0.1"+refusedLoopback)
	in = inspector(t, registry.Options{Allow: []transport.Host{transport.Host(outer.host)}})
	fails(t, in, outer.host+"/team/layers:1", "unread: 127.0.0.1"+refusedLoopback)
	if log := inner.requests(); len(log) != 0 {
		t.Errorf("requests to the other: %q", log)
	}
}

// TestAllowList: with a list, other registries are not even looked up; the table
// answers for their images.
func TestAllowList(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	allow, err := transport.ParseHost("Registry.example.com")
	if err != nil {
		t.Fatal(err)
	}
	in := inspector(t, registry.Options{Transport: h, Allow: []transport.Host{allow}})
	inspect(t, in, app, baseimage.AskConfig)
	inspect(t, in, "registry.example.com:5000/team/app:1", baseimage.AskConfig)
	h.requests()
	fails(t, in, "other.example.com/team/app:1", "other.example.com is none of the registries that may be asked (--allow-registry)")
	fails(t, in, "example.com/team/app:1", "example.com is none of the registries that may be asked (--allow-registry)")
	if f := inspect(t, in, "node:20", baseimage.AskConfig); f.Assumed != "docker.io is none of the registries that may be asked (--allow-registry)" {
		t.Errorf("assumed: %q", f.Assumed)
	}
	if log := h.requests(); len(log) != 0 {
		t.Errorf("requests: %q", log)
	}
	hub, err := transport.ParseHost("docker.io")
	if err != nil {
		t.Fatal(err)
	}
	h.push("library/node:20", nodeDebian.build(t))
	if f := inspect(t, inspector(t, registry.Options{Transport: h, Allow: []transport.Host{hub}}), "node:20", baseimage.AskConfig); f.Assumed != "" {
		t.Errorf("docker.io is allowed, assumed: %q", f.Assumed)
	}
}

// TestCredentialsStay: a password goes to its registry alone, neither to the target of
// a redirect nor to a third party's token server.
func TestCredentialsStay(t *testing.T) {
	store := newServer(t, (*httptest.Server).Start, "team/app:1")
	outer := newServer(t, (*httptest.Server).Start, "team/app:1")
	outer.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		http.Redirect(w, r, store.URL+r.URL.Path, http.StatusTemporaryRedirect)
		return true
	}
	in := inspector(t, registry.Options{
		Allow: []transport.Host{transport.Host(outer.host), transport.Host(store.host)}, Keychain: keychain{"me", "secret"},
	})
	inspect(t, in, outer.host+"/team/app:1", baseimage.AskConfig)
	for _, line := range outer.requests() {
		if !strings.Contains(line, " Basic ") {
			t.Errorf("to the registry: %q", line)
		}
	}
	log := store.requests()
	if len(log) == 0 {
		t.Error("nothing was asked of the store")
	}
	for _, line := range log {
		if strings.Contains(line, "Basic") || strings.Contains(line, "Bearer") {
			t.Errorf("to the store: %q", line)
		}
	}
}

// TestHTTPS: this machine's registries use HTTPS if they support it, and others always.
func TestHTTPS(t *testing.T) {
	s := newServer(t, (*httptest.Server).StartTLS, "team/app:1")
	tls := s.Client().Transport.(*http.Transport).Clone()
	tls.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.host)
	}
	inspect(t, inspector(t, registry.Options{Transport: tls}), s.host+"/team/app:1", baseimage.AskEverything)
	inspect(t, inspector(t, registry.Options{Transport: tls}), "example.com/team/app:1", baseimage.AskEverything)
	fails(t, inspector(t, registry.Options{Transport: tls, PlainHTTP: []transport.Host{"example.com"}}), "example.com/team/app:1", "example.com answered 400 Bad Request")
}

func TestParseHost(t *testing.T) {
	for _, s := range []string{"", "https://example.com", "example.com/path", "a b", "example.com:port", "user@example.com", "exa_mple.com/"} {
		if h, err := transport.ParseHost(s); err == nil {
			t.Errorf("%q is taken as %q", s, h)
		}
	}
	for s, want := range map[string]transport.Host{"docker.io": "index.docker.io", "Example.COM:5000": "example.com:5000", "localhost": "localhost", "[::1]:5000": "[::1]:5000"} {
		if h, err := transport.ParseHost(s); err != nil || h != want {
			t.Errorf("%q: %q, %v", s, h, err)
		}
	}
	for _, s := range []string{"", "example.com/Upper", "example.com/a b", "/x", "https://example.com/x"} {
		if m, err := transport.ParseMirror(s); err == nil {
			t.Errorf("%q is taken as %v", s, m)
		}
	}
}
