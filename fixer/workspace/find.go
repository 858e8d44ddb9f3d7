package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Search selects the files of a directory. A file that is named is always included.
type Search struct {
	// Compose finds Compose files beside the Dockerfiles, and Manifests those of Kubernetes.
	Compose, Manifests bool
	// Stdin is the kind of standard input; "" means dockerfile.Kind.
	Stdin document.Kind
	// Include and Exclude are globs, as discover.CheckGlob accepts them. Those with a
	// slash are relative to the current directory, if that is in the tree.
	Include, Exclude []string
	// NoIgnore includes what .gitignore files hide.
	NoIgnore bool
	// Changed, if set, reports whether a file is to be worked on; see
	// Since. The path is absolute, without links among its folders. An error ends the
	// search.
	Changed func(path string) (bool, error)
}

// Find returns the Dockerfiles of the paths, linked, and what was left alone in
// directories. It is a Finder and Link in one call, for callers that set neither
// File.Context nor File.Build.
func Find(ctx context.Context, paths []string, s Search) ([]*File, []discover.Skipped, error) {
	f, err := NewFinder(s)
	if err != nil {
		return nil, nil, err
	}
	var leftAlone []discover.Skipped
	for _, p := range paths {
		got, err := f.Add(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		leftAlone = append(leftAlone, got.LeftAlone...)
	}
	return Link(f.Files), leftAlone, nil
}

// Finder finds Dockerfiles by paths. A file that is named twice, or by two names, is
// found once. It must be made with NewFinder.
type Finder struct {
	// Files are those that were found, in their order, including the unchanged ones.
	Files []*File

	search Search
	cwd    string               // without links
	seen   map[string]*File     // by the file that a path leads to
	listed map[string]*listings // by tree
	room   int                  // for them
}

// NewFinder returns a Finder that has found nothing yet. It fails if the current
// directory can't be read.
func NewFinder(s Search) (*Finder, error) {
	cwd, err := RealPath(".")
	if err != nil {
		return nil, err
	}
	return &Finder{search: s, cwd: cwd, seen: map[string]*File{}, listed: map[string]*listings{}, room: maxListed}, nil
}

// Added is the result of Finder.Add.
type Added struct {
	// Found is the number of files; Taken, how many of them are to be worked on.
	// A file that is named counts in both, whether it exists or not.
	Found, Taken int
	// LeftAlone is what was skipped and may be missed, and what could not be read. Its
	// paths are as the caller would write them, from the path that is added.
	LeftAlone []discover.Skipped
}

// Add finds the files of a path. It searches a directory; any other path is included
// whatever its name: as a Compose file if it has the name of one, or if it is YAML with
// services; as a manifest if it is YAML with a Kubernetes workload; else as a Dockerfile. Then Load reports what is wrong with it. "-" is standard
// input. Added is valid, as far as the search got, even if there is an error: of
// the directory that can't be searched, of Search, or of ctx, which has ended.
func (f *Finder) Add(ctx context.Context, path string) (Added, error) {
	if path == "" {
		return Added{}, errors.New("an empty path names no file")
	}
	if path == "-" {
		f.add(&File{Path: path, Name: "<stdin>", Kind: f.search.Stdin, Stdin: true})
		return Added{Found: 1, Taken: 1}, nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		var a Added
		err := f.directory(ctx, path, &a)
		return a, err
	}
	file := &File{Path: path, Name: DisplayName(path), Kind: kindOf(path)}
	if dir, err := RealPath(filepath.Dir(path)); err == nil {
		file.Tree = RepositoryRoot(dir)
	}
	known := f.add(file)
	known.Unchanged, known.Found = false, false // it is named
	return Added{Found: 1, Taken: 1}, nil
}

// add adds a file, or returns the one that is the same.
func (f *Finder) add(file *File) *File {
	key := filepath.Clean(file.Path)
	if real, err := RealPath(file.Path); err == nil && !file.Stdin {
		key = real
	}
	if known := f.seen[key]; known != nil {
		return known
	}
	f.seen[key] = file
	f.Files = append(f.Files, file)
	return file
}

// directory searches one.
func (f *Finder) directory(ctx context.Context, p string, a *Added) error {
	dir, err := RealPath(p)
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
	found, err := discover.Search(treeFS{ctx, root, f.listed[tree]}, below, discover.Options{
		Include: f.search.Include, Exclude: f.search.Exclude, Base: f.base(tree), NoIgnore: f.search.NoIgnore, Compose: f.search.Compose, Manifests: f.search.Manifests,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", escape.Line(p), cause(err))
	}
	// The path as the caller would have written it, from the directory that was named.
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
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, s := range found.LeftAlone {
		s.Path = named(s.Path)
		a.LeftAlone = append(a.LeftAlone, s)
	}
	a.Found = len(found.Files) + len(found.Compose) + len(found.Manifests)
	for kind, files := range inOrder(found) {
		for _, file := range files {
			taken, err := f.found(a, kind, tree, file, named(file))
			if err != nil {
				return err
			}
			if taken {
				a.Taken++
			}
		}
	}
	return nil
}

// inOrder yields what a search found: what runs images after the Dockerfiles, which it rests
// on.
func inOrder(r discover.Result) iter.Seq2[document.Kind, []string] {
	return func(yield func(document.Kind, []string) bool) {
		_ = yield(dockerfile.Kind, r.Files) && yield(compose.Kind, r.Compose) && yield(kubernetes.Kind, r.Manifests)
	}
}

// kindOf returns the kind of a file that is named.
func kindOf(path string) document.Kind {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".yaml" && ext != ".yml" {
		return dockerfile.Kind
	}
	if compose.IsNamed(filepath.Base(path)) {
		return compose.Kind
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return dockerfile.Kind
	}
	file, err := os.Open(path)
	if err != nil {
		return dockerfile.Kind
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, yamlfile.MaxBytes+1))
	switch {
	case err != nil:
	case discover.IsManifest(text):
		return kubernetes.Kind
	case discover.IsCompose(text):
		return compose.Kind
	}
	return dockerfile.Kind
}

// found adds a file of a tree, and reports whether it is to be worked on.
func (f *Finder) found(a *Added, kind document.Kind, tree, place, name string) (taken bool, err error) {
	path := filepath.Join(tree, filepath.FromSlash(place))
	// A tree may contain several repositories: none of them writes into another.
	own := RepositoryRoot(filepath.Dir(path))
	if own == "" {
		own = tree
	}
	if target, err := filepath.EvalSymlinks(path); err == nil && !within(target, own) {
		a.LeftAlone = append(a.LeftAlone, discover.Skipped{Path: name, Reason: "a link that leads out of its repository"})
		return false, nil
	}
	file := &File{Path: name, Name: DisplayName(name), Kind: kind, Tree: own, Found: true}
	if own == tree {
		file.listed = f.listed[tree]
	}
	if f.search.Changed != nil {
		changed, err := f.search.Changed(path)
		if err != nil {
			return false, err
		}
		file.Unchanged = !changed
	}
	return !f.add(file).Unchanged, nil
}

// tree returns the directory whose .gitignore files cover dir, and that no link may
// lead out of: the root of its repository; the current directory, if that contains
// repositories; or dir itself.
func (f *Finder) tree(dir string) string {
	root := RepositoryRoot(dir)
	if root == "" {
		root = dir
	}
	if !within(f.cwd, root) && within(dir, f.cwd) {
		return f.cwd
	}
	return root
}

// base returns the current directory in tree, which globs are relative to; "" if it is
// outside, so that they are relative to tree.
func (f *Finder) base(tree string) string {
	rel, err := filepath.Rel(tree, f.cwd)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}
