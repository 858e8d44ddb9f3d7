package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// finder makes jobs of the paths of a command line.
type finder struct {
	s       *streams
	flags   *searchFlags
	quiet   bool
	cwd     string // without links
	jobs    []*job
	seen    map[string]bool // paths without links among their folders
	changed changedFiles
}

// find makes the jobs: a path that is a directory is searched; a file is taken
// whatever it is called. What is named twice is done once.
func find(s *streams, paths []string, flags *searchFlags, quiet bool) ([]*job, error) {
	if err := flags.checkGlobs(); err != nil {
		return nil, err
	}
	cwd, err := realPath(".")
	if err != nil {
		return nil, err
	}
	f := &finder{s: s, flags: flags, quiet: quiet, cwd: cwd, seen: map[string]bool{}, changed: changedFiles{rev: flags.Since}}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		if err := f.path(p); err != nil {
			return nil, err
		}
	}
	return f.jobs, nil
}

// path takes one path of the command line.
func (f *finder) path(p string) error {
	if p == "" {
		return errors.New("an empty path names no file")
	}
	if p == "-" {
		if f.first(p) {
			f.jobs = append(f.jobs, &job{path: p, name: "<stdin>", stdin: true})
		}
		return nil
	}
	info, err := os.Stat(p)
	if command := nearestCommand(p); errors.Is(err, fs.ErrNotExist) && command != "" {
		return withHint(fmt.Errorf("%s: no such file or directory", p), fmt.Sprintf("did you mean dockmend %s?", command))
	}
	if err != nil || !info.IsDir() {
		if !f.first(p) {
			return nil
		}
		j := &job{path: p, name: filepath.ToSlash(p)}
		if dir, err := realPath(filepath.Dir(p)); err == nil {
			j.tree = repository(dir)
		}
		f.jobs = append(f.jobs, j) // what is wrong with it is said where it is read
		return nil
	}
	return f.directory(p)
}

// first tells whether a path is named for the first time, in whatever way.
func (f *finder) first(p string) bool {
	key := filepath.Clean(p)
	if dir, err := realPath(filepath.Dir(p)); err == nil && p != "-" {
		key = filepath.Join(dir, filepath.Base(key))
	}
	if f.seen[key] {
		return false
	}
	f.seen[key] = true
	return true
}

// directory searches one.
func (f *finder) directory(p string) error {
	dir, err := realPath(p)
	if err != nil {
		return err
	}
	tree := f.tree(dir)
	below, err := filepath.Rel(tree, dir)
	if err != nil {
		return err
	}
	if below = filepath.ToSlash(below); !fs.ValidPath(below) { // not UTF-8
		tree, below = dir, "."
	}
	root, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	defer root.Close()
	found, err := discover.Search(treeFS{root}, below, discover.Options{
		Include: f.flags.Include, Exclude: f.flags.Exclude, Base: f.base(tree), NoIgnore: f.flags.NoGitignore,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", dockerfile.Printable(p), plain(err))
	}
	// The path as the user would have written it, from the directory that was named.
	named := func(file string) string {
		inner, ok := file, true
		if below != "." {
			inner, ok = strings.CutPrefix(file, below+"/")
		}
		if !ok { // a .gitignore above it
			return filepath.Join(tree, filepath.FromSlash(file))
		}
		return filepath.Join(p, filepath.FromSlash(inner))
	}
	for _, s := range found.LeftAlone {
		if n := named(s.Path); f.first(n) && !f.quiet && f.flags.Since == "" {
			fmt.Fprintf(f.s.err, "%s: left alone: %s\n", dockerfile.Printable(filepath.ToSlash(n)), s.Reason)
		}
	}
	took := false
	for _, file := range found.Files {
		n := named(file)
		if !f.first(n) {
			took = true
			continue
		}
		j := &job{path: n, name: filepath.ToSlash(n), tree: tree, found: true}
		if f.flags.Since != "" {
			changed, err := f.changed.has(filepath.Join(tree, filepath.FromSlash(file)))
			if err != nil {
				return err
			}
			j.unchanged = !changed
		}
		took = took || !j.unchanged
		f.jobs = append(f.jobs, j)
	}
	if !took && !f.quiet {
		what := "no Dockerfile"
		if len(found.Files) > 0 {
			what = fmt.Sprintf("no Dockerfile that was changed since %s", f.flags.Since)
		}
		fmt.Fprintf(f.s.err, "%s: %s below this directory\n", dockerfile.Printable(p), what)
	}
	return nil
}

// tree is the directory whose .gitignore files speak of dir, and that no link may
// lead out of: the root of its repository; the current directory, where that
// holds repositories; or dir itself.
func (f *finder) tree(dir string) string {
	root := repository(dir)
	if root == "" {
		root = dir
	}
	if !within(f.cwd, root) && within(dir, f.cwd) {
		return f.cwd
	}
	return root
}

// base is the current directory in tree, which globs are meant from; "" where it
// is outside, so that they are meant from tree.
func (f *finder) base(tree string) string {
	rel, err := filepath.Rel(tree, f.cwd)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// repository is the root of the git repository that a directory is in, "" for
// none.
func repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// realPath is the absolute path without links.
func realPath(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// within tells whether a path is dir or below it; both are as realPath has them.
func within(p, dir string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && filepath.IsLocal(rel)
}

// plain is an error of the system without the path, which is told already.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
