package observer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// watch is the command "watch", for PID 1 of a container in which the command to be
// watched is another process: so the container, and what is in it, outlasts the
// command. It writes a line once it knows what is there, waits for SIGTERM, and writes
// the Response.
func watch(out io.Writer) error {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, unix.SIGTERM)
	t, err := readTree("/")
	if err != nil {
		return err
	}
	// The runtime may have made mount points within the present tick of the kernel's
	// clock, of which there are at least 100 in a second.
	time.Sleep(20 * time.Millisecond)
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &now); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "watching"); err != nil {
		return err
	}
	<-asked
	c := changes{tree: t, since: now.Nano()}
	c.in("/")
	r := Response{Changed: c.list}
	if c.more {
		r.Errors = append(r.Errors, fmt.Sprintf("written paths beyond the first %d", maxChanged))
	}
	return json.NewEncoder(out).Encode(r)
}

// tree is what a container's own file system had: the names in each directory, sorted,
// each with a NUL after it.
type tree struct {
	names  map[string]string
	mounts map[string]bool
}

var errTooMany = errors.New("there are too many files in the image")

// readTree reads the tree below a directory. What others are mounted over is not in it.
func readTree(root string) (t tree, err error) {
	t.names = map[string]string{}
	if t.mounts, err = mountPoints(); err != nil {
		return t, err
	}
	count := 0
	var read func(dir string) error
	read = func(dir string) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		if count += len(entries); count > maxNames {
			return errTooMany
		}
		var b strings.Builder
		for _, e := range entries {
			b.WriteString(e.Name() + "\x00")
		}
		t.names[dir] = b.String()
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); e.IsDir() && !t.mounts[name] {
				if err := read(name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return t, read(root)
}

// changes are what became of a tree.
type changes struct {
	tree
	since int64 // in nanoseconds since 1970
	list  []Change
	more  bool // than fit into the list
}

func (c *changes) add(list ...Change) {
	n := min(len(list), maxChanged-len(c.list))
	c.list = append(c.list, list[:n]...)
	c.more = c.more || n < len(list)
}

// in compares a directory of the tree with what it was. Of a file it uses the change
// time, which the kernel sets and no program can. That of a directory also changes when
// an overlay copies it for the sake of a file below it, so there it is the time at
// which names changed.
func (c *changes) in(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // removed meanwhile
	}
	old := strings.Split(strings.TrimSuffix(c.names[dir], "\x00"), "\x00")
	if old[0] == "" { // it was empty
		old = nil
	}
	named, made := false, 0 // named: some change of a name is a change of its own
	for _, e := range entries {
		for len(old) > 0 && old[0] < e.Name() {
			c.add(Change{Path: path.Join(dir, old[0]), Removed: true})
			named, old = true, old[1:]
		}
		name := path.Join(dir, e.Name())
		if len(old) > 0 && old[0] == e.Name() {
			old = old[1:]
			c.was(name, e)
			continue
		}
		if named, made = true, made+1; made <= maxBelow {
			c.made(name, e)
		}
	}
	for _, name := range old {
		c.add(Change{Path: path.Join(dir, name), Removed: true})
		named = true
	}
	var st unix.Stat_t
	if made > maxBelow || !named && unix.Lstat(dir, &st) == nil && st.Mtim.Nano() >= c.since {
		c.add(Change{Path: dir, Dir: true})
	}
}

// was compares what has the name of something that was there.
func (c *changes) was(name string, e fs.DirEntry) {
	_, dir := c.names[name]
	var st unix.Stat_t
	switch {
	case c.mounts[name]:
	case e.IsDir() && dir:
		c.in(name)
	case e.IsDir() != dir:
		c.made(name, e)
	case unix.Lstat(name, &st) == nil && st.Ctim.Nano() >= c.since:
		c.add(Change{Path: name})
	}
}

// made adds what is new, or the files in it.
func (c *changes) made(name string, e fs.DirEntry) {
	if !e.IsDir() {
		c.add(Change{Path: name})
		return
	}
	below, ok := newBelow(name, maxBelow)
	if !ok || len(below) == 0 {
		below = []Change{{Path: name}}
	}
	c.add(below...)
}

// newBelow returns the files and the empty directories in a new directory, unless
// there are more than limit.
func newBelow(dir string, limit int) (list []Change, ok bool) {
	entries, _ := os.ReadDir(dir) // it may be removed meanwhile
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		var below []Change
		if e.IsDir() {
			if below, ok = newBelow(name, limit-len(list)); !ok {
				return nil, false
			}
		}
		if len(below) == 0 {
			below = []Change{{Path: name}}
		}
		if list = append(list, below...); len(list) > limit {
			return nil, false
		}
	}
	return list, true
}
