package buildcontext

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// TestLikeMatchesOrParentMatches compares what a context shows with
// patternmatcher.MatchesOrParentMatches, over random trees and patterns.
func TestLikeMatchesOrParentMatches(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	names := []string{"a", "b", "ab", "node_modules", "src", "x.md", ".env", "a.md", "é"}
	parts := append([]string{"*", "**", "*.md", "?", "a*", "[ab]", "**b", "a**", ".*", "\\a", "..", "."}, names...)
	several := func(of []string) string {
		var s []string
		for range 1 + rnd.IntN(4) {
			s = append(s, of[rnd.IntN(len(of))])
		}
		return strings.Join(s, "/")
	}
	hidden := 0
	for range 4000 {
		tree := map[string]bool{}
		for range 15 {
			tree[several(names)] = true
		}
		var lines []string
		for range 1 + rnd.IntN(5) {
			lines = append(lines, []string{"", "", "!", "/", "!/"}[rnd.IntN(5)]+several(parts))
		}
		hidden += compare(t, tree, strings.Join(lines, "\n"))
	}
	if hidden < 1000 {
		t.Errorf("only %d directories were hidden", hidden)
	}
}

// compare checks one ignore file over a tree, and returns the number of hidden
// directories.
func compare(t *testing.T, tree map[string]bool, ignore string) (hidden int) {
	t.Helper()
	files := fstest.MapFS{".dockerignore": {Data: []byte(ignore), Mode: 0o644}}
	for name := range tree {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(tree)), func(o string) bool { return strings.HasPrefix(o, name+"/") }) {
			files[name] = &fstest.MapFile{Data: []byte("x"), Mode: 0o644}
		}
	}
	lines, err := ignorefile.ReadAll(strings.NewReader(ignore))
	if err != nil {
		t.Fatal(err)
	}
	reference, err := patternmatcher.New(lines)
	context := Open(files, "Dockerfile")
	if err != nil {
		if _, err := fs.Stat(context, ".dockerignore"); err == nil {
			t.Errorf("%q: no error", ignore)
		}
		return 0
	}
	var want, walked []string
	for name := range files {
		ignored, err := reference.MatchesOrParentMatches(name)
		if err == nil && !ignored {
			want = append(want, name)
		}
		if _, err := fs.Stat(context, name); errors.Is(err, fs.ErrNotExist) == slices.Contains(want, name) {
			t.Errorf("%q: Stat of %s: %v", ignore, name, err)
		}
	}
	dirs := map[string]bool{}
	err = fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
		if dirs[name] = true; err == nil && !d.IsDir() {
			walked = append(walked, name)
		}
		return err
	})
	slices.Sort(want)
	slices.Sort(walked)
	if err != nil || !slices.Equal(want, walked) {
		t.Errorf("%q\nshows %q, %v\nwant  %q", ignore, walked, err, want)
	}
	for name := range files {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if dirs[dir] {
				continue
			}
			hidden++
			if _, err := fs.ReadDir(context, dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q: hidden %s can be read: %v", ignore, dir, err)
			}
		}
	}
	return hidden
}

// TestIgnoredDirectoriesAreNotRead: neither where nothing is excepted, nor where the
// exceptions lie elsewhere.
func TestIgnoredDirectoriesAreNotRead(t *testing.T) {
	for ignore, want := range map[string]string{
		"node_modules":                         ". src",
		"**\n!src\n!*.json":                    ". src",
		"node_modules\n!node_modules/keep":     ". node_modules node_modules/keep src",
		"node_modules\n!**/keep":               ". node_modules node_modules/a node_modules/a/b node_modules/keep src",
		"node_modules\n!node_modules/*/b/x.js": ". node_modules node_modules/a node_modules/a/b node_modules/keep src",
	} {
		files := recording{fstest.MapFS{
			".dockerignore":         {Data: []byte(ignore), Mode: 0o644},
			"package.json":          {Mode: 0o644},
			"src/a.js":              {Mode: 0o644},
			"node_modules/a/b/x.js": {Mode: 0o644},
			"node_modules/keep/y":   {Mode: 0o644},
		}, map[string]bool{}}
		if err := fs.WalkDir(Open(files, "Dockerfile"), ".", func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			t.Error(err)
		}
		got := slices.Sorted(maps.Keys(files.read))
		if strings.Join(got, " ") != want {
			t.Errorf("%q: reads %v, want %s", ignore, got, want)
		}
	}
}

// recording records the directories that are read.
type recording struct {
	fstest.MapFS
	read map[string]bool
}

func (r recording) ReadDir(name string) ([]fs.DirEntry, error) {
	r.read[name] = true
	return r.MapFS.ReadDir(name)
}

// TestLongNames: names that no file system allows take no time.
func TestLongNames(t *testing.T) {
	context := Open(fstest.MapFS{".dockerignore": {Data: []byte("**/x\n!y"), Mode: 0o644}}, "Dockerfile")
	if _, err := fs.Stat(context, strings.Repeat("a/", 1<<20)+"a"); !errors.Is(err, fs.ErrNotExist) || len(err.Error()) > 5000 {
		t.Error("a long name is there")
	}
	if _, err := fs.Stat(context, "../x"); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
}

func BenchmarkWalk(b *testing.B) {
	files := fstest.MapFS{".dockerignore": {Data: []byte("**/node_modules\n.git\n*.md\n**/*.log\n.env*\ndist\ncoverage\n**/.DS_Store\n!README.md\n"), Mode: 0o644}}
	for i := range 2000 {
		files[fmt.Sprintf("src/part%d/deep/module%d/file%d.js", i%10, i%100, i)] = &fstest.MapFile{Mode: 0o644}
		files[fmt.Sprintf("node_modules/p%d/lib/file%d.js", i%100, i)] = &fstest.MapFile{Mode: 0o644}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := fs.WalkDir(Open(files, "Dockerfile"), ".", func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
			b.Fatal(err)
		}
	}
}
