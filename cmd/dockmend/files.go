package main

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
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// job is one Dockerfile to work on.
type job struct {
	path    string // to open
	name    string // for messages
	given   string // the build context that the user names; "" for none
	context string // the build context's directory, "" for none: known when the file is loaded
	within  string // where that was found in the checkout; "" for elsewhere
	stdin   bool
	// checkout is the repository that the file is in, at place; nil for none.
	checkout *checkout
	place    string
	builds   []repository.Build  // those whose context is known, when the file is loaded
	contexts map[string]*sharers // of all jobs, by the directory that is given to them
	open     *contexts           // of all jobs
	// tree is the directory that nothing is written outside of, be it through a
	// link: the one that was searched, or the root of the file's repository; "" for a
	// file that the user named and that is in none.
	tree   string
	found  bool      // by a search
	listed *listings // of the tree; nil for none
	// unchanged: --since leaves it out.
	unchanged bool
	*setting
}

// diffName is the path in the diff's headers: below the current directory where
// the file is there.
func (j *job) diffName() string {
	if j.stdin {
		return "Dockerfile"
	}
	path := filepath.Clean(j.path)
	// A link is not what is changed: its target is, and patch refuses links.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return workspace.BelowHere(path)
}

// createdName is the path in the headers of a new file in the build context.
func (j *job) createdName(name string) string {
	dir := filepath.Clean(j.context)
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	return workspace.BelowHere(filepath.Join(dir, name))
}

// source is a loaded Dockerfile.
type source struct {
	fixer.Source
	job      *job
	contexts []*openContext // that are in use
	note     *fixer.Finding // that there is no build context
}

func (s *source) close() {
	for _, context := range s.contexts {
		s.job.open.release(context)
	}
	if c := s.job.checkout; c != nil && c.done() {
		s.job.open.leave(c.root)
	}
}

// load reads the Dockerfile, and opens the build context: through os.Root, so
// that no link in a stranger's repository leads out of it. The source has to be
// closed.
func (j *job) load(stdin io.Reader) (*source, error) {
	s := &source{job: j}
	text, err := j.read(stdin)
	if err != nil {
		s.close()
		return nil, err
	}
	own, err := j.ignoreFile()
	if err != nil {
		s.close()
		return nil, err
	}
	s.Source, s.note = fixer.Source{Name: j.name, Src: text, Ignore: &fixer.IgnoreFile{}}, j.decide(text)
	if own != nil {
		s.Ignore = &fixer.IgnoreFile{Name: filepath.Base(j.path) + ".dockerignore", Text: own}
	}
	s.Contexts = &j.open.read
	s.use()
	return s, nil
}

// fix runs the job's transforms.
func (s *source) fix(ctx context.Context, inspector baseimage.Inspector) (fixer.Result, error) {
	r, err := fixer.Run(ctx, s.Source, s.job.transforms, inspector, s.job.options)
	if err == nil && s.note != nil {
		r.Findings = slices.Insert(r.Findings, 0, *s.note)
	}
	return r, err
}

func (j *job) read(stdin io.Reader) ([]byte, error) {
	if j.stdin {
		text, err := io.ReadAll(io.LimitReader(stdin, dockerfile.MaxSize+1))
		return text, j.explain(err)
	}
	info, err := os.Stat(j.path)
	if err != nil {
		return nil, j.explain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, &dockerfile.Error{Name: j.name, Msg: "not a regular file"}
	}
	f, err := os.Open(j.path)
	if err != nil {
		return nil, j.explain(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, dockerfile.MaxSize+1))
	return text, j.explain(err)
}

// maxIgnoreFile bounds what is read of an ignore file.
const maxIgnoreFile = 1 << 20

// ignoreFile is the text of the ignore file that is the Dockerfile's own, nil when
// there is none. It is the stranger's, as the Dockerfile is.
func (j *job) ignoreFile() ([]byte, error) {
	if j.stdin {
		return nil, nil
	}
	root, err := os.OpenRoot(filepath.Dir(j.path))
	if err != nil {
		return nil, j.explain(err)
	}
	defer root.Close()
	name := filepath.Base(j.path) + ".dockerignore"
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, j.explain(err)
	case !info.Mode().IsRegular() || info.Size() > maxIgnoreFile:
		return nil, &dockerfile.Error{Name: j.name + ".dockerignore", Msg: fmt.Sprintf("not a regular file of at most %d bytes", maxIgnoreFile)}
	}
	text, err := root.ReadFile(name)
	return text, j.explain(err)
}

// explain gives an error of the system the form "file: what".
func (j *job) explain(err error) error {
	if err == nil {
		return nil
	}
	return &dockerfile.Error{Name: j.name, Msg: workspace.Cause(err).Error()}
}
