package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// maxNesting bounds how many indexes may lead to an image.
const maxNesting = 3

// client reads manifests and configurations.
type client struct {
	transport http.RoundTripper
	keychain  authn.Keychain
	timeout   time.Duration
	hosts     *hosts
	sessions  sync.Map // name.Repository → session
}

// image is what was read.
type image struct {
	digest   v1.Hash // of what the name stands for
	manifest v1.Hash // of the platform's manifest
	config   *v1.ConfigFile
}

func newClient(t http.RoundTripper, k authn.Keychain, userAgent string, timeout time.Duration) *client {
	h := &hosts{}
	return &client{
		transport: transport.NewUserAgent(withRetry(&guard{next: t, hosts: h}), userAgent),
		keychain:  k,
		timeout:   timeout,
		hosts:     h,
	}
}

// fetch reads the image for the platform. Unless ctx is done, the error is a
// *failure.
func (c *client) fetch(ctx context.Context, ref name.Reference, want v1.Platform) (*image, error) {
	host := ref.Context().RegistryStr()
	if f := c.hosts.failure(host); f != nil {
		return nil, f
	}
	bounded, cancel := context.WithTimeoutCause(ctx, c.timeout, errTimeout)
	defer cancel()
	img, f := c.read(bounded, ref, want)
	switch {
	case f == nil:
		return img, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case f.host:
		c.hosts.ruleOut(host, f)
	}
	return nil, f
}

// read makes the requests: log in, manifest or index and manifest,
// configuration.
func (c *client) read(ctx context.Context, ref name.Reference, want v1.Platform) (*image, *failure) {
	repo := ref.Context()
	a := attempt{host: repo.RegistryStr(), timeout: c.timeout, anonymous: true}
	s, f := c.open(ctx, repo, a)
	if f != nil {
		return nil, f
	}
	a.anonymous = s.anonymous
	options := []remote.Option{remote.WithContext(ctx), remote.WithTransport(s.transport)}

	top, err := remote.Get(ref, options...)
	if err != nil {
		return nil, a.notFound(ctx, err, ref)
	}
	leaf, config, f := c.descend(ctx, a, top, repo, want, options)
	if f != nil {
		return nil, f
	}
	text, err := readBlob(repo.Digest(config.String()), options)
	if err != nil {
		return nil, a.explain(ctx, err, otherContent)
	}
	file := &v1.ConfigFile{}
	if err := json.Unmarshal(text, file); err != nil {
		return nil, a.explain(ctx, err, "sent a configuration that can't be read")
	}
	if file.OS == "" && len(file.RootFS.DiffIDs) == 0 {
		return nil, &failure{reason: a.host + " has something other than a container image under this name"}
	}
	return &image{digest: top.Digest, manifest: leaf, config: file}, nil
}

// otherContent describes the only way to fail that remains when content is
// asked for by its digest and the registry answers.
const otherContent = "sent something other than was asked for: the digest does not match"

// notFound explains why the name can't be resolved; there, and only there, a
// 404 speaks of the image.
func (a attempt) notFound(ctx context.Context, err error, ref name.Reference) *failure {
	otherwise := "gave an answer that can't be used"
	if _, ok := ref.(name.Digest); ok {
		otherwise = otherContent
	}
	f := a.explain(ctx, err, otherwise)
	var status *transport.Error
	if errors.As(f, &status) && status.StatusCode == http.StatusNotFound {
		return &failure{reason: a.host + " has no such image or tag (404)", absent: true, err: err}
	}
	return f
}

// descend goes from what the name stands for to the platform's manifest, and
// returns the digests of that and of the configuration.
func (c *client) descend(ctx context.Context, a attempt, d *remote.Descriptor, repo name.Repository, want v1.Platform, options []remote.Option) (manifest, config v1.Hash, f *failure) {
	for range maxNesting {
		// The content tells an index from an image; the media type that comes
		// with it is not always right.
		var m struct {
			Manifests []v1.Descriptor
			Config    *v1.Descriptor
		}
		if err := json.Unmarshal(d.Manifest, &m); err != nil {
			return v1.Hash{}, v1.Hash{}, a.explain(ctx, err, "sent a manifest that can't be read")
		}
		if m.Config != nil && m.Config.Digest != (v1.Hash{}) {
			return d.Digest, m.Config.Digest, nil
		}
		if m.Manifests == nil {
			return v1.Hash{}, v1.Hash{}, &failure{reason: a.host + " sent a manifest of a kind that isn't known"}
		}
		member, offer := choose(m.Manifests, want)
		if member == nil {
			return v1.Hash{}, v1.Hash{}, notOffered(a.host, want, offer)
		}
		var err error
		if d, err = remote.Get(repo.Digest(member.Digest.String()), options...); err != nil {
			return v1.Hash{}, v1.Hash{}, a.explain(ctx, err, otherContent)
		}
	}
	return v1.Hash{}, v1.Hash{}, &failure{reason: fmt.Sprintf("%s sent more than %d indexes in one another", a.host, maxNesting-1)}
}

// readBlob reads the content with that digest.
func readBlob(ref name.Digest, options []remote.Option) ([]byte, error) {
	blob, err := remote.Layer(ref, options...)
	if err != nil {
		return nil, err
	}
	body, err := blob.Compressed() // as it is: it makes the request and checks the digest
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}
