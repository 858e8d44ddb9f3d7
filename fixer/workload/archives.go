package workload

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// archiveExts are the extensions of archives. A file with one may still be a
// placeholder, or a pointer of Git LFS.
var archiveExts = []string{".tar", ".tgz", ".gz", ".tbz", ".tbz2", ".bz2", ".txz", ".xz", ".tzst", ".zst"}

// compressed are the first bytes of the formats that ADD decompresses to look for an
// archive inside (github.com/moby/go-archive, compression.Detect).
var compressed = [][]byte{{0x1f, 0x8b, 0x08}, []byte("BZh"), {0xfd, '7', 'z', 'X', 'Z', 0}, {0x28, 0xb5, 0x2f, 0xfd}}

// IsArchiveName reports whether a file is named like an archive that ADD unpacks.
func IsArchiveName(name string) bool {
	return slices.Contains(archiveExts, strings.ToLower(path.Ext(name)))
}

// IsArchive reports whether ADD may unpack a file of the context, judged by its name,
// its first bytes and tar's own header. A directory is not an archive. It fails where
// the file is missing, is not a regular file, or can't be read.
func (f *Files) IsArchive(name string) (bool, error) {
	info, err := f.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, errors.New("it is not there")
	case err != nil:
		return false, err
	case info.IsDir():
		return false, nil
	case !info.Mode().IsRegular():
		return false, errNotRegular
	case IsArchiveName(name):
		return true, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := f.files.Open(name)
	if err != nil {
		return false, oneLine(err)
	}
	defer file.Close()
	var head [512]byte // a tar header
	n, err := io.ReadFull(file, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, oneLine(err)
	}
	return mayBeArchive(head[:n], file), nil
}

// mayBeArchive judges by the first bytes of a file; rest is what follows them.
func mayBeArchive(head []byte, rest io.Reader) bool {
	skippable := len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}) // of zstd
	if skippable || slices.ContainsFunc(compressed, func(magic []byte) bool { return bytes.HasPrefix(head, magic) }) {
		return true
	}
	if bytes.HasPrefix(head, []byte(pointer)) || len(head) > 262 && string(head[257:262]) == "ustar" {
		return true
	}
	_, err := tar.NewReader(io.MultiReader(bytes.NewReader(head), rest)).Next()
	return err == nil
}
