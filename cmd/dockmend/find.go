package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// finder makes jobs of the paths of a command line.
type finder struct {
	ctx     context.Context
	s       *streams
	flags   *searchFlags
	quiet   bool
	cwd     string // without links
	jobs    []*job
	seen    map[string]*job // by the file that a path leads to
	told    map[string]bool // what was said to be left alone
	changed changedFiles
	unread  bool                 // something could not be looked at
	listed  map[string]*listings // by tree
	room    int                  // for them
}

// find makes the jobs: a path that is a directory is searched; a file is taken
// whatever it is called. What is named twice, or by two names, is done once. unread:
// something could not be looked at, which was told.
func find(ctx context.Context, s *streams, paths []string, flags *searchFlags, quiet bool) (jobs []*job, unread bool, err error) {
	if err := flags.checkGlobs(); err != nil {
		return nil, false, err
	}
	cwd, err := workspace.RealPath(".")
	if err != nil {
		return nil, false, err
	}
	f := &finder{
		ctx: ctx, s: s, flags: flags, quiet: quiet, cwd: cwd, seen: map[string]*job{}, told: map[string]bool{}, listed: map[string]*listings{}, room: maxListed,
		changed: changedFiles{ctx: ctx, rev: flags.Since},
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		if err := f.path(p); err != nil {
			return nil, false, err
		}
		if ctx.Err() != nil {
			return nil, false, endedEarly(ctx)
		}
	}
	return f.jobs, f.unread, nil
}

// path takes one path of the command line.
func (f *finder) path(p string) error {
	if p == "" {
		return errors.New("an empty path names no file")
	}
	if p == "-" {
		f.add(&job{path: p, name: "<stdin>", stdin: true})
		return nil
	}
	info, err := os.Stat(p)
	if command := nearestCommand(p); errors.Is(err, fs.ErrNotExist) && command != "" {
		return withHint(fmt.Errorf("%s: no such file or directory", p), fmt.Sprintf("did you mean dockmend %s?", command))
	}
	if err != nil || !info.IsDir() {
		j := &job{path: p, name: workspace.DisplayName(p)}
		if dir, err := workspace.RealPath(filepath.Dir(p)); err == nil {
			j.tree = workspace.RepositoryRoot(dir)
		}
		f.add(j).unchanged = false // what is wrong with it is said where it is read
		return nil
	}
	return f.directory(p)
}

// add takes a job, or returns the one that has the same file.
func (f *finder) add(j *job) *job {
	key := filepath.Clean(j.path)
	if real, err := workspace.RealPath(j.path); err == nil && !j.stdin {
		key = real
	}
	if known := f.seen[key]; known != nil {
		return known
	}
	f.seen[key] = j
	f.jobs = append(f.jobs, j)
	return j
}

// leave tells of a file or folder that is left alone, once.
func (f *finder) leave(name string, s discover.Skipped) {
	f.unread = f.unread || s.Unread
	if f.told[name] || !s.Unread && (f.quiet || f.flags.Since != "") {
		return
	}
	f.told[name] = true
	fmt.Fprintf(f.s.err, "%s: left alone: %s\n", dockerfile.Printable(workspace.DisplayName(name)), s.Reason)
}

// directory searches one.
func (f *finder) directory(p string) error {
	dir, err := workspace.RealPath(p)
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
	if f.listed[tree] == nil {
		f.listed[tree] = &listings{dirs: map[string][]fs.DirEntry{}, room: &f.room}
	}
	found, err := discover.Search(treeFS{f.ctx, root, f.listed[tree]}, below, discover.Options{
		Include: f.flags.Include, Exclude: f.flags.Exclude, Base: f.base(tree), NoIgnore: f.flags.NoGitignore,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", dockerfile.Printable(p), workspace.Cause(err))
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
	if f.ctx.Err() != nil {
		return endedEarly(f.ctx)
	}
	for _, s := range found.LeftAlone {
		f.leave(named(s.Path), s)
	}
	took := false
	for _, file := range found.Files {
		taken, err := f.found(tree, file, named(file))
		if err != nil {
			return err
		}
		took = took || taken
	}
	if !took && !f.quiet {
		what := "no Dockerfile"
		if f.flags.Since != "" && len(found.Files) > 0 {
			what = fmt.Sprintf("no Dockerfile that was changed since %s", f.flags.Since)
		}
		fmt.Fprintf(f.s.err, "%s: %s below this directory\n", dockerfile.Printable(p), what)
	}
	return nil
}

// found takes a file of a tree, unless --since leaves it out.
func (f *finder) found(tree, file, name string) (taken bool, err error) {
	path := filepath.Join(tree, filepath.FromSlash(file))
	// A tree may hold several repositories: none of them writes into another.
	own := workspace.RepositoryRoot(filepath.Dir(path))
	if own == "" {
		own = tree
	}
	if target, err := filepath.EvalSymlinks(path); err == nil && !workspace.Within(target, own) {
		f.leave(name, discover.Skipped{Path: file, Reason: "a link that leads out of its repository"})
		return false, nil
	}
	j := &job{path: name, name: workspace.DisplayName(name), tree: own, found: true}
	if own == tree {
		j.listed = f.listed[tree]
	}
	if f.flags.Since != "" {
		changed, err := f.changed.has(path)
		if err != nil {
			return false, err
		}
		j.unchanged = !changed
	}
	return !f.add(j).unchanged, nil
}

// tree is the directory whose .gitignore files speak of dir, and that no link may
// lead out of: the root of its repository; the current directory, where that
// holds repositories; or dir itself.
func (f *finder) tree(dir string) string {
	root := workspace.RepositoryRoot(dir)
	if root == "" {
		root = dir
	}
	if !workspace.Within(f.cwd, root) && workspace.Within(dir, f.cwd) {
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
