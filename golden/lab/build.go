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

// job is one run of BuildKit's Dockerfile frontend.
type job struct {
	dockerfile string // a path
	context    string // a directory
	programs   string // the directory of the context programs
	target     string
	args       map[string]string
	export     client.ExportEntry
}

// run builds; the error contains the last lines of the build's log.
func (j job) run(ctx context.Context, addr string) error {
	c, err := client.New(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	contextFS, err := fsutil.NewFS(j.context)
	if err != nil {
		return err
	}
	dockerfileFS, err := fsutil.NewFS(filepath.Dir(j.dockerfile))
	if err != nil {
		return err
	}
	programsFS, err := fsutil.NewFS(j.programs)
	if err != nil {
		return err
	}
	opt := client.SolveOpt{
		Frontend:      "dockerfile.v0",
		FrontendAttrs: map[string]string{"filename": filepath.Base(j.dockerfile), "target": j.target, "context:programs": "local:programs"},
		LocalMounts:   map[string]fsutil.FS{"context": contextFS, "dockerfile": dockerfileFS, "programs": programsFS},
		Exports:       []client.ExportEntry{j.export},
	}
	for k, v := range j.args {
		opt.FrontendAttrs["build-arg:"+k] = v
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
		return fmt.Errorf("%s: %w\n%s", j.dockerfile, err, tail(said.String(), 30))
	}
	return nil
}

// toRegistry returns the export that pushes the result to ref.
func toRegistry(ref string) client.ExportEntry {
	return client.ExportEntry{Type: client.ExporterImage, Attrs: map[string]string{
		"name": ref, "push": "true", "registry.insecure": "true",
		"compression": "gzip", "compression-level": "1",
	}}
}

// toTar returns the export that writes the root file system of the result to the file
// name.
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
