// Package store has the sources of images on this machine: a directory
// in the form of an OCI layout, an archive that docker save wrote, and the Docker
// engine.
//
// Layouts and archives are untrusted input. No link leads out of them, nothing
// but regular files is opened, and content that has a digest is checked against it.
package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// Store is a content.Source on disk, which can list what it has.
type Store interface {
	content.Source
	// Names returns the full names of the images, sorted. Some may have none. The
	// error is a *content.Failure.
	Names() ([]string, error)
}

// OCILayout returns the Store of a directory in the form of the OCI image layout
// specification. Its images have the names in their annotations; if as is set, all
// entries are one image of that name, for several platforms. No link out of the
// directory is followed.
func OCILayout(dir, as string) Store { return &ociLayout{dir, as} }

type ociLayout struct{ dir, as string }

// member is an entry of the layout's index.
type member struct {
	v1.Descriptor
	name string // in full; "" when it has none
}

// open opens the directory, which the caller closes.
func (l *ociLayout) open() (*os.Root, *content.Failure) {
	// Checked first, since opening a named pipe blocks.
	info, err := os.Stat(l.dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it's no directory")
	}
	var root *os.Root
	if err == nil {
		root, err = os.OpenRoot(l.dir)
	}
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s is no OCI layout: %v", l.dir, cause(err)), Err: err}
	}
	return root, nil
}

// members reads index.json.
func (l *ociLayout) members(root *os.Root) ([]member, *content.Failure) {
	text, err := readBounded(root, "index.json")
	if err != nil {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s is no OCI layout: index.json: %v", l.dir, err), Err: err}
	}
	var index struct{ Manifests []v1.Descriptor }
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, content.Unreadable(l.dir, "an index", err)
	}
	if len(index.Manifests) == 0 {
		return nil, &content.Failure{Reason: l.dir + " has no image"}
	}
	var list []member
	for _, d := range index.Manifests {
		m := member{Descriptor: d, name: annotatedName(d.Annotations)}
		if l.as != "" {
			m.name = l.as
		}
		list = append(list, m)
	}
	return list, nil
}

// annotatedName returns the name that containerd, BuildKit and skopeo write to a
// layout: "io.containerd.image.name" has it in full, and so may
// "org.opencontainers.image.ref.name", which often is only a tag.
func annotatedName(annotations map[string]string) string {
	for _, key := range []string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
		s := annotations[key]
		if !strings.ContainsAny(s, ":/") {
			continue
		}
		if full, err := content.FullName(s); err == nil {
			return full
		}
	}
	return ""
}

// Names implements Store.
func (l *ociLayout) Names() (names []string, err error) {
	root, f := l.open()
	if f != nil {
		return nil, f
	}
	defer root.Close()
	list, f := l.members(root)
	if f != nil {
		return nil, f
	}
	for _, m := range list {
		if m.name != "" {
			names = append(names, m.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (l *ociLayout) Find(_ context.Context, w content.Request) (*content.Found, error) {
	root, f := l.open()
	if f != nil {
		return nil, f
	}
	defer root.Close()
	list, f := l.members(root)
	if f != nil {
		return nil, f
	}
	list = slices.DeleteFunc(list, func(m member) bool { return !l.means(w, m) })
	if len(list) == 0 {
		return nil, &content.Failure{Reason: l.dir + " does not have this image", Absent: true}
	}
	img, f := l.read(root, list, w.Platform)
	if f != nil {
		return nil, f
	}
	return &content.Found{Image: img, Host: l.dir, Local: true, Prepares: true, Open: func(ctx context.Context, i int) (io.ReadCloser, error) {
		return l.layer(ctx, img.Layers[i].Digest)
	}}, nil
}

// means reports whether the request means the member: by its name, or by its digest if
// it has one, as in BuildKit, which then ignores the tag.
func (l *ociLayout) means(w content.Request, m member) bool {
	d, byDigest := w.Ref.(name.Digest)
	if !byDigest || l.as == w.Name {
		return m.name == w.Name
	}
	return m.Digest.String() == d.DigestStr() && m.name != "" && repository(m.name) == repository(w.Name)
}

// repository returns a full name without tag and digest.
func repository(full string) string {
	named, err := reference.ParseNormalizedNamed(full)
	if err != nil {
		return ""
	}
	return named.Name()
}

// read reads the image for the platform from the entries of one name.
func (l *ociLayout) read(root *os.Root, list []member, want v1.Platform) (*content.Image, *content.Failure) {
	descriptors, f := l.apart(list)
	if f != nil {
		return nil, f
	}
	top, offer := content.ChoosePlatform(descriptors, want)
	if top == nil {
		return nil, content.NotOffered(l.dir, want, offer)
	}
	get := func(digest v1.Hash) ([]byte, *content.Failure) { return l.document(root, digest) }
	text, f := get(top.Digest)
	if f != nil {
		return nil, f
	}
	img, config, f := content.Descend(l.dir, content.Document{Digest: top.Digest, Text: text}, want, get)
	if f != nil {
		return nil, f
	}
	img.Digest = top.Digest.String()
	if img.Config, f = get(config); f != nil {
		return nil, f
	}
	if f := content.CheckConfig(l.dir, img.Config); f != nil {
		return nil, f
	}
	if top.Platform == nil && img.Manifest == img.Digest {
		return img, checkPlatform(l.dir, img.Config, want) // no index stated it
	}
	return img, nil
}

// apart returns the distinct entries of one name. Several are an image for several
// platforms, which they must state.
func (l *ociLayout) apart(list []member) (descriptors []v1.Descriptor, _ *content.Failure) {
	digests, platforms := map[v1.Hash]bool{}, map[string]bool{}
	clash := false
	for _, m := range list {
		platform := ""
		if m.Platform != nil {
			platform = content.NormalPlatform(*m.Platform).String()
		}
		if digests[m.Digest] || strings.HasPrefix(platform, "unknown") {
			continue // an attestation
		}
		clash = clash || platforms[platform]
		digests[m.Digest], platforms[platform] = true, true
		descriptors = append(descriptors, m.Descriptor)
	}
	if clash || platforms[""] && len(descriptors) > 1 {
		return nil, &content.Failure{Reason: fmt.Sprintf("%s has %d images that go by this name, and which is meant can't be told", l.dir, len(descriptors))}
	}
	return descriptors, nil
}

// document reads a blob that is not a layer, and checks its digest.
func (l *ociLayout) document(root *os.Root, digest v1.Hash) ([]byte, *content.Failure) {
	text, err := readBounded(root, blob(digest))
	if err == nil {
		err = content.Verify(context.Background(), bytes.NewReader(text), digest)
	}
	if err != nil {
		return nil, l.lacks(digest, err)
	}
	return text, nil
}

// layer opens a layer. It's read once to verify it, because the reader may have its
// answers long before the end, where a wrong digest would show.
func (l *ociLayout) layer(ctx context.Context, digest v1.Hash) (io.ReadCloser, error) {
	root, f := l.open()
	if f != nil {
		return nil, f
	}
	defer root.Close()
	file, err := openRegular(root, blob(digest))
	if err != nil {
		return nil, l.lacks(digest, err)
	}
	if err = cause(content.Verify(ctx, file, digest)); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		return file, nil
	}
	file.Close()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, l.lacks(digest, err)
}

// blob returns the path of content in a layout.
func blob(digest v1.Hash) string { return path.Join("blobs", digest.Algorithm, digest.Hex) }

func (l *ociLayout) lacks(digest v1.Hash, err error) *content.Failure {
	if digest == (v1.Hash{}) {
		return &content.Failure{Reason: l.dir + " has a manifest that names a part of the image without its digest", Err: err}
	}
	if err == content.ErrDigest {
		return &content.Failure{Reason: fmt.Sprintf("%s has a damaged part of the image (%s): %v", l.dir, brief(digest), err), Err: err}
	}
	return &content.Failure{Reason: fmt.Sprintf("%s lacks a part of the image (%s): %v", l.dir, brief(digest), err), Err: err}
}

// brief returns a digest in its short form.
func brief(h v1.Hash) string { return fmt.Sprintf("%s:%.12s", h.Algorithm, h.Hex) }
