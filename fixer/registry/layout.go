package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// A Store is a Source on disk, which can tell what it has.
type Store interface {
	Source
	// Names lists the images by their full names, sorted. Some may have none.
	Names() ([]string, error)
}

// OCILayout is the Store of a directory in the form of the OCI image layout
// specification. Its images have the names that their annotations tell; with as,
// what it has is one image, for all platforms that there are, of that name.
func OCILayout(dir, as string) Store { return &ociLayout{dir, as} }

type ociLayout struct{ dir, as string }

// member is an entry of the layout's index.
type member struct {
	v1.Descriptor
	name string // in full; "" when it has none
}

// members reads index.json.
func (l *ociLayout) members() ([]member, *failure) {
	text, err := readBounded(filepath.Join(l.dir, "index.json"))
	if err != nil {
		return nil, &failure{reason: fmt.Sprintf("%s is no OCI layout: %v", l.dir, cause(err)), err: err}
	}
	var index struct{ Manifests []v1.Descriptor }
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, unreadable(l.dir, "an index", err)
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

// annotatedName is the name that containerd, BuildKit and skopeo leave in a
// layout: "io.containerd.image.name" has it in full, and so may
// "org.opencontainers.image.ref.name", which often is a tag alone.
func annotatedName(annotations map[string]string) string {
	for _, key := range []string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
		s := annotations[key]
		if !strings.ContainsAny(s, ":/") {
			continue
		}
		if named, err := reference.ParseNormalizedNamed(s); err == nil {
			return reference.TagNameOnly(named).String()
		}
	}
	return ""
}

// Names implements Store.
func (l *ociLayout) Names() (names []string, err error) {
	list, f := l.members()
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

func (l *ociLayout) find(_ context.Context, w wanted) (*found, error) {
	list, f := l.members()
	if f != nil {
		return nil, f
	}
	list = slices.DeleteFunc(list, func(m member) bool { return m.name != w.name })
	if len(list) == 0 {
		return nil, &failure{reason: l.dir + " does not have this image", absent: true}
	}
	// What goes by one name is an index, be it one that nobody wrote.
	top := document{digest: list[0].Digest}
	var descriptors []v1.Descriptor
	for _, m := range list {
		descriptors = append(descriptors, m.Descriptor)
	}
	var err error
	if top.text, err = json.Marshal(map[string]any{"manifests": descriptors}); err != nil {
		return nil, unreadable(l.dir, "an index", err)
	}
	img, config, f := descend(l.dir, top, w.platform, l.document)
	if f != nil {
		return nil, f
	}
	img.Digest = img.Manifest
	if len(list) == 1 {
		img.Digest = top.digest.String()
	}
	if img.Config, f = l.document(config); f == nil {
		f = checkConfig(l.dir, img.Config)
	}
	if f != nil {
		return nil, f
	}
	return &found{img: img, host: l.dir, open: func(_ context.Context, i int) (io.ReadCloser, error) {
		return layout.Path(l.dir).Blob(img.Layers[i].Digest)
	}}, nil
}

// document reads a blob that is no layer, and checks that it is what its name
// says.
func (l *ociLayout) document(digest v1.Hash) ([]byte, *failure) {
	text, err := readBounded(filepath.Join(l.dir, "blobs", digest.Algorithm, digest.Hex))
	if err != nil {
		return nil, &failure{reason: fmt.Sprintf("%s lacks a part of the image: %v", l.dir, cause(err)), err: err}
	}
	if got, _, err := v1.SHA256(strings.NewReader(string(text))); err != nil || got != digest {
		return nil, &failure{reason: l.dir + " has a damaged part of the image: the digest does not match", err: err}
	}
	return text, nil
}

// readBounded reads a file of no more than maxBody bytes.
func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxBody {
		return nil, fmt.Errorf("%s is no file of at most %d MiB", filepath.Base(name), maxBody>>20)
	}
	return os.ReadFile(name)
}
