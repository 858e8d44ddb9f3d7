package imagebuild

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Base is an image that a Dockerfile takes something from.
type Base struct {
	Image  string // as the Dockerfile names it, with the values of its ARGs
	Digest string // of what that names: "sha256:…"
}

// Bases returns the images that an image of the Dockerfile is built from, those that a COPY --from
// or a mount names among them, in the order of the file: what [Fingerprint] does not see. Images
// that are named by a digest are left out, since the text says what they are, and so is scratch. It
// takes src.Options, not src.Builds.
//
// It fails as [Run] does, and on an image of which the inspector does not know what the name means
// now.
func Bases(ctx context.Context, src Source, inspector baseimage.Inspector) (list []Base, err error) {
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return nil, err
	}
	graph, err := stage.Resolve(file, src.Options)
	if err != nil {
		return nil, err
	}
	for _, n := range graph.Nodes {
		switch {
		case !graph.Builds(n.Stage):
			continue
		case n.Err != nil:
			return nil, n.Err
		}
		for _, image := range n.Images() {
			if image == "scratch" || strings.Contains(image, "@") || slices.ContainsFunc(list, func(b Base) bool { return b.Image == image }) {
				continue
			}
			digest, err := named(ctx, inspector, baseimage.Query{Image: image, Platform: n.Platform, Ask: baseimage.AskDigest})
			if err != nil {
				return nil, err
			}
			list = append(list, Base{image, digest})
		}
	}
	return list, nil
}

// named returns the digest of what an image's name means now.
func named(ctx context.Context, inspector baseimage.Inspector, q baseimage.Query) (string, error) {
	if strings.Contains(q.Image, "$") {
		return "", fmt.Errorf("%s has a variable", q.Image)
	}
	f, err := inspector.Inspect(ctx, q)
	switch {
	case err != nil:
		return "", err
	case f.Digest == "" || f.Assumed != "":
		return "", fmt.Errorf("what %s means now is not known", q.Image)
	}
	return f.Digest, nil
}
