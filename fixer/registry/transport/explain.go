package transport

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

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// attempt is one attempt to read an image, with what is needed to explain its failure.
type attempt struct {
	host      string // of the registry
	timeout   time.Duration
	anonymous bool // no credentials were sent
}

// explain converts an error of the exchange with the registry to a failure. It leaves
// out the parts of the error that repeat requests or answers; otherwise describes an
// unknown error.
func (a attempt) explain(ctx context.Context, err error, otherwise string) *content.Failure {
	var known *content.Failure
	if errors.As(err, &known) {
		return known
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return &content.Failure{Reason: refused.Error(), Host: true, Err: err}
	}
	host := a.host
	var request *url.Error
	if errors.As(err, &request) {
		if u, err := url.Parse(request.URL); err == nil && u.Host != "" {
			host = DisplayHost(u.Host) // that of a token server, for instance
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
			host = DisplayHost(status.Request.URL.Host)
		}
		return a.refused(host, status)
	case context.Cause(ctx) == content.ErrTimeout:
		return a.tooLate(host, err)
	case errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect"):
		return &content.Failure{Reason: host + " can't be reached: " + dialCause(dial), Host: true, Err: err}
	case timedOut(err):
		return a.tooLate(host, err)
	case content.BrokenOff(err):
		otherwise = "broke off its answer"
	case tlsCause(err) != nil:
		return &content.Failure{Reason: host + " can't be reached: " + content.Clean(tlsCause(err).Error()), Host: true, Err: err}
	case errors.As(err, &syntax), errors.As(err, &mismatch):
		otherwise = "sent an answer that is not the JSON it should be"
	case errors.As(err, &protocol):
		otherwise = "sent an answer that is not HTTP"
	case request != nil:
		if strings.Contains(request.Err.Error(), "SSRF protection") { // of go-containerregistry
			return &content.Failure{Reason: host + " sends to a private address", Err: err}
		}
		// The server's text is in quotes.
		cause, _, _ := strings.Cut(request.Err.Error(), `"`)
		otherwise = "could not be asked: " + content.Clean(cause)
	}
	return &content.Failure{Reason: host + " " + otherwise, Err: err}
}

// tooLate returns the failure of a host that takes too long.
func (a attempt) tooLate(host string, err error) *content.Failure {
	return &content.Failure{Reason: fmt.Sprintf("%s did not answer within %s", host, a.timeout), Host: true, Err: err}
}

// refused explains an answer with an error status.
func (a attempt) refused(host string, e *transport.Error) *content.Failure {
	f := &content.Failure{Err: e}
	answered := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", host, e.StatusCode, http.StatusText(e.StatusCode)))
	switch {
	case e.StatusCode == http.StatusTooManyRequests:
		return tooMany(host)
	case e.StatusCode == http.StatusUnauthorized && a.anonymous:
		f.Reason = answered + ": it needs a login"
	case e.StatusCode == http.StatusUnauthorized:
		f.Reason = answered + ": it did not accept the login"
	case e.StatusCode == http.StatusForbidden:
		f.Reason = answered + ": it gives no access"
	default:
		f.Reason = answered
	}
	return f
}

// tooMany returns the failure of a host that wants no more requests.
func tooMany(host string) *content.Failure {
	return &content.Failure{Reason: DisplayHost(host) + " answered 429 Too Many Requests: log in or set a mirror", Host: true, TooMany: true}
}

// dialCause returns why there is no connection, without addresses, which differ
// between machines.
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
		cause = content.Clean(err.Err.Error())
	}
	if err.Op == "proxyconnect" {
		return "the proxy: " + cause
	}
	return cause
}

// tlsCause returns what is wrong with the encryption or the certificate, nil if
// nothing is.
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
