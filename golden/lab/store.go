package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// store is the directory where a lab keeps what it made: a second lab reuses it. Blobs
// lie below blobs/ALGORITHM/HEX, where the registry puts them; its manifests, which it
// keeps in memory, are written to the same place.
type store struct {
	dir string

	mu   sync.Mutex
	made map[string]made // by image.ref
}

// made is an image that the store has.
type made struct {
	Key   string   // a hash of its inputs
	Index v1.Hash  // the manifest that its tags name
	Repo  string   // without a registry
	Tags  []string // the first one names it in the list of images
}

func openStore(dir string) (*store, error) {
	s := &store{dir: dir, made: map[string]made{}}
	for _, d := range []string{"bin", "blobs/sha256", "npm", "root"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	data, err := os.ReadFile(s.index())
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s, nil
	case err != nil:
		return nil, err
	}
	return s, json.Unmarshal(data, &s.made)
}

func (s *store) index() string { return filepath.Join(s.dir, "images.json") }

func (s *store) handler() http.Handler {
	return registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(filepath.Join(s.dir, "blobs"))),
		registry.Logger(log.New(io.Discard, "", 0)))
}

// has returns the image, and reports whether it was made from exactly these inputs.
func (s *store) has(ref, key string) (made, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.made[ref]
	return m, ok && m.Key == key
}

// publish makes the image's tags in the registry at host name img: in an index with an
// entry for a second platform, as official images have. That entry has the same files,
// since only its existence matters.
func (s *store) publish(host string, im *image, key string, img v1.Image) error {
	twin, err := otherPlatform(img)
	if err != nil {
		return err
	}
	idx := v1.ImageIndex(empty.Index)
	for _, add := range []struct {
		img      v1.Image
		platform v1.Platform
	}{
		{img, v1.Platform{OS: "linux", Architecture: "amd64"}},
		{twin, v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}},
	} {
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: add.img, Descriptor: v1.Descriptor{Platform: &add.platform}})
		if err := s.keep(add.img); err != nil {
			return err
		}
	}
	raw, err := idx.RawManifest()
	if err != nil {
		return err
	}
	hash, err := idx.Digest()
	if err != nil {
		return err
	}
	m := made{Key: key, Index: hash, Repo: im.repo, Tags: im.tags}
	if err := errors.Join(s.write(hash, raw), s.serve(host, m)); err != nil {
		return err
	}
	return s.remember(im.ref(), m)
}

func otherPlatform(img v1.Image) (v1.Image, error) {
	c, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	c = c.DeepCopy()
	c.Architecture, c.Variant = "arm64", "v8"
	return mutate.ConfigFile(img, c)
}

// keep writes what the registry has only in memory, and what it lacks.
func (s *store) keep(img v1.Image) error {
	raw, err := img.RawManifest()
	if err != nil {
		return err
	}
	hash, err := img.Digest()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	name, err := img.ConfigName()
	if err != nil {
		return err
	}
	if err := errors.Join(s.write(hash, raw), s.write(name, config)); err != nil {
		return err
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		if err := s.keepLayer(l); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) keepLayer(l v1.Layer) error {
	hash, err := l.Digest()
	if err != nil {
		return err
	}
	if _, err := os.Stat(s.blob(hash)); err == nil {
		return nil
	}
	r, err := l.Compressed()
	if err != nil {
		return err
	}
	defer r.Close()
	return atomically(s.blob(hash), r)
}

func (s *store) blob(h v1.Hash) string { return filepath.Join(s.dir, "blobs", h.Algorithm, h.Hex) }

func (s *store) write(h v1.Hash, data []byte) error {
	return atomically(s.blob(h), bytes.NewReader(data))
}

func atomically(name string, r io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(name), "tmp-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, r)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// serve publishes an image of the store in the registry.
func (s *store) serve(host string, m made) error {
	raw, err := os.ReadFile(s.blob(m.Index))
	if err != nil {
		return err
	}
	var idx v1.IndexManifest
	if err := json.Unmarshal(raw, &idx); err != nil {
		return err
	}
	repo, err := name.NewRepository(host+"/"+m.Repo, name.Insecure)
	if err != nil {
		return err
	}
	for _, d := range idx.Manifests {
		child, err := os.ReadFile(s.blob(d.Digest))
		if err != nil {
			return err
		}
		if err := remote.Put(repo.Digest(d.Digest.String()), manifest{child, d}); err != nil {
			return fmt.Errorf("%s: %w", m.Repo, err)
		}
	}
	for _, tag := range m.Tags {
		if err := remote.Put(repo.Tag(tag), manifest{raw, v1.Descriptor{MediaType: idx.MediaType, Digest: m.Index, Size: int64(len(raw))}}); err != nil {
			return fmt.Errorf("%s:%s: %w", m.Repo, tag, err)
		}
	}
	return nil
}

func (s *store) remember(ref string, m made) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[ref] = m
	data, err := json.MarshalIndent(s.made, "", "  ")
	if err != nil {
		return err
	}
	return atomically(s.index(), bytes.NewReader(data))
}
