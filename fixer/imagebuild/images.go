package imagebuild

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/stage"
)

// images asks for the images of one file. What was asked of an image once
// is asked along with everything after it, and an answer is kept: the facts of
// a question are the same, pointer and all, as long as nothing more is asked.
type images struct {
	inspector baseimage.Inspector
	known     map[imageKey]*known
}

type imageKey struct{ image, platform string }

// known is what was asked of one image so far, and the answer.
type known struct {
	ask   baseimage.Ask
	facts *baseimage.Facts
	err   error
}

// prefetch asks for all bases of the target stages at once, so that a file
// waits for the slowest of them and not for their sum. The inspector keeps the
// answers; what fails here fails again, at once, where it is needed.
func prefetch(ctx context.Context, inspector baseimage.Inspector, builds []*build) {
	var queries []baseimage.Query
	known := map[imageKey]bool{}
	for _, b := range builds {
		for _, n := range b.graph.Targets() {
			root := n.Root()
			key := imageKey{root.Image, root.Platform}
			if root.Err == nil && root.Image != "scratch" && !known[key] {
				known[key] = true
				queries = append(queries, baseimage.Query{Image: root.Image, Platform: root.Platform, Ask: baseimage.AskConfig})
			}
		}
	}
	if len(queries) < 2 {
		return
	}
	var wg sync.WaitGroup
	for _, q := range queries {
		wg.Go(func() { _, _ = inspector.Inspect(ctx, q) })
	}
	wg.Wait()
}

func (im *images) inspect(ctx context.Context, key imageKey, ask baseimage.Ask) (*baseimage.Facts, error) {
	k := im.known[key]
	if k != nil && ask&^k.ask == 0 {
		return k.facts, k.err
	}
	if k == nil {
		k = &known{}
	}
	if im.known == nil {
		im.known = map[imageKey]*known{}
	}
	im.known[key] = k
	k.ask |= ask
	if key.image == "scratch" {
		k.facts = baseimage.ScratchFacts(key.platform)
		return k.facts, nil
	}
	facts, err := im.inspector.Inspect(ctx, baseimage.Query{Image: key.image, Platform: key.platform, Ask: k.ask})
	if k.err = err; err == nil {
		k.facts = k.keep(facts)
	}
	return k.facts, k.err
}

// facts returns those that are known, by image and platform.
func (im *images) facts() (list []*baseimage.Facts) {
	for _, k := range im.known {
		if k.facts != nil {
			list = append(list, k.facts)
		}
	}
	slices.SortFunc(list, func(a, b *baseimage.Facts) int {
		return cmp.Or(cmp.Compare(a.Image, b.Image), cmp.Compare(a.Platform, b.Platform))
	})
	return list
}

// keep leaves out what the question did not ask for, which some inspectors tell
// and others don't: the same file gets the same treatment from all of them.
func (k *known) keep(f *baseimage.Facts) *baseimage.Facts {
	narrow := f.Narrow(k.ask)
	if k.facts != nil && reflect.DeepEqual(narrow, k.facts) {
		return k.facts // what was made of it is kept by it
	}
	return narrow
}

// remarks returns, once for each image of the graph, what its facts rest on when that is
// less than the image itself.
func (im *images) remarks(g *stage.Graph) (list []fixer.Remark) {
	seen := map[string]bool{}
	for _, n := range g.Nodes {
		k := im.known[imageKey{n.Image, n.Platform}]
		if k == nil || k.facts == nil || seen[n.Image] {
			continue
		}
		r := fixer.Remark{ID: "base-image", Offset: n.Stage.Ref.Start}
		switch f := k.facts; {
		case f.Assumed != "" && f.Config != nil && f.Config.Source != baseimage.FromTable:
			r.Problem, r.Reason = n.Image+" is assumed to be the same as at the last lookup", f.Assumed
		case f.Assumed != "":
			r.Problem, r.Reason = n.Image+" is assumed to be what the built-in table says", f.Assumed
		case f.Unread != "":
			r.Problem, r.Reason = "not everything is known of "+n.Image, f.Unread
		default:
			continue
		}
		seen[n.Image] = true
		list = append(list, r)
	}
	return list
}
