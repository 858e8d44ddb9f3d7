package registry

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// DockerArchive is the Store of a file that docker save wrote. Its images have
// the names that it tells; with as, the only one in it has that name.
func DockerArchive(file, as string) Store { return &dockerArchive{file, as} }

type dockerArchive struct{ file, as string }

// maxParts bounds the entries of an archive: an image has a few for each layer.
const maxParts = 100_000

// part is where an entry of the archive lies in the file.
type part struct {
	offset, size int64
	link         string // of a symbolic link: the entry that it means
}

// parts indexes the archive.
type parts map[string]part

// index walks over an archive without reading what its entries hold.
func index(f *os.File) (parts, error) {
	p := parts{}
	r := tar.NewReader(f)
	for range maxParts {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		offset, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		name := path.Clean("/" + h.Name)[1:]
		switch h.Typeflag {
		case tar.TypeReg:
			p[name] = part{offset: offset, size: h.Size}
		case tar.TypeSymlink: // of older engines, to the same layer of another image
			p[name] = part{link: path.Join("/", path.Dir(name), h.Linkname)[1:]}
		}
	}
	return nil, fmt.Errorf("it has more than %d entries", maxParts)
}

// find returns an entry, or the one that it links to.
func (p parts) find(name string) (part, error) {
	found, ok := p[path.Clean("/" + name)[1:]]
	if ok && found.link != "" {
		found, ok = p[found.link]
	}
	if !ok || found.link != "" {
		return part{}, fmt.Errorf("%s is not in it", path.Base(name))
	}
	return found, nil
}

// read reads a small entry.
func (p parts) read(f *os.File, name string) ([]byte, error) {
	found, err := p.find(name)
	if err != nil {
		return nil, err
	}
	if found.size > maxBody {
		return nil, fmt.Errorf("%s has more than %d MiB", path.Base(name), maxBody>>20)
	}
	text := make([]byte, found.size)
	_, err = f.ReadAt(text, found.offset)
	return text, err
}

// readArchive reads what an archive has.
func readArchive(f *os.File) (p parts, m tarball.Manifest, err error) {
	if p, err = index(f); err != nil {
		return nil, nil, err
	}
	text, err := p.read(f, "manifest.json")
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return p, m, err
}

// open opens the file and reads what it has. The caller closes the file when
// there is no failure.
func (d *dockerArchive) open() (f *os.File, p parts, m tarball.Manifest, _ *failure) {
	f, err := os.Open(d.file)
	if err != nil {
		return nil, nil, nil, &failure{reason: fmt.Sprintf("%s can't be read: %v", d.file, cause(err)), err: err}
	}
	p, m, err = readArchive(f)
	if err == nil && d.as != "" && len(m) != 1 {
		err = fmt.Errorf("it has %d images, and which is meant can't be told", len(m))
	}
	if err != nil {
		f.Close()
		return nil, nil, nil, &failure{reason: fmt.Sprintf("%s is not what docker save writes: %v", d.file, clean(err.Error())), err: err}
	}
	return f, p, m, nil
}

// Names implements Store.
func (d *dockerArchive) Names() (names []string, err error) {
	f, _, m, failed := d.open()
	if failed != nil {
		return nil, failed
	}
	defer f.Close()
	for _, image := range m {
		names = append(names, d.names(image)...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// names are the full names of one image.
func (d *dockerArchive) names(image tarball.Descriptor) (names []string) {
	if d.as != "" {
		return []string{d.as}
	}
	for _, tag := range image.RepoTags {
		if named, err := reference.ParseNormalizedNamed(tag); err == nil {
			names = append(names, reference.TagNameOnly(named).String())
		}
	}
	return names
}

func (d *dockerArchive) find(_ context.Context, w wanted) (*found, error) {
	f, p, m, failed := d.open()
	if failed != nil {
		return nil, failed
	}
	defer f.Close()
	i := slices.IndexFunc(m, func(image tarball.Descriptor) bool { return slices.Contains(d.names(image), w.name) })
	if i < 0 {
		return nil, &failure{reason: d.file + " does not have this image", absent: true}
	}
	text, err := p.read(f, m[i].Config)
	if err != nil {
		return nil, &failure{reason: fmt.Sprintf("%s lacks a part of the image: %v", d.file, cause(err)), err: err}
	}
	if failed := checkConfig(d.file, text); failed != nil {
		return nil, failed
	}
	if failed := checkPlatform(d.file, text, w.platform); failed != nil {
		return nil, failed
	}
	img := &image{Config: text, Layers: make([]layer, len(m[i].Layers))}
	layers := m[i].Layers
	return &found{img: img, host: d.file, open: func(_ context.Context, i int) (io.ReadCloser, error) {
		return d.openPart(p, layers[i])
	}}, nil
}

// checkPlatform makes sure that the image is built for the platform.
func checkPlatform(who string, config []byte, want v1.Platform) *failure {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(config, c); err != nil {
		return unreadable(who, "a configuration", err)
	}
	have := v1.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
	if chosen, offer := choose([]v1.Descriptor{{Platform: &have}}, want); chosen == nil {
		return notOffered(who, want, offer)
	}
	return nil
}

// openPart opens a layer.
func (d *dockerArchive) openPart(p parts, name string) (io.ReadCloser, error) {
	found, err := p.find(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(d.file)
	if err != nil {
		return nil, cause(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, found.offset, found.size), f}, nil
}

// cause is an error of a file without the file's name, which the message has.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
