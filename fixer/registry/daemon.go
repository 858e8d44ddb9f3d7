package registry

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
)

// Daemon is the Source of the local Docker engine, which the environment names
// (DOCKER_HOST and its kin). Layers are saved by it into the directory first,
// as a file without a name; with none, they can't be read. The engine is asked
// within Options.Timeout, and saves within Options.LayerTimeout. The error says
// that the environment names none that can be spoken to.
func Daemon(dir string) (Source, error) {
	c, err := docker.New(docker.FromEnv)
	if err != nil {
		return nil, errors.New(clean(err.Error()))
	}
	if scheme, _, _ := strings.Cut(c.DaemonHost(), "://"); !slices.Contains([]string{"unix", "npipe", "tcp", "http", "https"}, scheme) {
		return nil, fmt.Errorf("%s can't be spoken to: unix and tcp can", clean(c.DaemonHost()))
	}
	return &daemon{client: c, dir: dir}, nil
}

type daemon struct {
	client *docker.Client
	dir    string
	down   atomic.Pointer[failure] // why the engine is not asked any more; nil while it is
}

// engine is who has an image, for messages.
const engine = "the Docker engine"

func (d *daemon) find(ctx context.Context, w wanted) (*found, error) {
	ref, err := reference.ParseDockerRef(w.name)
	if err != nil {
		return nil, &failure{reason: errName.Error(), err: err}
	}
	if f := d.down.Load(); f != nil {
		return nil, f
	}
	bounded, cancel := context.WithTimeoutCause(ctx, w.timeout, errTimeout)
	defer cancel()
	config, digest, err := d.inspect(bounded, ref)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		f := d.explain(bounded, w.timeout, err)
		if f.host {
			d.down.CompareAndSwap(nil, f) // the first reason stays
		}
		return nil, f
	}
	text, err := json.Marshal(config)
	if err != nil {
		return nil, unreadable(engine, "a configuration", err)
	}
	if f := checkConfig(engine, text); f != nil {
		return nil, f
	}
	if f := checkPlatform(engine, text, w.platform); f != nil {
		return nil, f
	}
	img := &image{Digest: digest, Config: text, Layers: make([]layer, len(config.RootFS.DiffIDs))}
	saved := &savedImage{daemon: d, name: reference.FamiliarString(ref), layers: config.RootFS.DiffIDs}
	return &found{img: img, host: engine, local: true, prepares: true, open: saved.open}, nil
}

// explain turns an error of the client into a failure.
func (d *daemon) explain(ctx context.Context, timeout time.Duration, err error) *failure {
	switch {
	case errdefs.IsNotFound(err):
		return &failure{reason: engine + " does not have this image", absent: true, err: err}
	case context.Cause(ctx) == errTimeout:
		return &failure{reason: fmt.Sprintf("%s did not answer within %s", engine, timeout), host: true, err: err}
	case brokenOff(err):
		return &failure{reason: engine + " broke off its answer", err: err}
	case docker.IsErrConnectionFailed(err):
		reason := engine + " can't be reached at " + clean(d.client.DaemonHost())
		var errno syscall.Errno
		switch {
		case errors.As(err, &errno):
			reason += ": " + errno.Error()
		case strings.HasPrefix(err.Error(), "permission denied"): // the client drops the cause
			reason += ": permission denied"
		}
		return &failure{reason: reason, host: true, err: err}
	}
	text := strings.TrimPrefix(err.Error(), "Error response from daemon: ")
	return &failure{reason: engine + " gave an answer that can't be used: " + clean(text), err: err}
}

// inspect puts together the configuration from what the engine tells, and the
// digest under which it pulled the image, "" when that can't be told.
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
	// Newest first, and a layer that holds nothing can't be told from none: the
	// history is then not taken for complete.
	for _, h := range slices.Backward(history.Items) {
		c.History = append(c.History, v1.History{CreatedBy: h.CreatedBy, EmptyLayer: h.Size == 0})
	}
	return c, pulledAs(info.RepoDigests, ref), nil
}

// pulledAs is the digest under which an image was pulled: the one that ref has,
// or else the only one of its repository. An image that was pulled by several
// digests doesn't tell which of them its tag had.
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
