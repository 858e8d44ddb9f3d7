package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

const (
	// connectTimeout bounds the name lookup and the connection together, so
	// that a run without any network is over soon.
	connectTimeout = 2 * time.Second
	// maxManifest bounds a manifest or an index, of which every 100 bytes may be a
	// member. Real ones stay below 30 KiB.
	maxManifest = 256 << 10
	// maxErrorBody bounds what is read of an answer that reports an error.
	maxErrorBody = 16 << 10
	// maxRedirects is the limit of browsers and http.Client. go-containerregistry
	// follows redirects without end.
	maxRedirects = 10
	// maxRequests bounds the requests for one document or layer, logins included: a
	// server must not make us flood others.
	maxRequests = 32
	// maxHeader bounds the header of an answer.
	maxHeader = 128 << 10
)

// Hosts remembers which hosts must not be asked again, and why. The zero value is
// ready for use, also concurrently.
type Hosts struct {
	mu   sync.Mutex
	down map[string]*content.Failure
}

// Failure returns why the host must not be asked, nil if it may be.
func (h *Hosts) Failure(host string) *content.Failure {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.down[withPort(Canonical(host))]
}

// Limited returns the hosts, as messages name them, that wanted no more requests, sorted.
func (h *Hosts) Limited() (list []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for host, f := range h.down {
		if f.TooMany {
			list = append(list, DisplayHost(strings.TrimSuffix(host, ":443")))
		}
	}
	slices.Sort(list)
	return list
}

// RuleOut prevents further requests to the host, for the reason f; the first
// reason stays.
func (h *Hosts) RuleOut(host string, f *content.Failure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down == nil {
		h.down = map[string]*content.Failure{}
	}
	if host = withPort(Canonical(host)); h.down[host] == nil {
		h.down[host] = f
	}
}

// guard checks each request before the network: it lets none through to a host that is
// ruled out, rules out a host that answers 429 to any request, bounds the size of
// every answer but that of a layer, and counts.
type guard struct {
	next  http.RoundTripper
	hosts *Hosts
}

// exchange is the state of the requests for one document or layer.
type exchange struct {
	limit    int          // of the answer's bytes; 0 for a layer, whose reader has its own
	requests atomic.Int32 // so far
}

type exchangeKey struct{}

// withExchange begins an exchange, whose answer has at most so many bytes.
func withExchange(ctx context.Context, limit int) context.Context {
	return context.WithValue(ctx, exchangeKey{}, &exchange{limit: limit})
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if f := g.hosts.Failure(req.URL.Host); f != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, f
	}
	x, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		x = &exchange{limit: content.MaxDocument}
	}
	if x.requests.Add(1) > maxRequests {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s takes more than %d requests for one answer", DisplayHost(req.URL.Host), maxRequests)}
	}
	if redirects(req) > maxRedirects {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s sends from one place to another without end", DisplayHost(req.URL.Host))}
	}
	meter := meterOf(req.Context())
	meter.requests.Add(1)
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		g.hosts.RuleOut(req.URL.Host, tooMany(req.URL.Host))
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
	if x.limit > 0 {
		resp.Body = &boundedBody{body: resp.Body, left: x.limit, limit: x.limit, host: DisplayHost(req.URL.Host)}
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

// boundedBody fails a reader that wants more than left bytes.
type boundedBody struct {
	body  io.ReadCloser
	left  int
	limit int
	host  string
}

func (b *boundedBody) Read(p []byte) (int, error) {
	// One byte more than allowed distinguishes an answer that is too long from one
	// that ends right there.
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, &content.Failure{Reason: fmt.Sprintf("%s sent more than %d KiB where a few were expected", b.host, b.limit>>10)}
	}
	return n, err
}

func (b *boundedBody) Close() error { return b.body.Close() }
