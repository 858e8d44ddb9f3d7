package workspace

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
)

// checkout is a repository that contains Dockerfiles of a run, or a directory if there
// is none. It is read once, when it is first needed, and released when the last of its
// files is done. It is safe for concurrent use.
type checkout struct {
	root  string           // without links
	known map[string]*File // by the slash-separated path from the root
	left  atomic.Int32     // files that are not done
	// listed are directories of it that were listed before it is read.
	listed *listings

	opened sync.Once
	dir    *os.Root // nil when it can't be opened
	links  *repository.Links
	files  []string             // Dockerfiles whose context only their sources determine, sorted
	built  map[string][2]string // by context: two of the Dockerfiles that are built from it

	runs bool // some of the files run images
	// observed is what was seen of images of it; nil for nothing.
	observed *observed.Record

	mu       sync.Mutex
	images   map[string]*made        // by Dockerfile: of those that were repaired
	reading  map[string]func() *made // by Dockerfile: of the others
	contexts map[string]string       // results of sourceContext, by Dockerfile; "" for none
	shared   map[string][2]string    // results of users, by context
}

// open reads the repository. It returns false if that can't be opened.
func (c *checkout) open() bool {
	c.opened.Do(func() {
		dir, err := os.OpenRoot(c.root)
		if err != nil {
			return
		}
		c.dir, c.links = dir, repository.Read(listedFS{dir.FS(), c.listed})
		c.listed = nil
		c.contexts, c.built, c.shared = map[string]string{}, map[string][2]string{}, map[string][2]string{}
		c.files = slices.Clone(c.links.Dockerfiles())
		for place := range c.known {
			c.files = append(c.files, place)
		}
		slices.Sort(c.files)
		c.files = slices.Compact(c.files)
		c.files = slices.DeleteFunc(c.files, func(place string) bool {
			if f := c.known[place]; f != nil && f.Context != "" {
				return true
			}
			contexts := c.buildContexts(place)
			for _, context := range contexts {
				two := c.built[context]
				if two[0] == "" {
					two[0] = place
				} else if two[1] == "" {
					two[1] = place
				}
				c.built[context] = two
			}
			return len(contexts) > 0 || outside(c.links.Builds(place)) != nil
		})
	})
	return c.dir != nil
}

// done records that a file needs the checkout no longer. It reports whether that was
// the last.
func (c *checkout) done() bool {
	if c.left.Add(-1) > 0 {
		return false
	}
	if c.dir == nil {
		return true
	}
	c.dir.Close()
	c.links, c.files, c.built, c.contexts, c.shared = nil, nil, nil, nil, nil
	return true
}

// buildContexts returns the known contexts of a Dockerfile's builds, each once.
func (c *checkout) buildContexts(place string) (list []string) {
	for _, b := range c.links.Builds(place) {
		if b.Context != "" && !slices.Contains(list, b.Context) && len(list) < maxContexts {
			list = append(list, b.Context)
		}
	}
	return list
}

// maxContexts bounds the contexts of one Dockerfile.
const maxContexts = 16

// sourceContext returns the directory that has the sources of a Dockerfile, with that
// text; ok is false if none has all of them.
func (c *checkout) sourceContext(place string, text []byte, o stage.Options) (dir string, ok bool) {
	file, err := dockerfile.Parse(place, text)
	if err != nil {
		return path.Dir(place), true
	}
	graph, err := stage.Resolve(file, o)
	if err != nil {
		return path.Dir(place), true
	}
	return repository.FindContext(c.dir.FS(), place, graph.ContextSources())
}

// sharing returns another Dockerfile that has the same context, "" for none.
func (c *checkout) sharing(place, context string) string {
	if !c.open() {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	two, known := c.shared[context]
	if !known {
		two = c.users(context)
		c.shared[context] = two
	}
	if two[0] != place {
		return two[0]
	}
	return two[1]
}

// users returns the first two Dockerfiles of a context: those that are built from it,
// then those whose sources it has.
func (c *checkout) users(context string) (two [2]string) {
	two = c.built[context]
	below := context + "/"
	if context == "." {
		below = ""
	}
	from, _ := slices.BinarySearch(c.files, below)
	for _, place := range c.files[from:] {
		if two[1] != "" || !strings.HasPrefix(place, below) {
			break
		}
		if c.contextOf(place) != context {
			continue
		}
		if two[0] == "" {
			two[0] = place
		} else {
			two[1] = place
		}
	}
	return two
}

// contextOf returns the context of a Dockerfile, by its sources; "" for none. The
// checkout is locked.
func (c *checkout) contextOf(place string) string {
	if dir, known := c.contexts[place]; known {
		return dir
	}
	var o stage.Options
	if f := c.known[place]; f != nil {
		o = f.Build
	}
	context := ""
	if text, err := c.read(place); err == nil {
		if dir, ok := c.sourceContext(place, text, o); ok {
			context = dir
		}
	}
	c.contexts[place] = context
	return context
}

// note remembers the context of a Dockerfile, by its sources.
func (c *checkout) note(place, context string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.contexts[place] = context
}

// read returns the text of a Dockerfile, up to the longest allowed.
func (c *checkout) read(place string) ([]byte, error) {
	info, err := c.dir.Stat(place)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, os.ErrInvalid // reading a pipe would wait
	}
	f, err := c.dir.Open(place)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, dockerfile.MaxSize+1))
}

// name returns the name of a Dockerfile of the checkout for messages.
func (c *checkout) name(place string) string {
	if f := c.known[place]; f != nil {
		return f.Name
	}
	return DisplayName(FromHere(filepath.Join(c.root, filepath.FromSlash(place))))
}
