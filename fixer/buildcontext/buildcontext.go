// Package buildcontext shows a directory as a builder sees it: without the files
// that .dockerignore keeps out of the build context.
package buildcontext

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/moby/patternmatcher/ignorefile"
)

// maxIgnoreFile is the largest ignore file that is read, in bytes.
const maxIgnoreFile = 1 << 20

// Context is a build context: what COPY and ADD can reach. It reads a file
// system and never writes. It is safe for concurrent use if its file system is.
type Context struct {
	// IgnoreFile is the name of the ignore file that applies, "" if there is none.
	IgnoreFile string

	files   fs.FS
	matcher *matcher // nil when nothing is ignored
	err     error    // of the ignore file; nothing can be read then
}

// Open returns the context of a Dockerfile of that name in a directory. An ignore file
// for the Dockerfile alone, such as Dockerfile.dockerignore, replaces .dockerignore
// (Docker documentation, "Filename and location"). If the ignore file can't be read or
// parsed, no build would start, and every file is an error that says so.
func Open(files fs.FS, dockerfile string) *Context {
	return open(files, path.Base(dockerfile)+".dockerignore", ".dockerignore")
}

// OpenWith returns the context of a Dockerfile whose own ignore file, of that name and
// text, is next to it and need not be in the context. With an empty name there is
// none, and .dockerignore applies.
func OpenWith(files fs.FS, name string, text []byte) *Context {
	if name == "" {
		return open(files, ".dockerignore")
	}
	c := &Context{files: files, IgnoreFile: name}
	if c.matcher, c.err = parseIgnore(text); c.err != nil {
		c.err = fmt.Errorf("%s can't be read: %w", name, c.err)
	}
	return c
}

func open(files fs.FS, names ...string) *Context {
	c := &Context{files: files}
	for _, name := range names {
		info, err := fs.Stat(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		c.IgnoreFile = name
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("it is no regular file")
		}
		if err == nil {
			c.matcher, err = readIgnore(files, name)
		}
		if err != nil {
			c.err = fmt.Errorf("%s can't be read: %w", name, cause(err))
		}
		return c
	}
	return c
}

func readIgnore(files fs.FS, name string) (*matcher, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxIgnoreFile+1))
	if err != nil {
		return nil, err
	}
	return parseIgnore(text)
}

func parseIgnore(text []byte) (*matcher, error) {
	if len(text) > maxIgnoreFile {
		return nil, errors.New("it is too large")
	}
	patterns, err := ignorefile.ReadAll(strings.NewReader(string(text)))
	if err != nil || len(patterns) == 0 {
		return nil, err
	}
	return newMatcher(patterns)
}

// hides reports whether the ignore file excludes a file. A directory is included as
// long as a file in it may be.
func (c *Context) hides(name string, dir bool) bool {
	return c.matcher != nil && name != "." && c.matcher.hides(name, dir)
}

// Open implements fs.FS. Ignored files do not exist.
func (c *Context) Open(name string) (fs.File, error) {
	if err := c.visible("open", name); err != nil {
		return nil, err
	}
	return c.files.Open(name)
}

// visible returns an error if a name, which need not exist, is ignored.
func (c *Context) visible(op, name string) error {
	switch {
	case c.err != nil:
		return &fs.PathError{Op: op, Path: name, Err: c.err}
	case !fs.ValidPath(name):
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case len(name) > maxName:
		return &fs.PathError{Op: op, Path: name[:maxName] + "…", Err: fs.ErrNotExist}
	case !c.hides(name, false):
		return nil
	case !c.hides(name, true):
		// A directory is in the context, a file is not.
		info, err := fs.Stat(c.files, name)
		if err != nil || info.IsDir() {
			return err
		}
	}
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// Stat implements fs.StatFS.
func (c *Context) Stat(name string) (fs.FileInfo, error) {
	if err := c.visible("stat", name); err != nil {
		return nil, err
	}
	return fs.Stat(c.files, name)
}

// Lstat and ReadLink implement fs.ReadLinkFS.
func (c *Context) Lstat(name string) (fs.FileInfo, error) {
	if err := c.visible("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(c.files, name)
}

func (c *Context) ReadLink(name string) (string, error) {
	if err := c.visible("readlink", name); err != nil {
		return "", err
	}
	return fs.ReadLink(c.files, name)
}

// ReadDir implements fs.ReadDirFS.
func (c *Context) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := c.visible("readdir", name); err != nil {
		return nil, err
	}
	all, err := fs.ReadDir(c.files, name)
	var seen []fs.DirEntry
	for _, e := range all {
		if !c.hides(path.Join(name, e.Name()), e.IsDir()) {
			seen = append(seen, e)
		}
	}
	return seen, err
}

// cause returns the error without the path, which the message has already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
