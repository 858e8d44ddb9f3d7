package workload

import (
	"io/fs"
	"strings"
)

// FS returns the build context as a file system that serves listings, and texts of at
// most MaxSourceFile bytes, from what was read before. It is nil without a context.
func (f *Files) FS() fs.FS {
	if f.files == nil {
		return nil
	}
	return filesFS{f}
}

// filesFS implements fs.StatFS, fs.ReadDirFS and fs.ReadFileFS.
type filesFS struct{ files *Files }

func (v filesFS) Stat(name string) (fs.FileInfo, error)      { return v.files.Stat(name) }
func (v filesFS) ReadDir(name string) ([]fs.DirEntry, error) { return v.files.ReadDir(name) }

func (v filesFS) Open(name string) (fs.File, error) {
	info, err := v.files.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() && info.Size() <= MaxSourceFile {
		text, err := v.files.ReadFile(name, MaxSourceFile)
		if err != nil {
			return nil, err
		}
		return &textFile{Reader: strings.NewReader(text), info: info}, nil
	}
	v.files.mu.Lock()
	defer v.files.mu.Unlock()
	return v.files.files.Open(name)
}

// textFile is an open file whose text is known.
type textFile struct {
	*strings.Reader
	info fs.FileInfo
}

func (t *textFile) Stat() (fs.FileInfo, error) { return t.info, nil }
func (t *textFile) Close() error               { return nil }
