package registry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
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
)

// newTransport returns a transport that gives up early on a host that isn't
// there.
func newTransport(timeout time.Duration) http.RoundTripper {
	base, ok := remote.DefaultTransport.(*http.Transport)
	if !ok {
		return remote.DefaultTransport
	}
	t := base.Clone()
	t.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = timeout
	t.ResponseHeaderTimeout = timeout
	return t
}

// withRetry repeats a request once that met a server in trouble or a broken
// connection. go-containerregistry's own way takes up to four seconds, asks
// again after 429, and its pauses heed no context.
func withRetry(next http.RoundTripper) http.RoundTripper {
	return transport.NewRetry(next,
		transport.WithRetryBackoff(transport.Backoff{Duration: 100 * time.Millisecond, Steps: 2}),
		transport.WithRetryStatusCodes(http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout),
		transport.WithRetryPredicate(func(err error) bool {
			var status *transport.Error
			return errors.As(err, &status) || brokenOff(err)
		}),
	)
}

// brokenOff reports whether the connection was lost before the answer was
// complete.
func brokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
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
// for, and bounds the size of every answer.
type guard struct {
	next  http.RoundTripper
	hosts *hosts
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if f := g.hosts.failure(req.URL.Host); f != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, f
	}
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		g.hosts.ruleOut(req.URL.Host, tooMany(req.URL.Host))
	}
	if resp.StatusCode >= http.StatusBadRequest {
		// The status is what counts: a page that is too long or breaks off must
		// not hide it.
		text, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(text))
		return resp, nil
	}
	resp.Body = &boundedBody{body: resp.Body, left: maxBody, host: req.URL.Host}
	return resp, nil
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
