package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// maxIdle bounds the build contexts that stay open when no file uses them: each may
// keep what was read of it.
const maxIdle = 4

// openContexts are the open build contexts of a run. Each is read once for all its
// Dockerfiles, as long as it stays open. They are safe for concurrent use.
type openContexts struct {
	read imagebuild.Contexts

	mu   sync.Mutex
	open map[string]*openContext // by directory, without links
	idle []*openContext          // without users; the most recently used is the last
}

// openContext is a build context that is open.
type openContext struct {
	dir   string
	root  *os.Root
	files fs.FS
	users int
}

// use opens a directory, or reuses the open one. It has to be released.
func (c *openContexts) use(dir string, open func() (*os.Root, error)) (*openContext, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.open[dir]
	if o == nil {
		root, err := open()
		if err != nil {
			return nil, err
		}
		o = &openContext{dir: dir, root: root, files: root.FS()}
		if c.open == nil {
			c.open = map[string]*openContext{}
		}
		c.open[dir] = o
	}
	c.idle = slices.DeleteFunc(c.idle, func(other *openContext) bool { return other == o })
	o.users++
	return o, nil
}

// release ends a use.
func (c *openContexts) release(o *openContext) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.users--; o.users > 0 {
		return
	}
	c.idle = append(c.idle, o)
	if len(c.idle) > maxIdle {
		c.close(c.idle[0])
		c.idle = slices.Delete(c.idle, 0, 1)
	}
}

// leave closes contexts without users below a directory that is no longer needed.
func (c *openContexts) leave(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = slices.DeleteFunc(c.idle, func(o *openContext) bool {
		inside := within(o.dir, dir)
		if inside {
			c.close(o)
		}
		return inside
	})
}

// close closes a context without users. The contexts are locked.
func (c *openContexts) close(o *openContext) {
	c.read.Forget(o.files)
	o.root.Close()
	delete(c.open, o.dir)
}

// openDir opens a directory that the user names, or that has a Dockerfile.
func (c *openContexts) openDir(path string) (*openContext, error) {
	dir, err := RealPath(path)
	if err != nil {
		return nil, err
	}
	return c.use(dir, func() (*os.Root, error) { return os.OpenRoot(dir) })
}

// openWithin opens a directory of a checkout: no link leads out of that.
func (c *openContexts) openWithin(of *checkout, within string) (*openContext, error) {
	place := filepath.FromSlash(within)
	return c.use(filepath.Join(of.root, place), func() (*os.Root, error) { return of.dir.OpenRoot(place) })
}
