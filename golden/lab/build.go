package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"
	"golang.org/x/sync/errgroup"
)

// A Build is one run of BuildKit's Dockerfile frontend.
type Build struct {
	Dockerfile string // a path
	Context    string // a directory
	Target     string
	Args       map[string]string
	Export     client.ExportEntry // none: what is built stays in BuildKit's cache
}

// Run builds, and puts the last lines that the build wrote into the error.
func (b Build) Run(ctx context.Context, addr string) error {
	c, err := client.New(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	contextFS, err := fsutil.NewFS(b.Context)
	if err != nil {
		return err
	}
	dockerfileFS, err := fsutil.NewFS(filepath.Dir(b.Dockerfile))
	if err != nil {
		return err
	}
	opt := client.SolveOpt{
		Frontend:      "dockerfile.v0",
		FrontendAttrs: map[string]string{"filename": filepath.Base(b.Dockerfile), "target": b.Target},
		LocalMounts:   map[string]fsutil.FS{"context": contextFS, "dockerfile": dockerfileFS},
	}
	for k, v := range b.Args {
		opt.FrontendAttrs["build-arg:"+k] = v
	}
	if b.Export.Type != "" {
		opt.Exports = []client.ExportEntry{b.Export}
	}
	var said bytes.Buffer
	status := make(chan *client.SolveStatus)
	eg, ctx := errgroup.WithContext(ctx)
	eg.Go(func() error {
		_, err := c.Solve(ctx, nil, opt, status)
		return err
	})
	eg.Go(func() error {
		for s := range status {
			for _, l := range s.Logs {
				said.Write(l.Data)
			}
		}
		return nil
	})
	if err := eg.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", b.Dockerfile, err, tail(said.String(), 30))
	}
	return nil
}

// toRegistry pushes what was built to ref.
func toRegistry(ref string) client.ExportEntry {
	return client.ExportEntry{Type: client.ExporterImage, Attrs: map[string]string{
		"name": ref, "push": "true", "registry.insecure": "true",
		"compression": "gzip", "compression-level": "1",
	}}
}

// toTar writes the root file system of what was built to the file name.
func toTar(name string) client.ExportEntry {
	return client.ExportEntry{Type: client.ExporterTar, Output: func(map[string]string) (io.WriteCloser, error) {
		f, err := os.Create(name + ".tmp")
		return &renamed{f, name}, err
	}}
}

// renamed is a file that gets its name when it is complete.
type renamed struct {
	*os.File
	name string
}

func (r *renamed) Close() error {
	return errors.Join(r.File.Close(), os.Rename(r.File.Name(), r.name))
}
