package registry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// session is the access to one repository.
type session struct {
	transport http.RoundTripper
	anonymous bool // without credentials
}

// open logs in for reading the repository, or takes up the session from before.
func (c *client) open(ctx context.Context, repo name.Repository, a attempt) (session, *failure) {
	if s, ok := c.sessions.Load(repo); ok {
		return s.(session), nil
	}
	auth, f := c.credentials(ctx, repo, a)
	if f != nil {
		return session{}, f
	}
	a.anonymous = auth == authn.Anonymous
	t, err := transport.NewWithContext(ctx, repo.Registry, auth, c.transport, []string{repo.Scope(transport.PullScope)})
	if err != nil {
		return session{}, a.explain(ctx, err, "asks for a login in a way that isn't understood")
	}
	s := session{t, a.anonymous}
	c.sessions.Store(repo, s)
	return s, nil
}

// credentials asks the keychain, which may start a program that takes its time
// and knows of no context.
func (c *client) credentials(ctx context.Context, repo name.Repository, a attempt) (authn.Authenticator, *failure) {
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
			return nil, &failure{reason: "the credentials for " + a.host + " can't be read", host: true, err: got.err}
		}
		return got.auth, nil
	case <-ctx.Done():
		return nil, &failure{reason: fmt.Sprintf("the credentials for %s did not come within %s", a.host, a.timeout), host: true, err: ctx.Err()}
	}
}
