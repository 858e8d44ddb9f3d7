package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// DisplayName returns a path for messages, with slashes. At the start of a line, two
// colons would be a command in the log of a GitHub workflow: such a path begins with
// "./".
func DisplayName(path string) string {
	name := filepath.ToSlash(path)
	if strings.HasPrefix(name, "::") || strings.HasPrefix(name, "##[") {
		name = "./" + name
	}
	return name
}

// FromRoot returns a path relative to the root of the current directory's repository,
// with slashes, if it is below that root: a reader of a report knows no other place.
// Elsewhere an absolute path below the current directory becomes relative to that, and
// others stay.
func FromRoot(path string) string {
	cwd, err := RealPath(".")
	if err != nil {
		return FromHere(path)
	}
	root := RepositoryRoot(cwd)
	dir, err := RealPath(filepath.Dir(path))
	if root == "" || err != nil || !within(dir, root) {
		return FromHere(path)
	}
	rel, err := filepath.Rel(root, filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		return FromHere(path)
	}
	return filepath.ToSlash(rel)
}

// FromHere returns an absolute path below the current directory relative to it, with slashes, and
// others as they are.
func FromHere(path string) string {
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

// RepositoryRoot returns the root of the git repository that a directory is in, ""
// for none: the nearest directory from dir up that has an entry called .git. dir is
// as RealPath returns it.
func RepositoryRoot(dir string) string {
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

// RealPath returns the absolute path without symbolic links. It fails if there is no
// such file.
func RealPath(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// within reports whether a path is dir or below it; both are from RealPath.
func within(p, dir string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && filepath.IsLocal(rel)
}

// cause returns the system's message in an error that also names a file: that
// file is named already, or a temporary one.
func cause(err error) error {
	switch err := err.(type) {
	case *fs.PathError:
		return err.Err
	case *os.LinkError:
		return err.Err
	}
	return err
}
