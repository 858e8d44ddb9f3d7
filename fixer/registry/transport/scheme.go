package transport

import (
	"crypto/tls"
	"errors"
	"net/http"
	"sync"
)

// schemes decides whether a host is accessed by HTTPS or by plain HTTP: always by
// HTTPS, except for the hosts that the user named, and for those of this machine if
// they don't support it, as in Docker. The scheme of a redirect or of
// go-containerregistry doesn't count.
type schemes struct {
	next    http.RoundTripper
	plain   []Host
	learned sync.Map // host → true: it's plain HTTP
}

func (s *schemes) isPlain(host string) bool {
	_, learned := s.learned.Load(host)
	return learned || among(host, s.plain)
}

func (s *schemes) RoundTrip(req *http.Request) (*http.Response, error) {
	host := req.URL.Host
	plain := s.isPlain(host)
	resp, err := s.next.RoundTrip(withScheme(req, plain))
	var record tls.RecordHeaderError
	if err == nil || plain || !isLoopback(host) || req.Body != nil ||
		!errors.As(err, &record) || string(record.RecordHeader[:]) != "HTTP/" {
		return resp, err
	}
	s.learned.Store(host, true)
	return s.next.RoundTrip(withScheme(req, true))
}

func withScheme(req *http.Request, plain bool) *http.Request {
	scheme := "https"
	if plain {
		scheme = "http"
	}
	if req.URL.Scheme == scheme {
		return req
	}
	changed := req.Clone(req.Context())
	changed.URL.Scheme = scheme
	return changed
}
