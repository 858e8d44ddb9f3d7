package rootfs_test

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// file is a file of a model file system.
type file struct {
	flag     byte
	mode     fs.FileMode
	text     string
	layer    int
	stated   bool // a directory with an entry of its own
	children map[string]*file

	// Of a directory in a layer that was unpacked alone.
	opaque  bool
	removed map[string]bool
}

func newDir(layer int) *file {
	return &file{flag: tar.TypeDir, mode: 0o755, layer: layer, children: map[string]*file{}, removed: map[string]bool{}}
}

// model unpacks layers the slow way. There are two, see the package's comment:
// one unpacks each layer alone and merges the results, the other unpacks all
// into one directory.
type model struct {
	root *file
	// broken: no runtime can unpack this, or the specification doesn't say how.
	broken bool
	// twice: a layer has the same file twice.
	twice bool
}

// enter returns the directory that a name means, for unpacking a layer into it.
// For layer 0 it makes none.
func (m *model) enter(top *file, dir string, layer int) (*file, bool) {
	way, hops, linked := []*file{top}, 0, false
	rest := strings.Split(dir, "/")
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		at := way[len(way)-1]
		switch name {
		case "", ".":
			continue
		case "..":
			way = way[:max(1, len(way)-1)]
			continue
		}
		next := at.children[name]
		switch {
		case next == nil:
			next = newDir(layer)
			if layer > 0 {
				at.children[name] = next
			}
			way = append(way, next)
		case next.flag == tar.TypeDir:
			way = append(way, next)
		case next.flag == tar.TypeSymlink && next.text != "" && hops < 40:
			hops++
			linked = true
			if strings.HasPrefix(next.text, "/") {
				way = way[:1]
			}
			rest = append(strings.Split(next.text, "/"), rest...)
		default:
			m.broken = true
			return newDir(layer), linked
		}
	}
	return way[len(way)-1], linked
}

// put unpacks one entry that is not a mark.
func (m *model) put(top *file, i item, layer int) {
	dir, base := path.Split(path.Clean("/" + i.name))
	d, _ := m.enter(top, dir, layer)
	if base == "" {
		return
	}
	old := d.children[base]
	if old != nil && old.flag == tar.TypeDir && i.flag == tar.TypeDir {
		m.twice = m.twice || old.layer == layer && old.stated
		old.mode, old.stated, old.layer = fs.FileMode(i.mode), true, layer
		return
	}
	m.twice = m.twice || old != nil && old.layer == layer
	f := newDir(layer)
	f.flag, f.mode, f.text, f.stated = i.flag, fs.FileMode(i.mode), i.text, true
	d.children[base] = f
}

// unpack unpacks hard links, after all else.
func (m *model) unpack(top *file, links []item, layer int) {
	for _, i := range links {
		m.put(top, i, layer)
	}
	for _, i := range links {
		m.link(top, i, layer)
	}
}

// link resolves a hard link to its target.
func (m *model) link(top *file, i item, layer int) {
	dir, base := path.Split(path.Clean("/" + i.name))
	d, _ := m.enter(top, dir, layer)
	target := i
	for range 40 {
		tdir, tbase := path.Split(path.Clean("/" + target.text))
		td, _ := m.enter(top, tdir, 0)
		f := td.children[tbase]
		switch {
		case f == nil, f.layer != layer, f.flag == tar.TypeDir:
			return // a runtime fails here: the entry remains a hard link
		case f.flag != tar.TypeLink:
			d.children[base] = f
			return
		}
		target.text = f.text
	}
}

// overlay unpacks the layers alone and merges them.
func overlay(layers [][]item) *model {
	m := &model{root: newDir(0)}
	for l, list := range layers {
		own := newDir(l + 1)
		var links []item
		for _, i := range list { // in their order, as links matter
			base, ok := strings.CutPrefix(path.Base(i.name), ".wh.")
			switch {
			case !ok && i.flag == tar.TypeLink:
				links = append(links, i)
				continue
			case !ok:
				m.put(own, i, l+1)
				continue
			}
			d, linked := m.enter(own, path.Dir(i.name), l+1)
			m.broken = m.broken || linked
			if base == ".wh..opq" {
				d.opaque = true
			} else {
				d.removed[base] = true
			}
		}
		m.unpack(own, links, l+1)
		m.root = merge(m.root, own)
	}
	return m
}

func merge(lower, upper *file) *file {
	out := newDir(upper.layer)
	out.mode, out.stated = lower.mode, lower.stated
	if upper.stated {
		out.mode, out.stated = upper.mode, true
	}
	for name, f := range lower.children {
		if !upper.opaque && !upper.removed[name] {
			out.children[name] = f
		}
	}
	for name, f := range upper.children {
		if f.flag == tar.TypeDir {
			below := out.children[name]
			if below == nil || below.flag != tar.TypeDir {
				below = newDir(0)
			}
			f = merge(below, f)
		}
		out.children[name] = f
	}
	return out
}

// plain unpacks all layers into one directory. Whiteouts spare what is of their
// own layer.
func plain(layers [][]item) *model {
	m := &model{root: newDir(0)}
	for l, list := range layers {
		var links []item
		for _, i := range list {
			base, ok := strings.CutPrefix(path.Base(i.name), ".wh.")
			switch {
			case !ok && i.flag == tar.TypeLink:
				links = append(links, i)
				continue
			case !ok:
				m.put(m.root, i, l+1)
				continue
			}
			d, _ := m.enter(m.root, path.Dir(i.name), l+1)
			for name, f := range d.children {
				if (base == ".wh..opq" || base == name) && !f.spare(l+1) {
					delete(d.children, name)
				}
			}
		}
		m.unpack(m.root, links, l+1)
	}
	return m
}

// spare removes what isn't of the layer, and reports whether anything remains.
func (f *file) spare(layer int) bool {
	own := f.layer == layer
	for name, c := range f.children {
		if c.spare(layer) {
			own = true
		} else {
			delete(f.children, name)
		}
	}
	return own
}

// look follows a path as Linux does, and returns an answer in the form of text.
func (m *model) look(p string) string {
	way, names, hops := []*file{m.root}, []string{}, 0
	rest := strings.Split(p, "/")
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			way, names = way[:max(1, len(way)-1)], names[:max(0, len(names)-1)]
			continue
		}
		next := way[len(way)-1].children[name]
		switch {
		case next == nil:
			return "-"
		case next.flag == tar.TypeDir:
			way, names = append(way, next), append(names, name)
		case next.flag == tar.TypeSymlink:
			if hops++; hops > 40 {
				return "-"
			}
			if strings.HasPrefix(next.text, "/") {
				way, names = way[:1], nil
			}
			rest = append(strings.Split(next.text, "/"), rest...)
		case next.flag == tar.TypeLink:
			return "?"
		case len(rest) > 0:
			return "-"
		case next.flag == tar.TypeChar:
			return fmt.Sprintf("/%s %s", strings.Join(append(names, name), "/"), next.mode|fs.ModeDevice|fs.ModeCharDevice)
		default:
			return fmt.Sprintf("/%s %s =%s", strings.Join(append(names, name), "/"), next.mode, next.text)
		}
	}
	return fmt.Sprintf("/%s %s", strings.Join(names, "/"), way[len(way)-1].mode|fs.ModeDir)
}
