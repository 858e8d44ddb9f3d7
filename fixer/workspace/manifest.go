package workspace

import (
	"context"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
)

// manifest repairs a Kubernetes manifest, as [manifest.Run] does.
func (f *File) manifest(ctx context.Context, text []byte, with Request) (imagebuild.Result, error) {
	images := f.images(with.Inspector)
	src := manifest.Source{Name: f.Name, Src: text, Separate: with.Separate, Image: func(name string) workload.Container {
		one := images.image(ctx, name)
		if images.checkout != nil {
			one.Touched = images.links.PodTouched()
		}
		return one
	}}
	if images.checkout != nil {
		src.Patched, src.OpenShift = images.links.SecurityPatch, images.links.OpenShift()
	}
	r, err := manifest.Run(ctx, src, with.Transforms, with.Options)
	return imagebuild.Result{Result: r, Images: images.asked.facts}, f.notYAML(err)
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
