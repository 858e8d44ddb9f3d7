package transforms

import (
	"context"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/lifetime"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// EndOfLife names base images that get no fixes any more.
var EndOfLife = &fixer.Transform{
	ID:       "end-of-life",
	Title:    "a base image past its end of life",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Note,
	Doc: fixer.Doc{
		What: `States that an image is built from a line of Node.js, or else from a release of Alpine, Debian or Ubuntu, whose support had ended
by November 2026. It is said once for a Dockerfile, of the last stage before others.`,
		Why: `What is found in such a release stays in the image: it gets no security fixes, and a build from scratch brings none. Which release
fits the application, and what must change with it, only a person can say. node and node:latest were a line without long-term
support for half of each year; pin-image writes the one that they name.`,
		Checks: []string{
			"The version of Node.js is a fact about the base image; the release is one that its name says",
			"The end is in the project's own schedule, as of November 2026; no clock is read",
		},
		LeavesAlone: []string{
			"Stages that no image is built from, such as those that only build",
			"The distributions of images whose names do not say the release: whoever makes them decides",
			"Releases whose support has ended since",
		},
		See: []string{
			"https://github.com/nodejs/release#release-schedule",
			"https://wiki.debian.org/DebianReleases",
			"https://alpinelinux.org/releases/",
			"https://wiki.ubuntu.com/Releases",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		targets := slices.Clone(p.Graph.Targets())
		slices.Reverse(targets)
		for _, n := range targets {
			from := n.Root().Stage
			reason, by := pastSupport(p, n)
			if reason == "" || p.Ignores(from.From.Span) {
				continue
			}
			name, _, _ := strings.Cut(n.Root().Image, "@")
			p.State(from.Ref.Span, name+" is past its end of life", reason, by)
			return nil
		}
		return nil
	}),
}

// pastSupport returns which support of the base image of a stage has ended, "" for none.
func pastSupport(p *imagebuild.Pass, n *stage.Node) (reason string, by fixer.Evidence) {
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil || !steps.IsImage(p, n.Eval(base)) {
		return "", by
	}
	if v := base.Versions; v != nil {
		if reason = lifetime.Node(v.Node); reason != "" {
			return reason, imagebuild.InImage(base, v.Source, "Node.js "+v.Node)
		}
	}
	if !namesRelease(n.Root().Image) {
		return "", by
	}
	base, err = p.Base(n, baseimage.AskConfig|baseimage.AskDistro)
	if err != nil || base.Distro == nil {
		return "", by
	}
	d := base.Distro
	return lifetime.Distro(d), imagebuild.InImage(base, d.Source, d.ID+" "+d.Version)
}

// namesRelease reports whether the name of an image says which release of a distribution
// it is made from: other images are read layer by layer to learn it.
func namesRelease(image string) bool {
	f, err := baseimage.Table{}.Inspect(context.Background(), baseimage.Query{Image: image})
	return err == nil && f.Distro != nil && f.Distro.Version != ""
}
