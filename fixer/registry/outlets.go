package registry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// outlets carries requests to the network. Those that may go to different places
// share no connection: what was opened for one is not there for another.
type outlets struct {
	gate    *gate
	proxy   func(*http.Request) (*url.URL, error)
	direct  http.RoundTripper // to where the gate lets anybody
	mirror  http.RoundTripper // to a mirror that the user named
	proxied http.RoundTripper // to the proxy that the environment names
}

// newOutlets returns a transport that gives up early on a host that isn't there.
// proxy tells the proxy for a request, nil for none.
func newOutlets(timeout time.Duration, g *gate, proxy func(*http.Request) (*url.URL, error)) *outlets {
	through := func(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Transport {
		t := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 50, IdleConnTimeout: 90 * time.Second}
		if base, ok := remote.DefaultTransport.(*http.Transport); ok {
			t = base.Clone()
		}
		t.Proxy, t.DialContext = nil, dial
		t.TLSHandshakeTimeout, t.ResponseHeaderTimeout, t.MaxResponseHeaderBytes = timeout, timeout, maxHeader
		return t
	}
	anywhere := func(ctx context.Context, network, addr string) (net.Conn, error) {
		return dial(ctx, network, addr, nil)
	}
	proxied := through(anywhere)
	proxied.Proxy = proxy
	return &outlets{gate: g, proxy: proxy, direct: through(g.dial), mirror: through(anywhere), proxied: proxied}
}

func (o *outlets) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := o.proxy(req)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the proxy that the environment names: %w", err)
	case proxy != nil:
		if !isMirror(req) {
			err = o.gate.checkProxied(req)
		}
		if err != nil {
			return nil, err
		}
		return o.proxied.RoundTrip(req)
	case isMirror(req):
		return o.mirror.RoundTrip(req)
	}
	return o.direct.RoundTrip(req)
}

type mirrorKey struct{}

// asMirror marks requests to a mirror that the user named: it may be anywhere.
func asMirror(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, mirrorKey{}, canonical(host))
}

// isMirror reports whether a request goes to the mirror that it's meant for, and
// not to where that redirects.
func isMirror(req *http.Request) bool {
	host, ok := req.Context().Value(mirrorKey{}).(string)
	return ok && host == canonical(req.URL.Host)
}
