package workspace

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// treeFS is a directory as an fs.FS whose names may contain any byte: os.Root.FS
// refuses those that are not UTF-8, but a folder of such a name may contain
// Dockerfiles. No link leads out of it, as in os.Root.
//
// A folder is not read any more once ctx has ended.
type treeFS struct {
	ctx    context.Context
	root   *os.Root
	listed *listings // what it lists; nil if it need not be kept
}

func (t treeFS) Open(name string) (fs.File, error)      { return t.root.Open(name) }
func (t treeFS) ReadFile(name string) ([]byte, error)   { return t.root.ReadFile(name) }
func (t treeFS) Stat(name string) (fs.FileInfo, error)  { return t.root.Stat(name) }
func (t treeFS) Lstat(name string) (fs.FileInfo, error) { return t.root.Lstat(name) }
func (t treeFS) ReadLink(name string) (string, error)   { return t.root.Readlink(name) }
func (t treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	d, err := t.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	list, err := d.ReadDir(-1)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if err == nil {
		t.listed.add(name, list)
	}
	return list, err
}
