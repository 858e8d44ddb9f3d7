package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// counting counts the calls of a file system, and fails some of them.
type counting struct {
	fstest.MapFS
	opened, listed map[string]int
	bad            map[string]error
}

func newCounting(files fstest.MapFS) *counting {
	return &counting{files, map[string]int{}, map[string]int{}, map[string]error{}}
}

func (c *counting) Open(name string) (fs.File, error) {
	c.opened[name]++
	if err := c.bad[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return c.MapFS.Open(name)
}

func (c *counting) Stat(name string) (fs.FileInfo, error) {
	if err := c.bad[name]; err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return c.MapFS.Stat(name)
}

func (c *counting) ReadDir(name string) ([]fs.DirEntry, error) {
	c.listed[name]++
	if err := c.bad[name]; err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return c.MapFS.ReadDir(name)
}

func TestReadFile(t *testing.T) {
	c := newCounting(fstest.MapFS{
		"a":    {Data: []byte("0123456789"), Mode: 0o644},
		"pipe": {Mode: fs.ModeNamedPipe | 0o644},
		"dir":  {Mode: fs.ModeDir | 0o755},
	})
	c.bad["broken"] = errors.New("no\nsuch luck")
	f := Open(c)
	for _, want := range []struct {
		name  string
		limit int
		text  string
		err   string
	}{
		{"a", 9, "", "it is too large"},
		{"a", 9, "", "it is too large"},
		{"a", 10, "0123456789", ""},
		{"a", 100, "0123456789", ""},
		{"a", 5, "", "it is too large"},
		{"pipe", 10, "", "it is no regular file"},
		{"dir", 10, "", "it is no regular file"},
		{"b", 10, "", "file does not exist"},
		{"b", 10, "", "file does not exist"},
		{"../b", 10, "", "file does not exist"},
		{"broken", 10, "", "no such luck"},
	} {
		text, err := f.ReadFile(want.name, want.limit)
		if text != want.text || fmt.Sprint(err) != want.err && (err != nil || want.err != "") {
			t.Errorf("ReadFile(%q, %d) = %q, %v, want %q, %q", want.name, want.limit, text, err, want.text, want.err)
		}
	}
	if _, err := f.ReadFile("b", 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	if c.opened["a"] != 2 || c.opened["pipe"] != 0 || c.opened["b"] != 0 {
		t.Errorf("opened %v, want a twice: once for a larger limit", c.opened)
	}
	if info, err := f.Stat("a"); err != nil || info.Size() != 10 {
		t.Errorf("Stat: %v, %v", info, err)
	}
	if _, err := f.Stat("b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat: %v", err)
	}
}

func TestKeptWithinBounds(t *testing.T) {
	files := fstest.MapFS{}
	big := []byte(strings.Repeat("x", 1<<20))
	for i := range 40 {
		files[fmt.Sprint(i)] = &fstest.MapFile{Data: big, Mode: 0o644}
	}
	c := newCounting(files)
	f := Open(c)
	for range 2 {
		for name := range files {
			if text, err := f.ReadFile(name, 1<<20); err != nil || len(text) != 1<<20 {
				t.Fatal(err)
			}
		}
	}
	again := 0
	for _, n := range c.opened {
		again += n - 1
	}
	if f.bytes > maxKeptBytes || again != 8 {
		t.Errorf("keeps %d bytes, and reads %d files again, want 8", f.bytes, again)
	}
}

func TestNoContext(t *testing.T) {
	f := Open(nil)
	_, read := f.ReadFile("a", 1)
	_, stat := f.Stat("a")
	_, list := f.ReadDir(".")
	gaps := f.Walk(func(string) bool { return true }, func(string, fs.DirEntry) bool { return true })
	if read != ErrNoContext || stat != ErrNoContext || list != ErrNoContext || len(gaps) != 1 || gaps[0].What != "there is no build context to look at" {
		t.Errorf("%v, %v, %v, %v", read, stat, list, gaps)
	}
	if s, node := f.Sources(), f.NodeProcess().Gaps(); len(s.Gaps) != 1 || len(node) != 1 || s.Gaps[0].What != ErrNoContext.Error() {
		t.Errorf("gaps %v, %v", s.Gaps, node)
	}
}

func TestWalk(t *testing.T) {
	deep := strings.Repeat("d/", 11)
	c := newCounting(fstest.MapFS{
		"b/z.js":       {Mode: 0o644},
		"b.js":         {Mode: 0o644},
		"a/y.js":       {Mode: 0o644},
		"skip/x.js":    {Mode: 0o644},
		"locked/x.js":  {Mode: 0o644},
		deep + "x.js":  {Mode: 0o644},
		deep + "d/not": {Mode: 0o644},
		"link":         {Mode: fs.ModeSymlink},
	})
	c.bad["locked"] = fs.ErrPermission
	f := Open(c)
	for range 2 {
		var seen []string
		gaps := f.Walk(func(dir string) bool { return dir != "skip" }, func(name string, _ fs.DirEntry) bool {
			seen = append(seen, name)
			return true
		})
		if got, want := strings.Join(seen, " "), "a/y.js b/z.js b.js "+deep+"x.js link"; got != want {
			t.Errorf("visits %s\nwant   %s", got, want)
		}
		if got, want := fmt.Sprint(gaps), "[{"+deep+"d directories below 11 others are not looked at} {locked it can't be read: permission denied}]"; got != want {
			t.Errorf("gaps %s\nwant %s", got, want)
		}
	}
	for dir, n := range c.listed {
		if n != 1 || dir == "skip" {
			t.Errorf("%s is listed %d times", dir, n)
		}
	}
	n := 0
	f.Walk(func(string) bool { return true }, func(string, fs.DirEntry) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("the walk goes on to %d files", n)
	}
}

// endless is a file system with a directory in each directory, as a loop of links
// makes.
type endless struct{ fstest.MapFS }

func (endless) ReadDir(string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(fstest.MapFS{"d": {Mode: fs.ModeDir | 0o755}, "e": {Mode: fs.ModeDir | 0o755}}, "d")
	e := fs.FileInfoToDirEntry(info)
	return []fs.DirEntry{e, e, e, e, e, e}, err
}

func TestEndlessTree(t *testing.T) {
	gaps := Open(endless{}).Walk(func(string) bool { return true }, func(string, fs.DirEntry) bool { return true })
	if last := gaps[len(gaps)-1]; len(gaps) > maxGaps || !strings.Contains(last.What, "more than 200000 files") {
		t.Errorf("%d gaps, the last %v", len(gaps), last)
	}
	if s := Open(endless{}).Sources(); len(s.Gaps) > maxGaps {
		t.Errorf("%d gaps", len(s.Gaps))
	}
}

func TestConcurrentUse(t *testing.T) {
	f := Open(fstest.MapFS{"a.js": {Data: []byte("fs.writeFileSync('x.txt', '')"), Mode: 0o644}, "d/b.js": {Data: []byte("x"), Mode: 0o644}})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if s := f.Sources(); len(s.RelativeWrites) != 1 {
				t.Errorf("%v", s.RelativeWrites)
			}
			for range 100 {
				if _, err := f.ReadFile("a.js", 100); err != nil {
					t.Error(err)
				}
				if _, err := f.ReadDir("d"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
