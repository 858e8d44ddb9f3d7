package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
)

// File is a Dockerfile to work on, and its location. The exported fields are set
// by a Finder, or by hand, and do not change once the file is linked.
type File struct {
	Path string // to open
	// Kind is that of the document: dockerfile.Kind, which "" means as well, compose.Kind
	// or kubernetes.Kind.
	Kind document.Kind
	Name string // for messages
	// Stdin: the text is that of standard input, which has no path.
	Stdin bool
	// Tree is the directory that bounds writing, also through links: the one that was
	// searched, or the root of the file's repository; "" for a file that was named and
	// is in none.
	Tree string
	// Found: a search found the file; else it was named.
	Found bool
	// Unchanged: Search.Changed leaves it out. It counts as sharing its build context
	// with others, and is not worked on.
	Unchanged bool
	// Context is the directory of the build context, if the caller knows it; "" to
	// search for it.
	Context string
	// Build is the caller's settings for the builds: each of its fields overrides the
	// repository's.
	Build stage.Options

	// Images are the paths of the Dockerfiles that images are built from, by the names of
	// these: for what runs them, where no build of the repository gives them these names. A
	// target follows after "#".
	Images map[string]string

	// Observed is what was seen of images of the file's repository; nil for nothing.
	Observed *observed.Record

	directory string // that files are added to, "" for none: of the build context, or a Compose file's; known when the file is loaded
	within    string // where that was found in the checkout; "" for elsewhere
	// checkout is the repository that the file is in, at place; nil for none.
	checkout *checkout
	place    string
	builds   []repository.Build  // those whose context is known, when the file is loaded
	contexts map[string]*sharers // of all files, by the directory that is given to them
	open     *openContexts       // of all files
	listed   *listings           // of the tree; nil for none
}

// stdinNames are the names of files that standard input stands for.
var stdinNames = map[document.Kind]string{"": "Dockerfile", dockerfile.Kind: "Dockerfile", compose.Kind: "compose.yaml", kubernetes.Kind: "manifest.yaml"}

func (f *File) isDockerfile() bool { return f.Kind == "" || f.Kind == dockerfile.Kind }

// ContextDir returns the directory that files are added to: that of the build context, or the
// one of a Compose file. It is "" for none, and before Load or Repair.
func (f *File) ContextDir() string { return f.directory }

// PathFrom returns the slash-separated path of the file from a directory, both without
// links among the folders. It returns false if there is none, as for standard input.
func (f *File) PathFrom(dir string) (path string, ok bool) {
	if f.Stdin {
		return "", false
	}
	from, err := RealPath(dir)
	if err != nil {
		return "", false
	}
	folder, err := RealPath(filepath.Dir(f.Path))
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(from, filepath.Join(folder, filepath.Base(f.Path)))
	return filepath.ToSlash(rel), err == nil
}

// DiffName returns the path in the headers of the file's diff: relative to the
// current directory if the file is below it. For a link it is the target's, since
// that is what changes.
func (f *File) DiffName() string {
	if f.Stdin {
		return stdinNames[f.Kind]
	}
	path := filepath.Clean(f.Path)
	// The target of a link is changed, not the link, and patch refuses links.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return FromHere(path)
}

// createdName returns the path in the headers of a file that is added.
func (f *File) createdName(name string) string {
	dir := filepath.Clean(f.directory)
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	return FromHere(filepath.Join(dir, name))
}

// Diff returns the unified diffs of what a fix changes: of the file itself, empty if it
// stays unchanged, and of each file that the fix adds. Standard input has no directory
// to add files to.
func (f *File) Diff(r fixer.Result) [][]byte {
	list := [][]byte{diff.Unified(f.DiffName(), r.Before, r.After)}
	for _, created := range f.added(r) {
		list = append(list, diff.Created(f.createdName(created.Name), created.Text))
	}
	return list
}

// added returns the files that the fix adds to ContextDir.
func (f *File) added(r fixer.Result) []fixer.NewFile {
	if f.Stdin {
		return nil
	}
	return r.Created
}

// Source is a loaded Dockerfile: its text, and its builds, whose contexts
// are open. It has to be closed.
type Source struct {
	imagebuild.Source
	file     *File
	contexts []*openContext   // those it uses
	note     *fixer.Finding   // that there is no build context
	own      fs.FS            // its own build context; nil for none
	opened   map[string]fs.FS // contexts, by their paths in the checkout
}

// Close releases the build contexts. It must be called once.
func (s *Source) Close() {
	for _, context := range s.contexts {
		s.file.open.release(context)
	}
	s.file.leave()
}

// leave records that the file is done.
func (f *File) leave() {
	if c := f.checkout; c != nil && c.done() {
		f.open.leave(c.root)
	}
}

// Load reads the Dockerfile, finds its builds and opens their contexts: through
// os.Root, so that no link in an untrusted repository leads out of it. A file that is
// not linked shares nothing with others. stdin is read if File.Stdin is set, and may
// be nil otherwise.
//
// The error says that the file, or the ignore file that is its own, can't be read;
// it is a *document.Error. A file is loaded once. Several goroutines may load files
// of one Link.
func (f *File) Load(stdin io.Reader) (*Source, error) {
	if f.open == nil {
		Link([]*File{f})
	}
	s := &Source{file: f}
	text, err := f.read(stdin, dockerfile.MaxSize)
	if err != nil {
		s.Close()
		return nil, err
	}
	own, err := f.ignoreFile()
	if err != nil {
		s.Close()
		return nil, err
	}
	s.Source, s.note = imagebuild.Source{Name: f.Name, Src: text, Ignore: &imagebuild.IgnoreFile{}, Options: f.Build}, f.decide(text)
	if own != nil {
		s.Ignore = &imagebuild.IgnoreFile{Name: filepath.Base(f.Path) + ".dockerignore", Text: own}
	}
	s.Contexts = &f.open.read
	s.use()
	return s, nil
}

// Fix runs the transforms, as imagebuild.Run does. Where no build context was found, a
// finding says so.
func (s *Source) Fix(ctx context.Context, ts []*fixer.Transform, inspector baseimage.Inspector, o fixer.Options) (imagebuild.Result, error) {
	r, err := imagebuild.Run(ctx, s.Source, ts, inspector, o)
	if err != nil {
		return r, err
	}
	s.record(ctx, r, inspector)
	if s.note != nil {
		r.Findings = slices.Insert(r.Findings, 0, *s.note)
	}
	return r, nil
}

// read returns the text, up to a byte more than a limit.
func (f *File) read(stdin io.Reader, limit int64) ([]byte, error) {
	if f.Stdin {
		text, err := io.ReadAll(io.LimitReader(stdin, limit+1))
		return text, f.explain(err)
	}
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, f.explain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, &document.Error{Name: f.Name, Msg: "not a regular file"}
	}
	opened, err := os.Open(f.Path)
	if err != nil {
		return nil, f.explain(err)
	}
	defer opened.Close()
	text, err := io.ReadAll(io.LimitReader(opened, limit+1))
	return text, f.explain(err)
}

// maxIgnoreFile bounds what is read of an ignore file.
const maxIgnoreFile = 1 << 20

// ignoreFile returns the text of the Dockerfile's own ignore file, nil if there is
// none. It is as untrusted as the Dockerfile.
func (f *File) ignoreFile() ([]byte, error) {
	if f.Stdin {
		return nil, nil
	}
	root, err := os.OpenRoot(filepath.Dir(f.Path))
	if err != nil {
		return nil, f.explain(err)
	}
	defer root.Close()
	name := filepath.Base(f.Path) + ".dockerignore"
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, f.explain(err)
	case !info.Mode().IsRegular() || info.Size() > maxIgnoreFile:
		return nil, &document.Error{Name: f.Name + ".dockerignore", Msg: fmt.Sprintf("not a regular file of at most %d bytes", maxIgnoreFile)}
	}
	text, err := root.ReadFile(name)
	return text, f.explain(err)
}

// explain gives an error of the system the form "file: what".
func (f *File) explain(err error) error {
	if err == nil {
		return nil
	}
	return &document.Error{Name: f.Name, Msg: cause(err).Error()}
}
