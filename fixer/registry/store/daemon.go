package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	docker "github.com/moby/moby/client"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// Daemon returns the Source of the local Docker engine in the environment (DOCKER_HOST
// and related variables). The engine first saves layers into the directory dir, as a
// file without a name; with dir "", they can't be read. Requests are bounded by
// Request.Timeout, saving by the context of Found.Open. It fails if the environment
// names no usable engine.
func Daemon(dir string) (content.Source, error) {
	c, err := docker.New(docker.FromEnv)
	if err != nil {
		return nil, errors.New(content.Clean(err.Error()))
	}
	if scheme, _, _ := strings.Cut(c.DaemonHost(), "://"); !slices.Contains([]string{"unix", "npipe", "tcp", "http", "https"}, scheme) {
		return nil, fmt.Errorf("%s can't be spoken to: unix and tcp can", content.Clean(c.DaemonHost()))
	}
	return &daemon{client: c, dir: dir}, nil
}

type daemon struct {
	client *docker.Client
	dir    string
	down   atomic.Pointer[content.Failure] // why the engine is not asked any more; nil while it is
}

// engine is the owner of an image, for messages.
const engine = "the Docker engine"

func (d *daemon) Find(ctx context.Context, w content.Request) (*content.Found, error) {
	ref, err := reference.ParseDockerRef(w.Name)
	if err != nil {
		return nil, &content.Failure{Reason: content.ErrName.Error(), Err: err}
	}
	if f := d.down.Load(); f != nil {
		return nil, f
	}
	bounded, cancel := context.WithTimeoutCause(ctx, w.Timeout, content.ErrTimeout)
	defer cancel()
	config, digest, err := d.inspect(bounded, ref)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		f := d.explain(bounded, w.Timeout, err)
		if f.Host {
			d.down.CompareAndSwap(nil, f) // the first reason stays
		}
		return nil, f
	}
	text, err := json.Marshal(config)
	if err != nil {
		return nil, content.Unreadable(engine, "a configuration", err)
	}
	if f := content.CheckConfig(engine, text); f != nil {
		return nil, f
	}
	if f := checkPlatform(engine, text, w.Platform); f != nil {
		return nil, f
	}
	img := &content.Image{Digest: digest, Config: text, Layers: make([]content.Layer, len(config.RootFS.DiffIDs))}
	saved := &savedImage{daemon: d, name: reference.FamiliarString(ref), layers: config.RootFS.DiffIDs}
	return &content.Found{Image: img, Host: engine, Local: true, Prepares: true, Open: saved.open}, nil
}

// explain turns an error of the client into a failure.
func (d *daemon) explain(ctx context.Context, timeout time.Duration, err error) *content.Failure {
	switch {
	case errdefs.IsNotFound(err):
		return &content.Failure{Reason: engine + " does not have this image", Absent: true, Err: err}
	case context.Cause(ctx) == content.ErrTimeout:
		return &content.Failure{Reason: fmt.Sprintf("%s did not answer within %s", engine, timeout), Host: true, Err: err}
	case content.BrokenOff(err):
		return &content.Failure{Reason: engine + " broke off its answer", Err: err}
	case docker.IsErrConnectionFailed(err):
		reason := engine + " can't be reached at " + content.Clean(d.client.DaemonHost())
		var errno syscall.Errno
		switch {
		case errors.As(err, &errno):
			reason += ": " + errno.Error()
		case strings.HasPrefix(err.Error(), "permission denied"): // the client drops the cause
			reason += ": permission denied"
		}
		return &content.Failure{Reason: reason, Host: true, Err: err}
	}
	text := strings.TrimPrefix(err.Error(), "Error response from daemon: ")
	return &content.Failure{Reason: engine + " gave an answer that can't be used: " + content.Clean(text), Err: err}
}

// inspect builds the configuration from the engine's answers. It returns it with the
// digest that the image was pulled by, "" if that isn't known.
func (d *daemon) inspect(ctx context.Context, ref reference.Named) (*v1.ConfigFile, string, error) {
	name := reference.FamiliarString(ref)
	info, err := d.client.ImageInspect(ctx, name)
	if err != nil {
		return nil, "", err
	}
	history, err := d.client.ImageHistory(ctx, name)
	if err != nil {
		return nil, "", err
	}
	c := &v1.ConfigFile{OS: info.Os, OSVersion: info.OsVersion, Architecture: info.Architecture, Variant: info.Variant}
	// The engine's form and that of the registries have the same JSON.
	settings, err := json.Marshal(info.Config)
	if err == nil {
		err = json.Unmarshal(settings, &c.Config)
	}
	if err != nil {
		return nil, "", err
	}
	for _, id := range info.RootFS.Layers {
		h, err := v1.NewHash(id)
		if err != nil {
			return nil, "", err
		}
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, h)
	}
	// Newest first, and a layer without content looks like no layer: so the history
	// does not count as complete.
	for _, h := range slices.Backward(history.Items) {
		c.History = append(c.History, v1.History{CreatedBy: h.CreatedBy, EmptyLayer: h.Size == 0})
	}
	return c, pulledAs(info.RepoDigests, ref), nil
}

// pulledAs returns the digest that an image was pulled by: the one that ref has, or
// else the only one of its repository. If an image was pulled by several digests, it
// is unknown which of them its tag had.
func pulledAs(repoDigests []string, ref reference.Named) string {
	if d, ok := ref.(reference.Digested); ok {
		return d.Digest().String()
	}
	var digests []string
	for _, s := range repoDigests {
		named, err := reference.ParseNormalizedNamed(s)
		d, ok := named.(reference.Digested)
		if err == nil && ok && named.Name() == ref.Name() && !slices.Contains(digests, d.Digest().String()) {
			digests = append(digests, d.Digest().String())
		}
	}
	if len(digests) != 1 {
		return ""
	}
	return digests[0]
}
