package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const (
	// connectTimeout bounds the name lookup and the connection together, so
	// that a run without any network is over soon.
	connectTimeout = 2 * time.Second
	// maxBody bounds a manifest or configuration. Real ones stay below 100 KiB;
	// registries take manifests up to 4 MiB.
	maxBody = 4 << 20
	// maxErrorBody bounds what is read of an answer that reports an error.
	maxErrorBody = 16 << 10
	// maxRedirects is what browsers and http.Client bear with.
	// go-containerregistry follows redirects without end.
	maxRedirects = 10
)

// newTransport returns a transport that gives up early on a host that isn't
// there, and connects only where the gate lets it.
func newTransport(timeout time.Duration, g *gate) http.RoundTripper {
	t := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 50, IdleConnTimeout: 90 * time.Second}
	if base, ok := remote.DefaultTransport.(*http.Transport); ok {
		t = base.Clone()
	}
	t.Proxy, t.DialContext = g.proxy, g.dial
	t.TLSHandshakeTimeout = timeout
	t.ResponseHeaderTimeout = timeout
	return t
}

// hosts remembers which hosts are not to be asked again, and why. The zero
// value is ready for use.
type hosts struct {
	mu   sync.Mutex
	down map[string]*failure
}

// failure returns why the host is not to be asked, nil when it may be.
func (h *hosts) failure(host string) *failure {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.down[host]
}

// rule out a host; the first reason stays.
func (h *hosts) ruleOut(host string, f *failure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down == nil {
		h.down = map[string]*failure{}
	}
	if h.down[host] == nil {
		h.down[host] = f
	}
}

// guard stands before the network: it lets no request through to a host that
// is ruled out, rules out the one that answers 429, whatever the request was
// for, bounds the size of every answer but that of a layer, and counts.
type guard struct {
	next  http.RoundTripper
	hosts *hosts
}

type layerKey struct{}

// ofLayer marks the requests for a layer, whose reader has bounds of its own.
func ofLayer(ctx context.Context) context.Context {
	return context.WithValue(ctx, layerKey{}, true)
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if f := g.hosts.failure(req.URL.Host); f != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, f
	}
	if redirects(req) > maxRedirects {
		return nil, &failure{reason: fmt.Sprintf("%s sends from one place to another without end", req.URL.Host)}
	}
	meter := meterOf(req.Context())
	meter.requests.Add(1)
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		g.hosts.ruleOut(req.URL.Host, tooMany(req.URL.Host))
	}
	resp.Body = &metered{resp.Body, meter}
	if resp.StatusCode >= http.StatusBadRequest {
		// The status is what counts: a page that is too long or breaks off must
		// not hide it.
		text, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(text))
		return resp, nil
	}
	if req.Context().Value(layerKey{}) == nil {
		resp.Body = &boundedBody{body: resp.Body, left: maxBody, host: req.URL.Host}
	}
	return resp, nil
}

// redirects counts the answers that led to this request.
func redirects(req *http.Request) (n int) {
	for r := req.Response; r != nil && r.Request != nil; r = r.Request.Response {
		n++
	}
	return n
}

// boundedBody fails the reader that wants more than left bytes.
type boundedBody struct {
	body io.ReadCloser
	left int
	host string
}

func (b *boundedBody) Read(p []byte) (int, error) {
	// One byte more than allowed tells an answer that is too long from one
	// that ends right there.
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, &failure{reason: fmt.Sprintf("%s sent more than %d MiB where a few KiB were expected", b.host, maxBody>>20)}
	}
	return n, err
}

func (b *boundedBody) Close() error { return b.body.Close() }
