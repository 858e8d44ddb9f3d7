// Package diskcache keeps values between runs, as JSON files below one
// directory. Many processes may use one directory at a time: files are replaced
// whole, never changed. A damaged file counts as absent.
package diskcache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// version is that of the layout and of the values; a directory of another
	// version is ignored.
	version = "v2"
	// MaxValue is the size in bytes of the largest value that is kept, in JSON.
	MaxValue = 256 << 10
	// MaxSize bounds the cache: what was not used for longest is removed. Each of 256
	// parts keeps its own share of it, so that there is no total to compute.
	MaxSize = 256 * maxPart
	maxPart = 512 << 10
	// touchAfter is how outdated the time of a file's last use may be.
	touchAfter = 24 * time.Hour
	// leftover is the age at which a temporary file has no owner any more.
	leftover = time.Hour
)

// ErrTooLarge is returned for a value of more than MaxValue bytes.
var ErrTooLarge = errors.New("too large to be kept")

// Dir is a cache in a directory. A nil Dir keeps nothing.
type Dir struct{ root string }

// Open returns a cache in a directory, which it makes if need be, readable only by its
// owner.
func Open(dir string) (*Dir, error) {
	root := filepath.Join(dir, version)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	return &Dir{root}, nil
}

// file is the form of a file. Key distinguishes values whose names collide; Sum
// detects damage that is still JSON.
type file struct {
	Key   string          `json:"key"`
	Sum   string          `json:"sum"` // SHA-256 of Value's bytes
	Value json.RawMessage `json:"value"`
}

// Get stores the value under the key in v, and reports whether there was one. If there
// was none, v is undefined.
func (d *Dir) Get(key string, v any) bool {
	if d == nil {
		return false
	}
	name := d.name(key)
	text, err := read(name)
	if err != nil {
		return false
	}
	var f file
	if json.Unmarshal(text, &f) != nil || f.Key != key || f.Sum != sum(f.Value) || json.Unmarshal(f.Value, v) != nil {
		return false
	}
	if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > touchAfter {
		now := time.Now()
		_ = os.Chtimes(name, now, now) // it only decides what is removed first
	}
	return true
}

// Put keeps the value under the key. If it fails, the earlier value is still there.
func (d *Dir) Put(key string, v any) error {
	if d == nil {
		return nil
	}
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	text, err := json.Marshal(file{Key: key, Sum: sum(value), Value: value})
	if err != nil {
		return err
	}
	name := d.name(key)
	part := filepath.Dir(name)
	if err := os.MkdirAll(part, 0o700); err != nil {
		return err
	}
	if err := replace(name, text, part); err != nil {
		return err
	}
	prune(part, filepath.Base(name))
	return nil
}

// name returns the file of a key.
func (d *Dir) name(key string) string {
	digest := sum([]byte(key))
	return filepath.Join(d.root, digest[:2], digest+".json")
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// read reads a file, unless it is larger than any that Put writes.
func read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const limit = MaxValue + 64<<10 // the key is part of it
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && len(text) > limit {
		err = ErrTooLarge
	}
	return text, err
}

// prune removes the files that were not used for longest, except keep, until the part
// is within its bound, and the files that killed processes left. Another process may
// do the same concurrently, so nothing here is an error.
func prune(part, keep string) {
	entries, err := os.ReadDir(part)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case !strings.HasSuffix(e.Name(), ".json"):
			if time.Since(info.ModTime()) > leftover {
				_ = os.Remove(filepath.Join(part, e.Name()))
			}
		default:
			total += info.Size()
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if total <= maxPart {
			return
		}
		if f.Name() != keep && os.Remove(filepath.Join(part, f.Name())) == nil {
			total -= f.Size()
		}
	}
}
