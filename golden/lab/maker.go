package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"golang.org/x/sync/errgroup"
)

// maker makes what the store lacks.
type maker struct {
	store    *store
	registry string
	say      func(string)

	buildkit string
	keys     sync.Map // ref to key
}

// everything makes the programs and then the images; start starts BuildKit.
func (m *maker) everything(ctx context.Context, start func(binary string) (string, error)) error {
	settings, err := readMachine(ctx)
	if err != nil {
		return err
	}
	list := baseImages()
	eg, sub := errgroup.WithContext(ctx)
	eg.Go(func() error { return m.debian(sub, settings) })
	eg.Go(func() error { return m.packages(sub, list) })
	eg.Go(func() error { return m.frontend(sub) })
	eg.Go(func() error {
		binary, err := buildkitd.build(sub, m.store.dir)
		if err != nil {
			return err
		}
		m.buildkit, err = start(binary)
		return err
	})
	if err := eg.Wait(); err != nil {
		return err
	}
	return m.images(ctx, list)
}

// images makes each image once those that it is FROM are made, two at a time.
func (m *maker) images(ctx context.Context, list []*image) error {
	ready := map[string]chan struct{}{}
	for _, im := range list {
		ready[im.ref()] = make(chan struct{})
	}
	turns := make(chan struct{}, 2)
	eg, ctx := errgroup.WithContext(ctx)
	for _, im := range list {
		eg.Go(func() error {
			for _, ref := range im.from {
				if made, ok := ready[ref]; ok { // debian was made before
					select {
					case <-made:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
			turns <- struct{}{}
			defer func() { <-turns }()
			if err := m.image(ctx, im); err != nil {
				return fmt.Errorf("%s: %w", im.ref(), err)
			}
			close(ready[im.ref()])
			return nil
		})
	}
	return eg.Wait()
}

func (m *maker) image(ctx context.Context, im *image) error {
	var bases []string
	for _, ref := range im.from {
		key, _ := m.keys.Load(ref)
		bases = append(bases, key.(string))
	}
	for _, p := range im.programs {
		binary, err := p.build(ctx, m.store.dir)
		if err != nil {
			return err
		}
		im.args[strings.ToUpper(p.name)] = filepath.Base(binary)
	}
	key, err := im.key(bases)
	if err != nil {
		return err
	}
	return m.unlessMade(im, key, func() (v1.Image, error) {
		if im.flat != nil {
			return m.fromRoot(ctx, im)
		}
		return m.fromBuild(ctx, im)
	})
}

// unlessMade makes and publishes an image, or publishes an earlier one that was made
// from the same inputs.
func (m *maker) unlessMade(im *image, key string, make func() (v1.Image, error)) error {
	m.keys.Store(im.ref(), key)
	if have, ok := m.store.has(im.ref(), key); ok {
		return m.store.serve(m.registry, have)
	}
	began := time.Now()
	img, err := make()
	if err != nil {
		return err
	}
	if err := m.store.publish(m.registry, im, key, img); err != nil {
		return err
	}
	m.say(fmt.Sprintf("made %s in %.1fs", im.ref(), time.Since(began).Seconds()))
	return nil
}

// job returns the build of an image; clean removes its input files.
func (m *maker) job(im *image) (j job, clean func(), err error) {
	dir, err := os.MkdirTemp("", "lab-image-")
	if err != nil {
		return job{}, nil, err
	}
	text, err := files.ReadFile("images/" + im.file + ".Dockerfile")
	if err != nil {
		return job{}, nil, err
	}
	file := filepath.Join(dir, "Dockerfile")
	return job{
		dockerfile: file, context: filepath.Join(m.store.dir, "npm"), programs: filepath.Join(m.store.dir, "bin"), target: im.part, args: im.args,
	}, func() { _ = os.RemoveAll(dir) }, os.WriteFile(file, text, 0o644)
}

func (m *maker) fromBuild(ctx context.Context, im *image) (v1.Image, error) {
	j, clean, err := m.job(im)
	if err != nil {
		return nil, err
	}
	defer clean()
	ref, err := name.NewTag(m.registry+"/"+im.repo+":lab-"+im.tags[0], name.Insecure)
	if err != nil {
		return nil, err
	}
	j.export = toRegistry(ref.Name())
	if err := j.run(ctx, m.buildkit); err != nil {
		return nil, err
	}
	return remote.Image(ref, remote.WithContext(ctx))
}

func (m *maker) fromRoot(ctx context.Context, im *image) (v1.Image, error) {
	j, clean, err := m.job(im)
	if err != nil {
		return nil, err
	}
	defer clean()
	root := filepath.Join(m.store.dir, "root", strings.ReplaceAll(im.ref(), "/", "_")+".tar")
	j.export = toTar(root)
	if err := j.run(ctx, m.buildkit); err != nil {
		return nil, err
	}
	return im.flat.image(root)
}

// image returns an image with a root file system as its only layer.
func (f *flat) image(root string) (v1.Image, error) {
	layer, err := tarball.LayerFromFile(root, tarball.WithCompressionLevel(1))
	if err != nil {
		return nil, err
	}
	add := []mutate.Addendum{{Layer: layer, History: v1.History{CreatedBy: f.history[0]}}}
	for _, h := range f.history[1:] {
		add = append(add, mutate.Addendum{History: v1.History{CreatedBy: h, EmptyLayer: true}})
	}
	img, err := mutate.Append(empty.Image, add...)
	if err != nil {
		return nil, err
	}
	c, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	c = c.DeepCopy()
	c.OS, c.Architecture, c.Config = "linux", "amd64", f.config
	return mutate.ConfigFile(img, c)
}

// debian makes the image that the others are made from, with mmdebstrap.
func (m *maker) debian(ctx context.Context, settings *machine) error {
	im := &image{repo: "library/debian", tags: []string{"bookworm-slim", "bookworm", "12", "12-slim", "12.12", "12.12-slim", "latest", "stable-slim"}}
	key, err := hash(settings, keepNothing, "without caches", im.tags)
	if err != nil {
		return err
	}
	return m.unlessMade(im, key, func() (v1.Image, error) {
		root := filepath.Join(m.store.dir, "root", "debian.tar")
		if err := settings.debootstrap(ctx, root); err != nil {
			return nil, err
		}
		f := flat{[]string{debianHistory}, v1.Config{Env: append([]string{shellPath}, settings.Env...), Cmd: []string{"bash"}}}
		return f.image(root)
	})
}

// packages fetches the packages of the images from the npm registry.
func (m *maker) packages(ctx context.Context, list []*image) error {
	var want []string
	for _, im := range list {
		for _, p := range im.npm {
			file := filepath.Join(m.store.dir, "npm", strings.ReplaceAll(p, "@", "-")+".tgz")
			if _, err := os.Stat(file); err != nil {
				want = append(want, p)
			}
		}
	}
	if len(want) == 0 {
		return nil
	}
	tmp, err := os.MkdirTemp(m.store.dir, "pack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	cmd := exec.CommandContext(ctx, "npm", append([]string{"pack", "--silent", "--pack-destination", tmp}, want...)...)
	if err := runQuiet(cmd); err != nil {
		return fmt.Errorf("the npm registry gave no packages: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(tmp, "*.tgz"))
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := os.Rename(n, filepath.Join(m.store.dir, "npm", filepath.Base(n))); err != nil {
			return err
		}
	}
	return nil
}
