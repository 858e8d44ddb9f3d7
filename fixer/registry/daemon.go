package registry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	docker "github.com/moby/moby/client"
)

// Daemon is the Source of the local Docker engine, which the environment names
// (DOCKER_HOST and its kin). Layers are saved by it into the directory first,
// as a file without a name; with none, they can't be read.
func Daemon(dir string) (Source, error) {
	c, err := docker.New(docker.FromEnv)
	if err != nil {
		return nil, err
	}
	return &daemon{c, dir}, nil
}

type daemon struct {
	client *docker.Client
	dir    string
}

// engine is who has an image, for messages.
const engine = "the Docker engine"

func (d *daemon) find(ctx context.Context, w wanted) (*found, error) {
	ref, err := reference.ParseDockerRef(w.name)
	if err != nil {
		return nil, &failure{reason: errName.Error(), err: err}
	}
	name := reference.FamiliarString(ref)
	config, digest, err := d.inspect(ctx, name, ref)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errdefs.IsNotFound(err):
		return nil, &failure{reason: engine + " does not have this image", absent: true, err: err}
	case docker.IsErrConnectionFailed(err):
		return nil, &failure{reason: engine + " can't be reached", host: true, err: err}
	case err != nil:
		return nil, &failure{reason: engine + ": " + clean(err.Error()), err: err}
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
	saved := &savedImage{daemon: d, name: name, layers: len(img.Layers)}
	return &found{img: img, host: engine, open: saved.open}, nil
}

// inspect puts together the configuration from what the engine tells, and the
// digest under which it pulled the image.
func (d *daemon) inspect(ctx context.Context, name string, ref reference.Named) (*v1.ConfigFile, string, error) {
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
	digest := ""
	for _, s := range info.RepoDigests {
		if repo, sum, ok := strings.Cut(s, "@"); ok && repo == reference.FamiliarName(ref) {
			digest = sum
		}
	}
	return c, digest, nil
}

// savedImage is what the engine saved of an image, once its layers are wanted.
type savedImage struct {
	daemon *daemon
	name   string
	layers int

	once  sync.Once
	file  *os.File
	parts parts
	names []string // of the layers
	err   error
}

// open opens a layer.
func (s *savedImage) open(ctx context.Context, i int) (io.ReadCloser, error) {
	s.once.Do(func() { s.err = s.save(ctx) })
	if s.err != nil {
		return nil, s.err
	}
	p, err := s.parts.find(s.names[i])
	if err != nil {
		return nil, err
	}
	return io.NopCloser(io.NewSectionReader(s.file, p.offset, p.size)), nil
}

func (s *savedImage) save(ctx context.Context) error {
	if s.daemon.dir == "" {
		return &failure{reason: "there is no cache to put the layers in that " + engine + " has"}
	}
	body, err := s.daemon.client.ImageSave(ctx, []string{s.name})
	if err != nil {
		return err
	}
	defer body.Close()
	if err := os.MkdirAll(s.daemon.dir, 0o700); err != nil {
		return err
	}
	if s.file, err = os.CreateTemp(s.daemon.dir, "image-*.tar"); err != nil {
		return err
	}
	// Without a name it's gone when it is closed, whatever happens.
	if err := os.Remove(s.file.Name()); err != nil {
		return err
	}
	if _, err := io.Copy(s.file, body); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p, m, err := readArchive(s.file)
	if err != nil {
		return err
	}
	if len(m) != 1 || len(m[0].Layers) != s.layers {
		return errors.New("what it saved is not the image that it told of")
	}
	s.parts, s.names = p, m[0].Layers
	return nil
}
