package discover

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree returns a file system with a list of names, each with an optional text after an
// equals sign: "Dockerfile", ".gitignore=/build". A text that begins with
// "->" makes a link.
func tree(names ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, n := range names {
		name, text, _ := strings.Cut(n, "=")
		f := &fstest.MapFile{Data: []byte(text)}
		if target, ok := strings.CutPrefix(text, "->"); ok {
			f = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink}
		}
		m[name] = f
	}
	return m
}

// found searches, and returns the result as a list: paths of files, and skipped ones
// as "path: reason".
func found(t *testing.T, fsys fs.FS, dir string, o Options) (list []string) {
	t.Helper()
	r, err := Search(fsys, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	list = r.Files
	for _, s := range r.LeftAlone {
		list = append(list, s.Path+": "+s.Reason)
	}
	return list
}

func TestSearch(t *testing.T) {
	for _, c := range []struct {
		name string
		tree fstest.MapFS
		dir  string
		o    Options
		want []string
	}{
		{"the order is that of a walk", tree("b/Dockerfile", "Dockerfile", "a.Dockerfile", "a/Dockerfile.b", "a/Dockerfile.a", "a-b/Dockerfile", "README.md"), ".", Options{},
			[]string{"Dockerfile", "a/Dockerfile.a", "a/Dockerfile.b", "a-b/Dockerfile", "a.Dockerfile", "b/Dockerfile"}},
		{"only below", tree("Dockerfile", "a/b/Dockerfile", "ab/Dockerfile"), "a", Options{}, []string{"a/b/Dockerfile"}},
		{"nothing there", tree("a/b"), ".", Options{}, nil},
		{"a folder with the name of a Dockerfile", tree("Dockerfile/Dockerfile", "Dockerfile.d/x"), ".", Options{}, []string{"Dockerfile/Dockerfile"}},
		{"vendored folders", tree(".git/Dockerfile", "node_modules/x/Dockerfile", "a/vendor/Dockerfile", "third_party/Dockerfile", "vendor.d/Dockerfile", "b/node_modules"), ".", Options{NoIgnore: true},
			[]string{"third_party/Dockerfile", "vendor.d/Dockerfile"}},
		{"a vendored folder itself", tree("node_modules/x/Dockerfile", "node_modules/x/node_modules/y/Dockerfile"), "node_modules/x", Options{}, []string{"node_modules/x/Dockerfile"}},
		{"templates are named", tree("Dockerfile.j2", "a/prod.Dockerfile.tmpl", "b/x.tmpl"), ".", Options{}, []string{"Dockerfile.j2: a template", "a/prod.Dockerfile.tmpl: a template"}},
		{"the text decides where the name is in doubt", tree("Dockerfile.txt=FROM a\n", "Dockerfile.js=# syntax=docker/dockerfile:1\nARG A\nFROM a\n", "dockerfile.go=package a\n", "Dockerfile.yml=a: b\n", "Dockerfile.py=from a import b\n", "Dockerfile.sh=#!/bin/sh\n"), ".", Options{},
			[]string{"Dockerfile.js", "Dockerfile.txt"}},
		{"include", tree("a.docker", "b/c.docker", "b/Dockerfile.j2", "b/Dockerfile.md", "b/x", "Dockerfile"), ".", Options{Include: []string{"*.docker", "Dockerfile.*"}},
			[]string{"Dockerfile", "a.docker", "b/Dockerfile.j2", "b/Dockerfile.md", "b/c.docker"}},
		{"include brings back nothing", tree(".gitignore=a/\nc", "a/x", "node_modules/x", "b/x", "c", "x"), ".", Options{Include: []string{"**/x", "c", "a/x"}, Exclude: []string{"/x"}}, []string{"b/x"}},
		{"exclude", tree("Dockerfile", "a/Dockerfile", "b/c/Dockerfile", "b/Dockerfile.dev", "d/Dockerfile.j2"), ".", Options{Exclude: []string{"a/", "b/*/Dockerfile", "*.dev", "d"}}, []string{"Dockerfile"}},
		{"exclude takes a folder with all below", tree("a/Dockerfile", "a/b/c/Dockerfile"), "a/b", Options{Exclude: []string{"a"}}, nil},
		{"globs from a folder", tree("[a]/b/Dockerfile", "[a]/c/Dockerfile", "b/Dockerfile", "[a]/d/x"), ".", Options{Base: "[a]", Exclude: []string{"b/*"}, Include: []string{"d/x"}}, []string{"[a]/c/Dockerfile", "[a]/d/x", "b/Dockerfile"}},
		{"ignored", tree(".gitignore=build/\n*.dev\n", "build/Dockerfile", "Dockerfile.dev", "a/.gitignore=!x.dev\n/Dockerfile\n", "a/Dockerfile.dev", "a/Dockerfile", "a/b/Dockerfile"), ".", Options{}, []string{"a/b/Dockerfile"}},
		{"ignored all the same", tree(".gitignore=build/\n*.dev\n", "build/Dockerfile", "Dockerfile.dev"), ".", Options{NoIgnore: true}, []string{"Dockerfile.dev", "build/Dockerfile"}},
		{"the rules of the folders above", tree(".gitignore=*.dev\n", "a/.gitignore=*.test\n", "a/b/Dockerfile", "a/b/Dockerfile.dev", "a/b/Dockerfile.test"), "a/b", Options{}, []string{"a/b/Dockerfile"}},
		{"an ignored folder itself", tree(".gitignore=build/**\n", "build/x/.gitignore=*.dev\n", "build/x/y/Dockerfile", "build/x/y/Dockerfile.dev"), "build/x/y", Options{}, []string{"build/x/y/Dockerfile"}},
		{"info/exclude", tree(".git/info/exclude=*.dev\n/a\n", "a/Dockerfile", "Dockerfile.dev", "b/a/Dockerfile"), ".", Options{}, []string{"b/a/Dockerfile"}},
		{"a .git that is a file", tree(".git=gitdir: x\n", ".gitignore=*.dev\n", "Dockerfile", "Dockerfile.dev"), ".", Options{}, []string{"Dockerfile"}},
		{"a repository in a repository", tree(".git/info/exclude=*.a\n", ".gitignore=*.b\n", "x/.git=gitdir: y\n", "x/.gitignore=*.dev\n", "x/Dockerfile.a", "x/Dockerfile.b", "x/Dockerfile.dev", "y/.git/info/exclude=*.dev\n", "y/Dockerfile.b", "y/Dockerfile.dev"), ".", Options{}, []string{"x/Dockerfile.a", "x/Dockerfile.b", "y/Dockerfile.b"}},
		{"a repository in a repository, without the rules", tree(".gitignore=*.b\n", "x/.git=gitdir: y\n", "x/.gitignore=*.dev\n", "x/Dockerfile.b", "x/Dockerfile.dev"), "x", Options{NoIgnore: true}, []string{"x/Dockerfile.b", "x/Dockerfile.dev"}},
		{"a .gitignore that is a link", tree(".gitignore=->rules", "rules=*\n", "Dockerfile"), ".", Options{}, []string{"Dockerfile"}},
		{"a .gitignore that is too large", tree(".gitignore="+strings.Repeat("#", maxIgnoreFile)+"\n", "Dockerfile"), ".", Options{}, []string{"Dockerfile", ".gitignore: can't be read: it is too large"}},
		{"a .gitignore above that is too large", tree(".gitignore="+strings.Repeat("#", maxIgnoreFile)+"\n", "a/Dockerfile"), "a", Options{}, []string{"a/Dockerfile", ".gitignore: can't be read: it is too large"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := found(t, c.tree, c.dir, c.o); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestSearchErrors(t *testing.T) {
	m := tree("Dockerfile", "a/Dockerfile", "out=->..", "self=->self")
	for _, c := range []struct {
		dir  string
		o    Options
		want string
	}{
		{"nowhere", Options{}, "search nowhere: file does not exist"},
		{"out", Options{}, "search out: a link that leads out of the tree"},
		{"self", Options{}, "search self: a link that leads in circles"},
		{"../a", Options{}, "search ../a: invalid argument"},
		{"", Options{}, "search : invalid argument"},
		{".", Options{Include: []string{"{"}}, `glob "{": a bracket, a brace or a backslash lacks its end`},
		{".", Options{Exclude: []string{"a", ""}}, `glob "": it names nothing`},
	} {
		if _, err := Search(m, c.dir, c.o); err == nil || err.Error() != c.want {
			t.Errorf("Search(%q, %+v): %v, want %s", c.dir, c.o, err, c.want)
		}
	}
	if _, err := Search(m, "Dockerfile", Options{}); err == nil {
		t.Error("a file was searched")
	}
}

// refusing is a file system that does not open some names.
type refusing struct {
	fstest.MapFS
	names []string
}

func (r refusing) refuse(name string) error {
	if slices.Contains(r.names, name) {
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return nil
}

func (r refusing) Open(name string) (fs.File, error) {
	if err := r.refuse(name); err != nil {
		return nil, err
	}
	return r.MapFS.Open(name)
}

func (r refusing) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := r.MapFS.ReadDir(name)
	if refused := r.refuse(name); refused != nil {
		return entries[:1], refused // like a disk that fails halfway
	}
	return entries, err
}

func TestUnreadable(t *testing.T) {
	m := tree("a/Dockerfile", "a/b/Dockerfile", "c/.gitignore=*\n", "c/Dockerfile", "c/Dockerfile.txt", ".git/info/exclude=*\n", "d/Dockerfile")
	got := found(t, refusing{m, []string{"a", "c/.gitignore", "c/Dockerfile.txt", ".git/info/exclude", "d/Dockerfile"}}, ".", Options{})
	want := []string{"a/Dockerfile", "c/Dockerfile", "d/Dockerfile",
		".git/info/exclude: can't be read: permission denied", "a: can't be read: permission denied", "c/.gitignore: can't be read: permission denied", "c/Dockerfile.txt: can't be read: permission denied"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if _, err := Search(refusing{m, []string{"a"}}, "a", Options{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("the searched folder can't be read: %v", err)
	}
	for noIgnore, want := range map[bool][]string{true: {"d/Dockerfile"}, false: {"d/Dockerfile", ".: can't be read: permission denied"}} {
		if got := found(t, refusing{tree("d/Dockerfile"), []string{"."}}, "d", Options{NoIgnore: noIgnore}); !slices.Equal(got, want) {
			t.Errorf("a folder above can't be read: %q", got)
		}
	}
}

func TestIgnores(t *testing.T) {
	rules := NewIgnores(fstest.MapFS{
		".gitignore": {Data: []byte("dist/\n*.jar\n!keep.jar\n")}, "a/.gitignore": {Data: []byte("/out\n")}, "a/x.txt": {}, "b/x.txt": {},
	})
	for name, want := range map[string]bool{
		"dist": true, "a/dist": true, "nowhere/dist/x": true, "a/x.jar": true, "keep.jar": false, "a/out": true, "out": false, "b/out": false,
		"a/x.txt": false, "dist.txt": false, "target/*.jar": true,
	} {
		if got := rules.Hide(name); got != want {
			t.Errorf("%s is ignored: %t", name, got)
		}
	}
}
