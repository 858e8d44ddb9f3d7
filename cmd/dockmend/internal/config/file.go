package config

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer/discover"
)

// Name is the name of the file that is found automatically.
const Name = ".dockmend.yaml"

// MaxSize is the most bytes that a file may have.
const MaxSize = 1 << 20

// File is the content of one file.
type File struct {
	Name      string // for messages
	Dir       string // that its paths are relative to
	Values    []Value
	Overrides []Override
}

// Value is the value of one key in a file.
type Value struct {
	Key       *Key
	Line, Col int
	// Set is a bool, int, string, []string or map[string]string; a duration is a
	// string that time.ParseDuration accepts. Paths and globs are as in the file.
	Set any
}

// Override is a file's settings for some Dockerfiles.
type Override struct {
	Paths  *discover.Matcher
	Values []Value
}

// Error is what is wrong with a file, and where.
type Error struct {
	File      string
	Line, Col int // from 1; 0 for the whole file
	Msg, Hint string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Load reads a file of fsys; name is its name in messages, and dir the base of its
// paths. trusted: a person named it on the command line. The error is an *Error, or of
// the file system: fs.ErrNotExist if the file doesn't exist.
func Load(fsys fs.FS, file, name, dir string, keys []Key, trusted bool) (*File, error) {
	info, err := fs.Stat(fsys, file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &Error{File: name, Msg: "not a regular file"}
	case info.Size() > MaxSize:
		return nil, &Error{File: name, Msg: fmt.Sprintf("has more than %d bytes", MaxSize)}
	}
	src, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	return Parse(name, dir, src, keys, trusted)
}

// For returns the values for a Dockerfile, the last one of each key. path
// is the Dockerfile's from the file's directory, with slashes; one outside of it
// has no overrides.
func (f *File) For(path string) (values []Value) {
	if f == nil {
		return nil
	}
	values = append(values, f.Values...)
	for _, o := range f.Overrides {
		if !filepath.IsLocal(path) || !o.Paths.Match(path) {
			continue
		}
		for _, v := range o.Values {
			values = set(values, v)
		}
	}
	return values
}

// set adds a value, in place of one of the same key.
func set(values []Value, v Value) []Value {
	for i := range values {
		if values[i].Key == v.Key {
			values[i] = v
			return values
		}
	}
	return append(values, v)
}
