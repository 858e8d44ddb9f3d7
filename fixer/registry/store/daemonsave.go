package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// savedImage is the image as saved by the engine, once its layers are needed. It's
// kept on disk for the lifetime of the Inspector.
type savedImage struct {
	daemon *daemon
	name   string
	layers []v1.Hash // unpacked, as the engine listed them

	mu    sync.Mutex
	file  *os.File // nil before the image is saved
	parts tarIndex
	names []string // of the layers
}

// open opens a layer. A failed attempt to save leaves nothing, so that an interrupted
// one can be repeated.
func (s *savedImage) open(ctx context.Context, i int) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		if err := s.save(ctx); err != nil {
			return nil, err
		}
	}
	p, err := s.parts.find(s.names[i])
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s saved the image without a layer: %v", engine, err), Err: err}
	}
	return io.NopCloser(io.NewSectionReader(s.file, p.offset, p.size)), nil
}

// save makes the engine save the image. Unless ctx is done, the error is a
// *content.Failure.
func (s *savedImage) save(ctx context.Context) error {
	if s.daemon.dir == "" {
		return &content.Failure{Reason: "there is no cache directory that " + engine + " could save the layers to"}
	}
	file, err := nameless(s.daemon.dir)
	if err != nil {
		return unwritable(s.daemon.dir, err)
	}
	if err := s.fill(ctx, file); err != nil {
		file.Close()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	s.file = file
	return nil
}

// nameless returns a new file that is removed once it's closed, in any case.
func nameless(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "image-*.tar")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil { // where open files can't be removed
		f.Close()
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return f, nil
}

func unwritable(dir string, err error) *content.Failure {
	return &content.Failure{Reason: fmt.Sprintf("the layers can't be saved to %s: %v", dir, cause(err)), Err: err}
}

// fill saves the image to the file, and finds its parts there.
func (s *savedImage) fill(ctx context.Context, file *os.File) error {
	body, err := s.daemon.client.ImageSave(ctx, []string{s.name})
	if err != nil {
		return s.daemon.explain(ctx, 0, err)
	}
	defer body.Close()
	var known *content.Failure
	var disk *fs.PathError
	switch _, err := io.Copy(file, &limited{body, maxSaved}); {
	case errors.As(err, &known):
		return known
	case errors.As(err, &disk):
		return unwritable(s.daemon.dir, err)
	case err != nil:
		return &content.Failure{Reason: engine + " broke off while it saved the image", Err: err}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return unwritable(s.daemon.dir, err)
	}
	p, m, err := readArchive(file)
	if err != nil {
		return &content.Failure{Reason: fmt.Sprintf("what %s saved can't be read: %v", engine, err), Err: err}
	}
	// By now the name may mean another image.
	for _, saved := range m {
		text, err := p.read(file, saved.Config)
		if err != nil {
			continue
		}
		if ids, err := diffIDs(text); err == nil && slices.Equal(ids, s.layers) && len(saved.Layers) == len(ids) {
			s.parts, s.names = p, saved.Layers
			return nil
		}
	}
	return &content.Failure{Reason: engine + " saved another image than it told of"}
}

// maxSaved bounds what the engine may save of one image, in bytes: twice the most that
// is read of its layers.
const maxSaved = 16 << 30

// limited fails its reader after a number of bytes.
type limited struct {
	io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &content.Failure{Reason: fmt.Sprintf("%s saved more than %d GiB of the image", engine, maxSaved>>30)}
	}
	return n, err
}
