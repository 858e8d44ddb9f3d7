package registry

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// attempt is one attempt to read an image, as far as it takes to explain why
// it failed.
type attempt struct {
	host      string // of the registry
	timeout   time.Duration
	anonymous bool // no credentials were sent
}

// explain turns an error of the exchange with the registry into a failure.
// The parts of it that repeat what was asked for or answered are left out; an
// error that isn't known is described by otherwise.
func (a attempt) explain(ctx context.Context, err error, otherwise string) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return &failure{reason: refused.Error(), host: true, err: err}
	}
	host := a.host
	var request *url.Error
	if errors.As(err, &request) {
		if u, err := url.Parse(request.URL); err == nil && u.Host != "" {
			host = shown(u.Host) // that of a token server, for instance
		}
	}
	var status *transport.Error
	var dial *net.OpError
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	var protocol textproto.ProtocolError
	switch {
	case errors.As(err, &status):
		if status.Request != nil {
			host = shown(status.Request.URL.Host)
		}
		return a.refused(host, status)
	case context.Cause(ctx) == errTimeout:
		return a.tooLate(host, err)
	case errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"):
		return &failure{reason: host + " can't be reached: " + dialCause(dial), host: true, err: err}
	case timedOut(err):
		return a.tooLate(host, err)
	case brokenOff(err):
		otherwise = "broke off its answer"
	case tlsCause(err) != nil:
		return &failure{reason: host + " can't be reached: " + clean(tlsCause(err).Error()), host: true, err: err}
	case errors.As(err, &syntax), errors.As(err, &mismatch):
		otherwise = "sent an answer that is not the JSON it should be"
	case errors.As(err, &protocol):
		otherwise = "sent an answer that is not HTTP"
	case request != nil:
		if strings.Contains(request.Err.Error(), "SSRF protection") { // of go-containerregistry
			return &failure{reason: host + " sends to a private address", err: err}
		}
		// What the server wrote comes quoted.
		cause, _, _ := strings.Cut(request.Err.Error(), `"`)
		otherwise = "could not be asked: " + clean(cause)
	}
	return &failure{reason: host + " " + otherwise, err: err}
}

// tooLate is the failure of a host that lets its clients wait.
func (a attempt) tooLate(host string, err error) *failure {
	return &failure{reason: fmt.Sprintf("%s did not answer within %s", host, a.timeout), host: true, err: err}
}

// refused explains an answer with an error status.
func (a attempt) refused(host string, e *transport.Error) *failure {
	f := &failure{err: e}
	answered := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", host, e.StatusCode, http.StatusText(e.StatusCode)))
	switch {
	case e.StatusCode == http.StatusTooManyRequests:
		return tooMany(host)
	case e.StatusCode == http.StatusUnauthorized && a.anonymous:
		f.reason = answered + ": it needs a login"
	case e.StatusCode == http.StatusUnauthorized:
		f.reason = answered + ": it did not accept the login"
	case e.StatusCode == http.StatusForbidden:
		f.reason = answered + ": it gives no access"
	default:
		f.reason = answered
	}
	return f
}

// tooMany is the failure of a host that wants no more requests.
func tooMany(host string) *failure {
	return &failure{reason: shown(host) + " answered 429 Too Many Requests: log in or set a mirror", host: true, tooMany: true}
}

// dialCause says why there is no connection, without addresses, which differ
// from one machine to the next.
func dialCause(err *net.OpError) string {
	var lookup *net.DNSError
	var errno syscall.Errno
	var cause string
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		cause = "no such host"
	case errors.As(err, &errno) && !errno.Timeout():
		cause = errno.Error()
	case err.Timeout():
		cause = fmt.Sprintf("no connection within %s", connectTimeout)
	case lookup != nil:
		cause = "the name lookup failed"
	default:
		cause = clean(err.Err.Error())
	}
	if err.Op == "proxyconnect" {
		return "the proxy: " + cause
	}
	return cause
}

// tlsCause returns what is wrong with the encryption or the certificate, nil
// when nothing is.
func tlsCause(err error) error {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &cert):
		return cert.Err
	case errors.As(err, &record):
		return record
	case errors.As(err, &alert):
		return alert
	case errors.Is(err, http.ErrSchemeMismatch):
		return errors.New("it doesn't speak TLS")
	}
	return nil
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
