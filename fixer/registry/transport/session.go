package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// session is the access to one repository.
type session struct {
	transport http.RoundTripper
	anonymous bool // without credentials
	greeter   *greeter
}

// with runs do with the access to the repository. A registry that wants a login says
// so in its answer to the first request; that is then repeated, and all later ones
// include the login.
func (c *Client) with(ctx context.Context, repo name.Repository, a *attempt, do func([]remote.Option) error) error {
	for {
		s, f := c.session(ctx, repo, *a)
		if f != nil {
			return f
		}
		a.anonymous = s.anonymous
		err := do([]remote.Option{remote.WithContext(ctx), remote.WithTransport(s.transport)})
		var status *transport.Error
		if err == nil || !errors.As(err, &status) || status.StatusCode != http.StatusUnauthorized || len(s.greeter.challenge) > 0 {
			return err
		}
		challenge := s.greeter.heard()
		if !slices.ContainsFunc(challenge, wantsToken) {
			return err // a name and a password were sent with the first request, if there are any
		}
		c.challenges.Store(a.host, challenge)
		c.sessions.CompareAndDelete(repo, s)
	}
}

// wantsToken reports whether a challenge sends the client to a token server.
func wantsToken(challenge string) bool {
	return strings.HasPrefix(strings.ToLower(challenge), "bearer")
}

// session opens the access to a repository, or reuses the earlier one.
func (c *Client) session(ctx context.Context, repo name.Repository, a attempt) (*session, *content.Failure) {
	if s, ok := c.sessions.Load(repo); ok {
		return s.(*session), nil
	}
	auth, f := c.credentials(ctx, repo, a)
	if f != nil {
		return nil, f
	}
	a.anonymous = auth == authn.Anonymous
	g := &greeter{next: c.transport, host: repo.RegistryStr(), plain: c.schemes.isPlain}
	if challenge, ok := c.challenges.Load(a.host); ok {
		g.challenge = challenge.([]string)
	}
	reg := repo.Registry
	if c.schemes.isPlain(g.host) {
		var err error
		if reg, err = name.NewRegistry(g.host, name.Insecure); err != nil {
			return nil, &content.Failure{Reason: content.ErrName.Error(), Err: err}
		}
	}
	t, err := transport.NewWithContext(ctx, reg, auth, g, []string{repo.Scope(transport.PullScope)})
	if err != nil {
		return nil, a.explain(ctx, err, "asks for a login in a way that isn't understood")
	}
	s := &session{t, a.anonymous, g}
	c.sessions.Store(repo, s)
	return s, nil
}

// maxChallenges bounds the ways to log in that a registry may offer.
const maxChallenges = 4

// greeter answers the first request of go-containerregistry, which only asks whether a
// login is needed, instead of the registry: with the registry's earlier challenge, or
// that no login is needed.
type greeter struct {
	next      http.RoundTripper
	host      string
	plain     func(host string) bool
	challenge []string // the registry's WWW-Authenticate; none when it wants no login

	mu   sync.Mutex
	said []string
}

// heard returns the registry's challenge when it refuses a request.
func (g *greeter) heard() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.said
}

func (g *greeter) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == "/v2/" && req.URL.Host == g.host {
		return g.greet(req)
	}
	resp, err := g.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	// There is no login at the target of a redirect: go-containerregistry would log in
	// at every place that the answer names.
	said := resp.Header.Values("WWW-Authenticate")
	if req.URL.Host != g.host {
		resp.Header.Del("WWW-Authenticate")
		return resp, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.said = said[:min(len(said), maxChallenges)]
	return resp, nil
}

func (g *greeter) greet(req *http.Request) (*http.Response, error) {
	if (req.URL.Scheme == "http") != g.plain(g.host) {
		return nil, errors.New("the registry is spoken to in the other way")
	}
	resp := &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: req,
	}
	if len(g.challenge) > 0 {
		resp.Status, resp.StatusCode = "401 Unauthorized", http.StatusUnauthorized
		resp.Header["Www-Authenticate"] = g.challenge
	}
	return resp, nil
}

// credentials asks the keychain, which may start a slow program and takes no context.
func (c *Client) credentials(ctx context.Context, repo name.Repository, a attempt) (authn.Authenticator, *content.Failure) {
	type answer struct {
		auth authn.Authenticator
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		auth, err := authn.Resolve(ctx, c.keychain, repo)
		answers <- answer{auth, err}
	}()
	select {
	case got := <-answers:
		if got.err != nil {
			return nil, &content.Failure{Reason: "the credentials for " + a.host + " can't be read", Host: true, Err: got.err}
		}
		return got.auth, nil
	case <-ctx.Done():
		if context.Cause(ctx) != content.ErrTimeout {
			return nil, &content.Failure{Reason: "the credentials for " + a.host + " did not come in time", Err: ctx.Err()}
		}
		return nil, &content.Failure{Reason: fmt.Sprintf("the credentials for %s did not come within %s", a.host, a.timeout), Host: true, Err: ctx.Err()}
	}
}
