package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// routedTransport routes a request: direct, to a mirror or through a proxy. The three
// share no connection, so one that was opened for one is not used for another.
type routedTransport struct {
	policy  *accessPolicy
	proxy   func(*http.Request) (*url.URL, error)
	direct  http.RoundTripper // to wherever the policy permits
	mirror  http.RoundTripper // to a mirror that the user named
	proxied http.RoundTripper // to the proxy that the environment names
}

// newRoutedTransport returns a transport that gives up early on a host that doesn't
// respond. proxy returns the proxy for a request, nil for none.
func newRoutedTransport(timeout time.Duration, g *accessPolicy, proxy func(*http.Request) (*url.URL, error)) *routedTransport {
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
	return &routedTransport{policy: g, proxy: proxy, direct: through(g.dial), mirror: through(anywhere), proxied: proxied}
}

func (o *routedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := o.proxy(req)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the proxy that the environment names: %w", err)
	case proxy != nil:
		if !isMirror(req) {
			err = o.policy.checkProxied(req)
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

// AsMirror returns a context that marks requests to host as those to a mirror that the
// user named: it may be anywhere, and Options.Allow does not restrict it.
func AsMirror(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, mirrorKey{}, Canonical(host))
}

// isMirror reports whether a request goes to its mirror, and not to the target of a
// redirect.
func isMirror(req *http.Request) bool {
	host, ok := req.Context().Value(mirrorKey{}).(string)
	return ok && host == Canonical(req.URL.Host)
}
