package config

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer/discover"
)

// Name is what the file is called that is found by itself.
const Name = ".dockmend.yaml"

// MaxSize is the most bytes that a file may have.
const MaxSize = 1 << 20

// File is what one file says.
type File struct {
	Name      string // for messages
	Dir       string // that its paths are meant from
	Values    []Value
	Overrides []Override
}

// Value is what a file says for one key.
type Value struct {
	Key       *Key
	Line, Col int
	// Set is a bool, int, string, []string or map[string]string; a duration is a
	// string that time.ParseDuration takes. Paths and globs are as the file has
	// them.
	Set any
}

// Override is what a file says for some Dockerfiles.
type Override struct {
	Paths  *discover.Matcher
	Values []Value
}

// Error says what is wrong with a file, and where.
type Error struct {
	File      string
	Line, Col int // from 1; 0 when the whole file is meant
	Msg, Hint string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Load reads a file of fsys; name is what messages call it, and dir what its
// paths are meant from. trusted: a person named it on the command line. The error
// is an *Error, or of the file system: fs.ErrNotExist when it isn't there.
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

// For returns what the file says for a Dockerfile, the last word on each key. path
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

// set states a value, in the place of one of the same key.
func set(values []Value, v Value) []Value {
	for i := range values {
		if values[i].Key == v.Key {
			values[i] = v
			return values
		}
	}
	return append(values, v)
}
