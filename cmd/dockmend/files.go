package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// job is one Dockerfile to work on.
type job struct {
	path    string   // to open
	name    string   // for messages
	context string   // the build context's directory; "" for none
	beside  []string // the names of other jobs with the same context
	stdin   bool
	// tree is the directory that nothing is written outside of, be it through a
	// link: the one that was searched, or the root of the file's repository; "" for a
	// file that the user named and that is in none.
	tree  string
	found bool // by a search
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
	return belowHere(path)
}

// createdName is the path in the headers of a new file in the build context.
func (j *job) createdName(name string) string {
	dir := filepath.Clean(j.context)
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	return belowHere(filepath.Join(dir, name))
}

// spoken is a path as messages have it: at the start of a line, two colons would
// make a command of it where the log is that of a GitHub workflow.
func spoken(path string) string {
	name := filepath.ToSlash(path)
	if strings.HasPrefix(name, "::") || strings.HasPrefix(name, "##[") {
		name = "./" + name
	}
	return name
}

// fromRoot makes a path relative to the root of the repository that the current
// directory is in, where it is below that: whoever reads a report knows no other
// place. Elsewhere it is belowHere's.
func fromRoot(path string) string {
	cwd, err := realPath(".")
	if err != nil {
		return belowHere(path)
	}
	root := repository(cwd)
	dir, err := realPath(filepath.Dir(path))
	if root == "" || err != nil || !within(dir, root) {
		return belowHere(path)
	}
	rel, err := filepath.Rel(root, filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		return belowHere(path)
	}
	return filepath.ToSlash(rel)
}

// belowHere makes an absolute path below the current directory relative to it.
func belowHere(path string) string {
	if wd, err := os.Getwd(); err == nil && filepath.IsAbs(path) {
		if real, err := filepath.EvalSymlinks(wd); err == nil {
			wd = real
		}
		if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// introduce tells the jobs of one build context of each other: what is added to
// it holds for all of them.
func introduce(jobs []*job) {
	contexts := map[string][]*job{}
	for _, j := range jobs {
		if j.context != "" {
			dir := filepath.Clean(j.context)
			contexts[dir] = append(contexts[dir], j)
		}
	}
	for _, j := range jobs {
		for _, other := range contexts[filepath.Clean(j.context)] {
			if j.context != "" && other != j {
				j.beside = append(j.beside, other.name)
			}
		}
	}
}

// source is a loaded Dockerfile.
type source struct {
	fixer.Source
	root *os.Root
}

func (s *source) close() {
	if s.root != nil {
		s.root.Close()
	}
}

// load reads the Dockerfile, and opens the build context: through os.Root, so
// that no link in a stranger's repository leads out of it.
func (j *job) load(stdin io.Reader) (*source, error) {
	text, err := j.read(stdin)
	if err != nil {
		return nil, err
	}
	s := &source{Source: fixer.Source{Name: j.name, Src: text, Beside: j.beside}}
	if j.context != "" {
		// A context that can't be opened is one of which nothing is known.
		if root, err := os.OpenRoot(j.context); err == nil {
			s.root, s.Context = root, root.FS()
		}
	}
	return s, nil
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
	return &dockerfile.Error{Name: j.name, Msg: cause(err).Error()}
}
