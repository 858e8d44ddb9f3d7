package rootfs

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// kind is the type of an entry.
type kind uint8

const (
	unset kind = iota // nothing but a mark
	directory
	regular
	symlink
	hardlink
	other
)

// mark is the meaning of an entry's name for lower layers. See "Whiteouts" in
// the OCI image specification, layer.md.
type mark uint8

const (
	unmarked mark = iota
	removed       // the name is gone
	opaque        // all names of the directory are
	ignored
)

const whiteout = ".wh."

// capabilities is the record of a header that has the extended attribute of that name, in the
// spelling of star(1), which builders use.
const capabilities = "SCHILY.xattr.security.capability"

// member is the relevant part of an archive's entry.
type member struct {
	dir  string // of the entry, below the root: clean, without a slash before it
	base string // empty for the root itself
	kind kind
	mark mark
	mode fs.FileMode
	link string
	big  bool // more content than allowed
	// capable: it has capabilities of its own.
	capable bool
}

// newMember reads a header. It keeps no strings from it that may be part of a
// longer one.
func newMember(h *tar.Header, max limits) (member, error) {
	m := member{kind: kindOf(h.Typeflag)}
	name := path.Clean("/" + h.Name)[1:]
	switch {
	case len(h.Name) > MaxPath:
		return m, fmt.Errorf("%w: a name of %d bytes", ErrLimit, len(h.Name))
	case len(h.Linkname) > MaxPath:
		return m, fmt.Errorf("%w: a link of %d bytes", ErrLimit, len(h.Linkname))
	case h.Typeflag == tar.TypeXGlobalHeader:
		m.mark = ignored
		return m, nil
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		m.dir, m.base = name[:i], name[i+1:]
	} else {
		m.base = name
	}
	m.base, m.mark = markOf(m.base)
	if strings.HasPrefix(m.dir, whiteout) || strings.Contains(m.dir, "/"+whiteout) {
		m.mark = ignored // below a name that can't be a file's
	}
	m.mode = modeOf(m.kind, h)
	m.big = m.kind == regular && h.Size > max.file
	_, m.capable = h.PAXRecords[capabilities]
	switch m.kind {
	case symlink:
		m.link = strings.Clone(h.Linkname)
	case hardlink:
		m.link = strings.Clone(path.Clean("/" + h.Linkname)[1:])
	}
	return m, nil
}

// markOf returns the name that an entry's last name refers to, and its mark.
func markOf(name string) (string, mark) {
	hidden, ok := strings.CutPrefix(name, whiteout)
	switch {
	case !ok:
		return name, unmarked
	case hidden == whiteout+".opq":
		return "", opaque
	case strings.HasPrefix(hidden, whiteout), hidden == "", hidden == ".", hidden == "..":
		return "", ignored // including aufs's own files, such as .wh..wh.plnk
	}
	return hidden, removed
}

func kindOf(flag byte) kind {
	switch flag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		return regular
	case tar.TypeDir:
		return directory
	case tar.TypeSymlink:
		return symlink
	case tar.TypeLink:
		return hardlink
	}
	return other
}

// modeOf returns the type by the entry's kind and the rest by its mode, which
// may claim another type.
func modeOf(k kind, h *tar.Header) fs.FileMode {
	mode := fs.FileMode(h.Mode) & fs.ModePerm
	if h.Mode&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if h.Mode&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if h.Mode&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	switch {
	case k == directory:
		mode |= fs.ModeDir
	case k == symlink:
		mode |= fs.ModeSymlink
	case k != other:
	case h.Typeflag == tar.TypeChar:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case h.Typeflag == tar.TypeBlock:
		mode |= fs.ModeDevice
	case h.Typeflag == tar.TypeFifo:
		mode |= fs.ModeNamedPipe
	default:
		mode |= fs.ModeIrregular
	}
	return mode
}
