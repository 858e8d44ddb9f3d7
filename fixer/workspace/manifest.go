package workspace

import (
	"context"
	"errors"
	"io"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Manifest is a loaded Kubernetes manifest. It has to be closed.
type Manifest struct {
	file *File
	text []byte
}

// LoadManifest reads a file of the kind kubernetes.Kind. stdin is read if File.Stdin is set,
// and may be nil otherwise. The error says that the file can't be read; it is a
// *document.Error. A file is loaded once. Several goroutines may load files of one Link.
func (f *File) LoadManifest(stdin io.Reader) (*Manifest, error) {
	if f.open == nil {
		Link([]*File{f})
	}
	m := &Manifest{file: f}
	text, err := f.read(stdin, yamlfile.MaxBytes)
	if err != nil {
		m.Close()
		return nil, err
	}
	m.text = text
	return m, nil
}

// Close releases the repository. It must be called once.
func (m *Manifest) Close() { m.file.leave() }

// Fix runs the transforms, as [manifest.Run] does. What it knows of an image that a Dockerfile
// of the repository makes is what [Source.Fix] made of that; so all Dockerfiles come before.
// It asks the inspector for other images: Result.Images has what that said. On what is not
// YAML it fails with a *document.Error.
func (m *Manifest) Fix(ctx context.Context, ts []*fixer.Transform, inspector baseimage.Inspector, o fixer.Options) (imagebuild.Result, error) {
	asked := &recorder{Inspector: inspector}
	c := m.file.checkout
	src := manifest.Source{Name: m.file.Name, Src: m.text, Image: func(name string) workload.Container { return published(ctx, name, asked) }}
	if c != nil && c.open() {
		src.Image = func(name string) workload.Container { return c.image(ctx, name, m.file, inspector, asked) }
		src.Patched, src.OpenShift = c.links.SecurityPatch, c.links.OpenShift()
	}
	r, err := manifest.Run(ctx, src, ts, o)
	var unread *yamlfile.Error
	if errors.As(err, &unread) {
		err = &document.Error{Name: m.file.Name, Line: unread.Line, Col: unread.Col, Msg: unread.Msg}
	}
	return imagebuild.Result{Result: r, Images: asked.facts}, err
}

// recorder keeps what an inspector answers. It is used by one goroutine.
type recorder struct {
	baseimage.Inspector
	facts []*baseimage.Facts
}

func (r *recorder) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	f, err := r.Inspector.Inspect(ctx, q)
	if err == nil {
		r.facts = append(r.facts, f)
	}
	return f, err
}
