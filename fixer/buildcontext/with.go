package buildcontext

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// With returns a file system that adds the regular file name, with that text, to
// files. It replaces an existing file. name is a valid path, and its folder exists in
// files.
func With(files fs.FS, name string, text []byte) fs.FS {
	return &overlay{FS: files, added: addedFile{name, text}}
}

type overlay struct {
	fs.FS
	added addedFile
}

// Open implements fs.FS.
func (o *overlay) Open(name string) (fs.File, error) {
	if name == o.added.path {
		return &openFile{addedFile: o.added, Reader: bytes.NewReader(o.added.text)}, nil
	}
	f, err := o.FS.Open(name)
	if err != nil || name != path.Dir(o.added.path) {
		return f, err
	}
	return &openDir{File: f, name: name, overlay: o}, nil
}

// Stat implements fs.StatFS.
func (o *overlay) Stat(name string) (fs.FileInfo, error) {
	if name == o.added.path {
		return o.added, nil
	}
	return fs.Stat(o.FS, name)
}

// Lstat and ReadLink implement fs.ReadLinkFS.
func (o *overlay) Lstat(name string) (fs.FileInfo, error) {
	if name == o.added.path {
		return o.added, nil
	}
	return fs.Lstat(o.FS, name)
}

func (o *overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.FS, name) }

// ReadDir implements fs.ReadDirFS.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(o.FS, name)
	if err != nil || name != path.Dir(o.added.path) {
		return list, err
	}
	i, found := slices.BinarySearchFunc(list, o.added.Name(), func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
	entry := fs.FileInfoToDirEntry(o.added)
	if found {
		list = slices.Clone(list)
		list[i] = entry
		return list, nil
	}
	return slices.Insert(slices.Clip(list), i, entry), nil
}

// addedFile is the file, as fs.FileInfo.
type addedFile struct {
	path string
	text []byte
}

func (f addedFile) Name() string       { return path.Base(f.path) }
func (f addedFile) Size() int64        { return int64(len(f.text)) }
func (f addedFile) Mode() fs.FileMode  { return 0o644 }
func (f addedFile) ModTime() time.Time { return time.Time{} }
func (f addedFile) IsDir() bool        { return false }
func (f addedFile) Sys() any           { return nil }

// openFile is the file while it is read.
type openFile struct {
	addedFile
	io.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.addedFile, nil }
func (f *openFile) Close() error               { return nil }

// openDir is the file's folder while it is read.
type openDir struct {
	fs.File
	name    string
	overlay *overlay
	list    []fs.DirEntry // what is left of it
	read    bool
}

// ReadDir implements fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		list, err := d.overlay.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.list, d.read = list, true
	}
	if n <= 0 {
		n = len(d.list)
	} else if len(d.list) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.list))
	list := d.list[:n:n]
	d.list = d.list[n:]
	return list, nil
}
