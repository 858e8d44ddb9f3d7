package workload

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// This file finds what of an archive in the context only its owner can use: who unpacks it
// as root, as ADD does, keeps the modes and, of a tar, the owners.

// The bounds of what is read of one archive.
const (
	maxArchiveEntries = 50_000
	maxArchiveBytes   = 256 << 20 // after decompression
	maxArchiveModes   = 64        // that differ in mode or owner and are kept
	maxArchives       = 100       // whose entries are kept
)

var (
	errManyEntries = errors.New("it is too large to be looked through")
	errCompression = errors.New("its compression is not read")
	errPointer     = errors.New("it is a pointer of Git LFS")
)

// ArchiveEntry is a file or directory of an archive that others than its owner can't read,
// enter, or, though the owner can, run.
type ArchiveEntry struct {
	Name     string // in the archive
	Mode     fs.FileMode
	UID, GID int
}

// UsableBy reports whether a user with these numbers can use the entry as its owner or as a
// member of its group.
func (e ArchiveEntry) UsableBy(uid, gid int) bool {
	switch {
	case e.UID == uid:
		return e.Mode&0o400 != 0
	case e.GID == gid:
		return isOpen(e.Mode, 0o040, 0o010)
	}
	return false
}

// isOpen reports whether a mode gives a class of users the right to read, and that to run or
// enter where the owner has it.
func isOpen(mode, read, run fs.FileMode) bool {
	return mode&read != 0 && (mode&0o100 == 0 || mode&run != 0)
}

// PrivateEntries returns the entries of an archive that others than their owner can't use,
// one for each owner and mode, in the order of the archive. It fails where the archive can't
// be read, or not to its end within bounds.
func (f *Files) PrivateEntries(name string) ([]ArchiveEntry, error) {
	a, ok := f.entriesOf.of(name, maxArchives, func() result[[]ArchiveEntry] {
		list, err := f.privateEntries(name)
		return result[[]ArchiveEntry]{list, err}
	})
	if !ok {
		return f.privateEntries(name)
	}
	return a.value, a.err
}

func (f *Files) privateEntries(name string) ([]ArchiveEntry, error) {
	info, err := f.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := f.files.Open(name)
	if err != nil {
		return nil, oneLine(err)
	}
	defer file.Close()
	list := &privateList{seen: map[ArchiveEntry]bool{}}
	if strings.EqualFold(path.Ext(name), ".zip") {
		err = list.zip(file, info.Size())
	} else {
		err = list.tar(file)
	}
	return list.entries, oneLine(err)
}

// privateList collects the private entries of one archive.
type privateList struct {
	entries []ArchiveEntry
	seen    map[ArchiveEntry]bool // without names
	count   int
}

// add looks at one entry. It fails when there are too many.
func (l *privateList) add(e ArchiveEntry) error {
	if l.count++; l.count > maxArchiveEntries {
		return errManyEntries
	}
	kind := e
	kind.Name = ""
	if isOpen(e.Mode, 0o004, 0o001) || l.seen[kind] || len(l.seen) == maxArchiveModes {
		return nil
	}
	l.seen[kind] = true
	l.entries = append(l.entries, e)
	return nil
}

// tar reads a tar, compressed or not.
func (l *privateList) tar(file io.Reader) error {
	text, closing, err := decompressed(bufio.NewReader(file))
	if err != nil {
		return err
	}
	defer closing()
	limited := &io.LimitedReader{R: text, N: maxArchiveBytes}
	for r := tar.NewReader(limited); ; {
		h, err := r.Next()
		switch {
		case limited.N == 0:
			return errManyEntries
		case errors.Is(err, io.EOF), errors.Is(err, tar.ErrHeader) && l.count == 0:
			return nil // at its end, or no archive, which ADD copies as it is
		case err != nil:
			return err
		case h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeDir:
			if err := l.add(ArchiveEntry{path.Clean(h.Name), fs.FileMode(h.Mode).Perm(), h.Uid, h.Gid}); err != nil {
				return err
			}
		}
	}
}

// pointer is the beginning of a file that Git LFS has in the place of another.
const pointer = "version https://git-lfs.github.com/"

// decompressed returns what a reader holds, decompressed by the formats that can be read.
func decompressed(file *bufio.Reader) (io.Reader, func(), error) {
	head, _ := file.Peek(len(pointer))
	switch {
	case string(head) == pointer:
		return nil, nil, errPointer
	case bytes.HasPrefix(head, compressed[0]):
		r, err := gzip.NewReader(file)
		return r, func() {}, err
	case bytes.HasPrefix(head, compressed[1]):
		return bzip2.NewReader(file), func() {}, nil
	case bytes.HasPrefix(head, compressed[2]):
		return nil, nil, errCompression
	case bytes.HasPrefix(head, compressed[3]):
		r, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, nil, err
		}
		return r, r.Close, nil
	}
	return file, func() {}, nil
}

// zip reads the directory of a zip, of which root becomes the owner.
func (l *privateList) zip(file fs.File, size int64) error {
	at, ok := file.(io.ReaderAt)
	if !ok {
		return errCompression
	}
	r, err := zip.NewReader(at, size)
	if err != nil {
		return err
	}
	for _, one := range r.File {
		if mode := one.Mode(); mode.IsRegular() || mode.IsDir() {
			if err := l.add(ArchiveEntry{Name: path.Clean(one.Name), Mode: mode.Perm()}); err != nil {
				return err
			}
		}
	}
	return nil
}
