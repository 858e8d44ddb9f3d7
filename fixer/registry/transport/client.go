// Package transport accesses registries. Its Client reads the documents and the
// layers of an image over HTTP.
//
// A Dockerfile is untrusted input, and names the registries that are asked.
// So a request goes nowhere that only this machine can reach, unless the user
// named that place; answers, redirects, requests and waiting are bounded;
// credentials go to the registry that they are for; and a host that fails, or
// wants no more requests, isn't asked again.
package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// Client reads manifests, configurations and layers. It must be made with New, and
// is safe for concurrent use.
type Client struct {
	// Hosts are those that are not asked any more.
	Hosts *Hosts

	transport  http.RoundTripper
	keychain   authn.Keychain
	timeout    time.Duration
	policy     *accessPolicy
	schemes    *schemes
	sessions   sync.Map // name.Repository → *session
	challenges sync.Map // host → []string, its WWW-Authenticate
}

// Options configure New.
type Options struct {
	// Allow, if non-empty, restricts images to these registries. They may have
	// addresses that are not of the internet, which others may not.
	Allow []Host
	// PlainHTTP are the hosts that are accessed without encryption.
	PlainHTTP []Host
	Keychain  authn.Keychain // of the credentials
	// Timeout bounds the requests for the documents of one image.
	Timeout   time.Duration
	UserAgent string // what the registries see
	// Transport carries the requests. When nil, one that gives up after two
	// seconds without a connection, and connects only where Allow permits it.
	Transport http.RoundTripper
}

// New returns a Client with the options o. Keychain and Timeout must be set.
func New(o Options) *Client {
	g := &accessPolicy{allow: o.Allow}
	if o.Transport == nil {
		o.Transport = newRoutedTransport(o.Timeout, g, http.ProxyFromEnvironment)
	}
	h := &Hosts{}
	s := &schemes{next: o.Transport, plain: o.PlainHTTP}
	return &Client{
		transport: transport.NewUserAgent(&retry{&guard{next: s, hosts: h}, h}, o.UserAgent),
		keychain:  o.Keychain,
		timeout:   o.Timeout,
		policy:    g,
		schemes:   s,
		Hosts:     h,
	}
}

// ask gets an answer from the registry of a repository, within the time
// for it. Unless ctx is done, the error is a *content.Failure.
func (c *Client) ask(ctx context.Context, repo name.Repository, try func(context.Context, attempt) *content.Failure) error {
	host := repo.RegistryStr()
	if f := c.mayAsk(ctx, host); f != nil {
		return f
	}
	if f := c.Hosts.Failure(host); f != nil {
		return f
	}
	bounded, cancel := context.WithTimeoutCause(ctx, c.timeout, content.ErrTimeout)
	defer cancel()
	f := try(bounded, attempt{host: DisplayHost(host), timeout: c.timeout, anonymous: true})
	switch {
	case f == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case f.Host:
		c.Hosts.RuleOut(host, f)
	}
	return f
}

// mayAsk returns why images of a registry must not be requested, nil if they may:
// those of a mirror always, since the user named it for that.
func (c *Client) mayAsk(ctx context.Context, host string) *content.Failure {
	if mirror, ok := ctx.Value(mirrorKey{}).(string); ok && mirror == Canonical(host) {
		return nil
	}
	return c.policy.mayAsk(host)
}

// Digest returns the digest that a tag has now. It makes a HEAD request, which
// registries with a limit don't count. Unless ctx is done, the error is a
// *content.Failure: Absent if there is no such image or tag.
func (c *Client) Digest(ctx context.Context, ref name.Reference) (v1.Hash, error) {
	var digest v1.Hash
	err := c.ask(ctx, ref.Context(), func(ctx context.Context, a attempt) *content.Failure {
		err := c.with(withExchange(ctx, content.MaxDocument), ref.Context(), &a, func(options []remote.Option) error {
			d, err := remote.Head(ref, options...)
			if err == nil {
				digest = d.Digest
			}
			return err
		})
		if err == nil {
			return nil
		}
		f := a.notFound(ctx, err, ref)
		// The answer to such a request has no body that could say more (OCI
		// distribution specification, "Checking if content exists in the registry").
		var status *transport.Error
		if errors.As(f, &status) && status.StatusCode == http.StatusNotFound && status.Request != nil && strings.Contains(status.Request.URL.Path, "/manifests/") {
			f = a.nowhere(err)
		}
		return f
	})
	return digest, err
}

// Fetch reads the image for the platform: manifest or index and manifest, and
// configuration. The errors are those of Digest.
func (c *Client) Fetch(ctx context.Context, ref name.Reference, want v1.Platform) (*content.Image, error) {
	var img *content.Image
	err := c.ask(ctx, ref.Context(), func(ctx context.Context, a attempt) (f *content.Failure) {
		img, f = c.read(ctx, a, ref, want)
		return f
	})
	return img, err
}

func (c *Client) read(ctx context.Context, a attempt, ref name.Reference, want v1.Platform) (*content.Image, *content.Failure) {
	top, err := c.manifest(ctx, &a, ref)
	if err != nil {
		return nil, a.notFound(ctx, err, ref)
	}
	img, config, f := content.Descend(a.host, top, want, func(digest v1.Hash) ([]byte, *content.Failure) {
		d, err := c.manifest(ctx, &a, ref.Context().Digest(digest.String()))
		if err != nil {
			return nil, a.explain(ctx, err, otherContent)
		}
		return d.Text, nil
	})
	if f != nil {
		return nil, f
	}
	img.Digest = top.Digest.String()
	text, err := c.blob(ctx, &a, ref.Context().Digest(config.String()))
	if err != nil {
		return nil, a.explain(ctx, err, otherContent)
	}
	img.Config = text
	return img, content.CheckConfig(a.host, text)
}

// otherContent is the reason for the only remaining failure when content is requested
// by its digest and the registry answers.
const otherContent = "sent something other than was asked for: the digest does not match"

// notFound explains why the name can't be resolved; only here does a 404 mean that the
// image is missing.
func (a attempt) notFound(ctx context.Context, err error, ref name.Reference) *content.Failure {
	otherwise := "gave an answer that can't be used"
	if _, ok := ref.(name.Digest); ok {
		otherwise = otherContent
	}
	f := a.explain(ctx, err, otherwise)
	var status *transport.Error
	if errors.As(f, &status) && status.StatusCode == http.StatusNotFound && len(status.Errors) > 0 && unknownCodes[status.Errors[0].Code] {
		return a.nowhere(err)
	}
	return f
}

// nowhere returns the failure of an image that the registry doesn't have.
func (a attempt) nowhere(err error) *content.Failure {
	return &content.Failure{Reason: a.host + " has no such image or tag (404)", Absent: true, Err: err}
}

// unknownCodes are the codes by which a registry says that something doesn't exist
// (OCI distribution specification, "Error Codes"). A server that isn't a registry
// answers 404 too.
var unknownCodes = map[transport.ErrorCode]bool{
	transport.ManifestUnknownErrorCode: true, transport.NameUnknownErrorCode: true, "NOT_FOUND": true,
}

// manifest reads the document of the reference. go-containerregistry trusts the digest
// that some answers state, so it's computed here.
func (c *Client) manifest(ctx context.Context, a *attempt, ref name.Reference) (content.Document, error) {
	var d *remote.Descriptor
	err := c.with(withExchange(ctx, maxManifest), ref.Context(), a, func(options []remote.Option) (err error) {
		d, err = remote.Get(ref, options...)
		return err
	})
	if err != nil {
		return content.Document{}, err
	}
	asked := v1.Hash{Algorithm: "sha256"}
	if pinned, ok := ref.(name.Digest); ok {
		if asked, err = v1.NewHash(pinned.DigestStr()); err != nil {
			return content.Document{}, err
		}
	}
	digest, err := content.DigestOf(bytes.NewReader(d.Manifest), asked.Algorithm)
	if err != nil || asked.Hex != "" && digest != asked {
		return content.Document{}, &content.Failure{Reason: a.host + " " + otherContent, Err: err}
	}
	return content.Document{Digest: digest, Text: d.Manifest}, nil
}

// blob reads the content with that digest, and checks it.
func (c *Client) blob(ctx context.Context, a *attempt, ref name.Digest) (text []byte, err error) {
	err = c.with(withExchange(ctx, content.MaxDocument), ref.Context(), a, func(options []remote.Option) error {
		body, err := openBlob(ref, options)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err = io.ReadAll(body)
		return err
	})
	return text, err
}

// openBlob opens the content with that digest. Reading it fails at its end if the
// digest is different.
func openBlob(ref name.Digest, options []remote.Option) (io.ReadCloser, error) {
	blob, err := remote.Layer(ref, options...)
	if err != nil {
		return nil, err
	}
	return blob.Compressed() // as it is: it makes the request
}

// Open opens a layer, as it is stored. The caller's context bounds the reading,
// which fails at its end if the digest is different. The error is a *content.Failure.
func (c *Client) Open(ctx context.Context, ref name.Digest) (body io.ReadCloser, err error) {
	repo := ref.Context()
	a := attempt{host: DisplayHost(repo.RegistryStr()), timeout: c.timeout, anonymous: true}
	if f := c.mayAsk(ctx, repo.RegistryStr()); f != nil {
		return nil, f
	}
	err = c.with(withExchange(ctx, 0), repo, &a, func(options []remote.Option) (err error) {
		body, err = openBlob(ref, options)
		return err
	})
	if err != nil {
		return nil, a.explain(ctx, err, otherContent)
	}
	meterOf(ctx).layers.Add(1)
	return body, nil
}
