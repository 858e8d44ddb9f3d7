package fixer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
)

// images asks for the base images of one file, and remembers which answers
// were assumptions.
type images struct {
	inspector baseimage.Inspector
	assumed   map[string]string // image to the reason
}

// prefetch asks for all bases of the target stages at once, so that a file
// waits for the slowest of them and not for their sum. The inspector keeps the
// answers; what fails here fails again, at once, where it is needed.
func (im *images) prefetch(ctx context.Context, g *chain.Graph) {
	var queries []baseimage.Query
	for _, n := range g.Targets() {
		root := n.Root()
		q := query(root, baseimage.AskConfig)
		if root.Err == nil && root.Image != "scratch" && !slices.Contains(queries, q) {
			queries = append(queries, q)
		}
	}
	if len(queries) < 2 {
		return
	}
	var wg sync.WaitGroup
	for _, q := range queries {
		wg.Go(func() { _, _ = im.inspector.Inspect(ctx, q) })
	}
	wg.Wait()
}

func query(root *chain.Node, ask baseimage.Ask) baseimage.Query {
	return baseimage.Query{Image: root.Image, Platform: root.Platform, Ask: ask}
}

func (im *images) inspect(ctx context.Context, root *chain.Node, ask baseimage.Ask) (*baseimage.Facts, error) {
	if root.Image == "scratch" {
		return baseimage.ScratchFacts(root.Platform), nil
	}
	facts, err := im.inspector.Inspect(ctx, query(root, ask))
	if err != nil {
		return nil, err
	}
	if facts.Assumed != "" {
		if im.assumed == nil {
			im.assumed = map[string]string{}
		}
		im.assumed[root.Image] = facts.Assumed
	}
	return facts, nil
}

// notes tells, once for each image of the graph, that its facts are assumed.
func (im *images) notes(g *chain.Graph) (list []Finding) {
	seen := map[string]bool{}
	for _, n := range g.Nodes {
		reason, ok := im.assumed[n.Image]
		if !ok || seen[n.Image] {
			continue
		}
		seen[n.Image] = true
		line, col := g.File.Position(n.Stage.Ref.Start)
		list = append(list, Finding{ID: "base-image", Line: line, Col: col,
			Message: fmt.Sprintf("%s is assumed to be what the built-in table says: %s", n.Image, reason)})
	}
	return list
}

// foreignSyntax tells why a file with this "# syntax=" can't be understood.
// BuildKit then reads the file with another program than the one whose parser
// dockmend uses.
func foreignSyntax(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name = name[:i]
	}
	switch strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "index.docker.io/") {
	case "", "docker/dockerfile", "docker/dockerfile-upstream":
		return ""
	}
	return fmt.Sprintf("its syntax is that of %s, not Docker's own", image)
}
