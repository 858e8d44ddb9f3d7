package store

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

const (
	// maxParts bounds the entries of an archive: an image has a few for each
	// layer.
	maxParts = 100_000
	// maxPartName bounds their names, in bytes. The longest that docker save
	// writes have 77, "blobs/sha256/" with a digest. Longer ones are skipped.
	maxPartName = 512
)

// tarEntry is the position of an archive entry in the file.
type tarEntry struct {
	offset, size int64
	link         string // of a link: its target entry
}

// tarIndex has the entries of an archive by their names, which have no leading slash.
type tarIndex map[string]tarEntry

// compressions are the first bytes of compressed files.
var compressions = map[string]string{
	"gzip": "\x1f\x8b", "zstd": "\x28\xb5\x2f\xfd", "xz": "\xfd7zXZ\x00", "bzip2": "BZh",
}

// indexTar walks over an archive without reading the content of its entries.
func indexTar(f *os.File) (tarIndex, error) {
	start := make([]byte, 6)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return nil, cause(err)
	}
	for how, magic := range compressions {
		if bytes.HasPrefix(start[:n], []byte(magic)) {
			return nil, fmt.Errorf("it's compressed with %s, and has to be unpacked first", how)
		}
	}
	p := tarIndex{}
	r := tar.NewReader(f)
	for range maxParts {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return p, nil
		case err != nil && len(p) == 0:
			return nil, errors.New("it's no tar archive")
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errors.New("it breaks off")
		case err != nil:
			return nil, cause(err)
		}
		if err := p.add(f, h); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("it has more than %d entries", maxParts)
}

// add adds the entry whose content is next in the file.
func (p tarIndex) add(f *os.File, h *tar.Header) error {
	if len(h.Name) > maxPartName || len(h.Linkname) > maxPartName {
		return nil
	}
	name := within(h.Name)
	switch h.Typeflag {
	case tar.TypeReg:
		if isSparse(h) {
			return fmt.Errorf("%s is stored with holes in it", path.Base(name))
		}
		offset, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return cause(err)
		}
		p[name] = tarEntry{offset: offset, size: h.Size}
	case tar.TypeSymlink: // of older engines, to the same layer of another image
		p[name] = tarEntry{link: within(path.Join(path.Dir(name), h.Linkname))}
	case tar.TypeLink: // of repacked archives
		p[name] = tarEntry{link: within(h.Linkname)}
	}
	return nil
}

// isSparse reports whether the content is stored in GNU tar's form for files
// with holes, where it isn't what follows the header.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// within returns the name of an entry in its shortest form. No ".." leads out.
func within(name string) string { return path.Clean("/" + name)[1:] }

// find returns an entry, or the one that it links to.
func (p tarIndex) find(name string) (tarEntry, error) {
	if name == "" {
		return tarEntry{}, errors.New("it isn't named")
	}
	found, ok := p[within(name)]
	if ok && found.link != "" {
		found, ok = p[found.link]
	}
	if !ok || found.link != "" {
		return tarEntry{}, fmt.Errorf("%s is not in it", content.Clean(path.Base(name)))
	}
	return found, nil
}

// read reads a small entry.
func (p tarIndex) read(f *os.File, name string) ([]byte, error) {
	found, err := p.find(name)
	if err != nil {
		return nil, err
	}
	if found.size > content.MaxDocument {
		return nil, fmt.Errorf("%s has more than %d MiB", content.Clean(path.Base(name)), content.MaxDocument>>20)
	}
	text := make([]byte, found.size)
	if _, err := f.ReadAt(text, found.offset); err != nil && found.size > 0 {
		return nil, cause(err)
	}
	return text, nil
}
