package imagebuild

import (
	"context"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Containers returns what is known of the containers of a Dockerfile's image, for each of
// its builds in their order; one for a source without Builds. It fails as [Run] does.
func Containers(ctx context.Context, src Source, inspector baseimage.Inspector) ([]workload.Container, error) {
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return nil, err
	}
	builds, err := resolve(file, src)
	if err != nil {
		return nil, err
	}
	known := &images{inspector: inspector}
	list := make([]workload.Container, len(builds))
	for i, b := range builds {
		b = b.again(ctx, known)
		n := output(b.graph)
		base, err := known.inspect(ctx, imageKey{n.Root().Image, n.Root().Platform}, baseimage.AskConfig|baseimage.AskDistro|baseimage.AskAccounts)
		if n.Root().Err != nil || err != nil {
			base = nil // what it inherits is not known, and the container says so
		}
		list[i] = workload.Of(workload.Input{
			Run: n.Eval(base), Context: b.contents.files.FS(), Files: b.contents.files, Takes: b.graph.Takes(), Deployments: b.Deployments,
			Ask: func(ask baseimage.Ask) (*baseimage.Facts, error) {
				return known.inspect(ctx, imageKey{n.Root().Image, n.Root().Platform}, ask)
			},
		}).Container(src.Name)
	}
	return list, nil
}

// output returns the stage whose image the build makes: the target, or the last one.
func output(g *stage.Graph) *stage.Node {
	targets := g.Targets()
	for _, n := range targets {
		if n.IsLast() {
			return n
		}
	}
	return targets[0]
}
