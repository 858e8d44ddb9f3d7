package registry_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// carry is an http.RoundTripper without a network.
type carry func(*http.Request) (*http.Response, error)

func (c carry) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// answer returns a response.
func answer(r *http.Request, status int, body io.Reader) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), Request: r, ContentLength: -1}
}

// status answers every request for a manifest with that status, and lets others pass.
func status(code int, body string) carry {
	return func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.Path, "/manifests/") {
			return answer(r, http.StatusOK, strings.NewReader("")), nil
		}
		return answer(r, code, strings.NewReader(body)), nil
	}
}

// broken fails every request.
func broken(err error) carry {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

const (
	known   = "node:20"                            // to the table
	unknown = "index.docker.io/team/secret-name:1" // at the same host
)

// TestFailures runs each failure with an image that the table knows and one
// that it doesn't, in time that passes only while all wait.
func TestFailures(t *testing.T) {
	lookup := func(e net.DNSError) error {
		e.Name, e.Server = "index.docker.io", "10.0.0.1:53"
		return &net.OpError{Op: "dial", Net: "tcp", Err: &e}
	}
	config := func(body string) string {
		return `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:` + body + `"}}`
	}
	tests := []struct {
		name      string
		transport http.RoundTripper
		want      string
		within    time.Duration
		host      bool // the host is not asked again
	}{
		{"hangs", carry(hang), "docker.io did not answer within 10s", 10 * time.Second, true},
		{"hangs in the answer", carry(func(r *http.Request) (*http.Response, error) {
			return answer(r, http.StatusOK, endless{r.Context(), false}), nil
		}), "docker.io did not answer within 10s", 10 * time.Second, true},
		{"no such host", broken(lookup(net.DNSError{Err: "no such host", IsNotFound: true})), "docker.io can't be reached: no such host", 0, true},
		{"lookup times out", broken(lookup(net.DNSError{Err: "i/o timeout", IsTimeout: true})), "docker.io can't be reached: no connection within 2s", 0, true},
		{"lookup fails", broken(lookup(net.DNSError{Err: "server misbehaving", IsTemporary: true})), "docker.io can't be reached: the name lookup failed", 0, true},
		{"proxy", broken(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: lookup(net.DNSError{IsNotFound: true})}), "docker.io can't be reached: the proxy: no such host", 0, true},
		{"breaks off", broken(io.ErrUnexpectedEOF), "docker.io broke off its answer", time.Second, false},
		{"TLS", broken(&tls.CertificateVerificationError{Err: fmt.Errorf("x509:\n certificate has expired")}), "docker.io can't be reached: x509: certificate has expired", 0, true},
		{"401", status(401, ""), "docker.io answered 401 Unauthorized: it needs a login", 0, false},
		{"403", status(403, "<html>"), "docker.io answered 403 Forbidden: it gives no access", 0, false},
		{"404", status(404, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"secret-name"}]}`), "docker.io has no such image or tag (404)", 0, false},
		{"418", status(418, ""), "docker.io answered 418 I'm a teapot", 0, false},
		{"429", status(429, strings.Repeat("x", 1<<20)), "docker.io answered 429 Too Many Requests: log in or set a mirror", 0, true},
		{"500", status(500, "secret-name"), "docker.io answered 500 Internal Server Error", time.Second, false},
		{"503", status(503, ""), "docker.io answered 503 Service Unavailable", time.Second, false},
		{"no registry", carry(func(r *http.Request) (*http.Response, error) {
			return answer(r, http.StatusNotFound, strings.NewReader("")), nil
		}), "docker.io answered 404 Not Found", 0, false},
		{"a page in place of JSON", status(200, "<html>log in to the network"), "docker.io has a manifest that is not JSON", 0, false},
		{"JSON of another form", status(200, `{"manifests":"secret-name"}`), "docker.io has a manifest that can't be read", 0, false},
		{"a digest that isn't one", status(200, config("xyz")), "docker.io has a manifest that can't be read", 0, false},
		{"half a manifest", status(200, `{"schemaVersion":2,`), "docker.io has a manifest that is not JSON", 0, false},
		{"an empty manifest", status(200, `{}`), "docker.io has a manifest of a kind that isn't known", 0, false},
		{"other content", status(200, config(strings.Repeat("0", 64))), "docker.io sent something other than was asked for: the digest does not match", 0, false},
		{"something else than an image", carry(artifact), "docker.io has something other than a container image under this name", 0, false},
		{"endless", carry(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/v2/" {
				return answer(r, http.StatusOK, strings.NewReader("")), nil
			}
			return answer(r, http.StatusOK, endless{r.Context(), true}), nil
		}), "docker.io sent more than 256 KiB where a few were expected", 0, false},
		{"a login that isn't understood", carry(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, http.StatusUnauthorized, strings.NewReader(""))
			resp.Header.Set("WWW-Authenticate", `Bearer service="x"`)
			return resp, nil
		}), "docker.io asks for a login in a way that isn't understood", 0, true},
		{"sends in circles", carry(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, http.StatusFound, strings.NewReader(""))
			resp.Header.Set("Location", r.URL.Path)
			return resp, nil
		}), "docker.io sends from one place to another without end", 0, false},
		{"sends to nowhere", carry(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, http.StatusFound, strings.NewReader(""))
			resp.Header.Set("Location", "https://[secret-name")
			return resp, nil
		}), "docker.io could not be asked: failed to parse Location header", 0, false},
		{"not HTTP", broken(textproto.ProtocolError("malformed MIME header line: secret-name")), "docker.io sent an answer that is not HTTP", 0, false},
		{"the token server is away", carry(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "auth.docker.io" {
				return nil, lookup(net.DNSError{IsNotFound: true})
			}
			resp := answer(r, http.StatusUnauthorized, strings.NewReader(""))
			resp.Header.Set("WWW-Authenticate", `Bearer realm="https://auth.docker.io/token",service="x"`)
			return resp, nil
		}), "auth.docker.io can't be reached: no such host", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				in := inspector(t, registry.Options{Keychain: authn.NewMultiKeychain(), Transport: carry(func(r *http.Request) (*http.Response, error) {
					requests++
					return tt.transport.RoundTrip(r)
				})})
				start := time.Now()
				_, err := in.Inspect(context.Background(), baseimage.Query{Image: unknown})
				if err == nil || err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("took %s", took)
				}

				requests = 0
				f, err := in.Inspect(context.Background(), baseimage.Query{Image: known})
				switch {
				case tt.name == "404": // the tag really isn't there
					if err == nil || err.Error() != tt.want {
						t.Errorf("facts %v, error %v", f, err)
					}
				case err != nil:
					t.Error(err)
				case f.Assumed != tt.want || f.Image != known || f.Accounts.Source != baseimage.FromTable || f.Digest != "":
					t.Errorf("facts %s", toJSON(t, f))
				}
				if tt.host != (requests == 0) {
					t.Errorf("%d further requests", requests)
				}
			})
		})
	}
}

// endless is a body without an end: it never stops sending, or never starts.
type endless struct {
	ctx   context.Context
	sends bool
}

func (e endless) Read(p []byte) (int, error) {
	if e.sends {
		return copy(p, bytes.Repeat([]byte{' '}, len(p))), nil
	}
	<-e.ctx.Done()
	return 0, e.ctx.Err()
}

// artifact answers with a manifest whose configuration is "{}".
func artifact(r *http.Request) (*http.Response, error) { return documents(r, "{}") }

// artifactImage answers with an image without layers.
func artifactImage(r *http.Request) (*http.Response, error) { return documents(r, `{"os":"linux"}`) }

func documents(r *http.Request, config string) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/blobs/") {
		return answer(r, http.StatusOK, strings.NewReader(config)), nil
	}
	return status(http.StatusOK, fmt.Sprintf(`{"config":{"digest":"sha256:%x"}}`, sha256.Sum256([]byte(config))))(r)
}
