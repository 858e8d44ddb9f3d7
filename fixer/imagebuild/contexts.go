package imagebuild

import (
	"io/fs"
	"path"
	"reflect"
	"sync"
)

// Contexts keeps what was read of build contexts for the Dockerfiles that share
// them: those whose contexts are the same fs.FS, and which the same ignore file
// holds for. A context is kept until Forget is called with it. The zero value is
// empty; calls of Run may use one at the same time where its file systems allow
// that.
type Contexts struct {
	mu   sync.Mutex
	kept map[fs.FS]map[ignoreFileKey]*contents
	// expected is what the scripts of repositories expect.
	expected map[fs.FS]*expectations
}

// expectations returns what the scripts of a repository expect, read once.
func (c *Contexts) expectations(repository fs.FS) *expectations {
	if c == nil || !isComparable(repository) {
		return expectationsOf(repository)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expected == nil {
		c.expected = map[fs.FS]*expectations{}
	}
	if c.expected[repository] == nil {
		c.expected[repository] = expectationsOf(repository)
	}
	return c.expected[repository]
}

// ignoreFileKey tells apart what the same directory is as the context of several
// Dockerfiles.
type ignoreFileKey struct {
	given      bool
	name, text string // of the file; name is the Dockerfile's where it is not given
}

// Forget drops what was read of a context. Calls of Run that use it already are not
// affected.
func (c *Contexts) Forget(context fs.FS) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if isComparable(context) {
		delete(c.kept, context)
	}
}

// contents returns those of a directory as the context of a Dockerfile.
func (c *Contexts) contents(directory fs.FS, src Source) *contents {
	if c == nil || directory == nil || !isComparable(directory) {
		return newContents(directory, src)
	}
	key := ignoreFileKey{name: path.Base(src.Name)}
	if src.Ignore != nil {
		key = ignoreFileKey{true, src.Ignore.Name, string(src.Ignore.Text)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[fs.FS]map[ignoreFileKey]*contents{}
	}
	all := c.kept[directory]
	if all == nil {
		all = map[ignoreFileKey]*contents{}
		c.kept[directory] = all
	}
	if all[key] == nil {
		all[key] = newContents(directory, src)
	}
	return all[key]
}

// isComparable reports whether a file system can be the key of a map.
func isComparable(fsys fs.FS) bool { return fsys != nil && reflect.ValueOf(fsys).Comparable() }
