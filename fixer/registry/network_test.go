package registry_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// TestOtherHosts: a host that is ruled out doesn't take others with it.
func TestOtherHosts(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", recipe{}.build(t))
	h.fault = func(w http.ResponseWriter, r *http.Request) bool {
		busy := r.Header.Get("X-Asked-Host") == "busy.example.com"
		if busy {
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return busy
	}
	in := inspector(t, registry.Options{Transport: h})
	for range 2 {
		for _, image := range []string{"busy.example.com/team/app:1", "busy.example.com/team/app:2", "registry.example.com/team/app:1"} {
			_, err := in.Inspect(context.Background(), baseimage.Query{Image: image})
			if busy := strings.HasPrefix(image, "busy"); busy != (err != nil) {
				t.Errorf("%s: %v", image, err)
			}
		}
	}
	if log := h.requests(); len(log) != 4 {
		t.Errorf("requests: %q", log)
	}
}

// TestRecovers: one answer with an error status, or none, is not final.
func TestRecovers(t *testing.T) {
	for _, fault := range []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		h := newHub(t)
		h.push("team/app:1", recipe{}.build(t))
		var requests atomic.Int32
		h.fault = func(w http.ResponseWriter, _ *http.Request) bool {
			second := requests.Add(1) == 2
			if second {
				fault(w)
			}
			return second
		}
		if _, err := inspector(t, registry.Options{Transport: h}).Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:1"}); err != nil {
			t.Error(err)
		}
	}
}

// TestRealConnections fails on the network itself, with the transport of a run.
func TestRealConnections(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	host := strings.TrimPrefix(closed.URL, "http://")
	_, err := inspector(t, registry.Options{Allow: []transport.Host{transport.Host(host)}}).Inspect(context.Background(), baseimage.Query{Image: host + "/team/app:1"})
	if want := host + " can't be reached: connection refused"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}

	for _, tt := range []struct {
		start func(*httptest.Server)
		want  string
	}{
		{(*httptest.Server).StartTLS, "example.com can't be reached: x509: certificate signed by unknown authority"},
		{(*httptest.Server).Start, "example.com can't be reached: it doesn't speak TLS"},
	} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		tt.start(server)
		defer server.Close()
		in := inspector(t, registry.Options{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
		}}})
		if _, err := in.Inspect(context.Background(), baseimage.Query{Image: "example.com/team/app:1"}); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

// TestNoNetwork: if no name server ever answers, a run over one file with two bases
// ends within three seconds.
func TestNoNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two seconds")
	}
	resolver := net.DefaultResolver
	defer func() { net.DefaultResolver = resolver }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	in := inspector(t, registry.Options{})
	start := time.Now()
	for _, image := range []string{"node:20", "node:20-alpine"} {
		f, err := in.Inspect(context.Background(), baseimage.Query{Image: image})
		if err != nil {
			t.Fatal(err)
		}
		if want := "docker.io can't be reached: no connection within 2s"; f.Assumed != want {
			t.Errorf("assumed because %q, want %q", f.Assumed, want)
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
}
