package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// opener opens files: in the file system, or in an os.Root.
type opener interface {
	Stat(name string) (fs.FileInfo, error)
	Open(name string) (*os.File, error)
}

// anywhere is the file system.
type anywhere struct{}

func (anywhere) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }
func (anywhere) Open(name string) (*os.File, error)    { return os.Open(name) }

// openRegular opens a regular file, and nothing else: opening a named pipe waits for a
// writer, and a device may do anything.
func openRegular(d opener, name string) (*os.File, error) {
	info, err := d.Stat(name)
	switch {
	case err != nil:
		return nil, cause(err)
	case info.IsDir():
		return nil, errors.New("it's a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("it's no regular file")
	}
	f, err := d.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	return f, nil
}

// readBounded reads a regular file of at most maxDocument bytes.
func readBounded(d opener, name string) ([]byte, error) {
	f, err := openRegular(d, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, content.MaxDocument+1))
	switch {
	case err != nil:
		return nil, cause(err)
	case len(text) > content.MaxDocument:
		return nil, fmt.Errorf("it has more than %d MiB", content.MaxDocument>>20)
	}
	return text, nil
}

// cause returns the error of a file without the file's name, which the message has.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
