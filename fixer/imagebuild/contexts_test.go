package imagebuild_test

import (
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// opens counts how often the files of a context are opened.
type opens struct {
	fstest.MapFS
	mu     sync.Mutex
	counts map[string]int
}

func (o *opens) Open(name string) (fs.File, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts[name]++
	return o.MapFS.Open(name)
}

// asksSources is a transform that reads the sources of the context.
var asksSources = &fixer.Transform{Kind: dockerfile.Kind, ID: "asks", Run: imagebuild.On(func(p *imagebuild.Pass) error {
	if n := len(p.NodeProcess().Stops()) + len(p.Files().Sources().Paths); n != 2 {
		return fmt.Errorf("%d answers", n)
	}
	_, err := fs.ReadFile(p.Context, "a.js")
	return err
})}

func TestContexts(t *testing.T) {
	context := &opens{MapFS: fstest.MapFS{
		"a.js":   {Data: []byte("process.on('SIGTERM', f)"), Mode: 0o644},
		"d/b.js": {Data: []byte("fs.mkdirSync('/data/x')"), Mode: 0o644},
	}}
	// run repairs Dockerfiles of the context at the same time, and returns how often
	// each source was opened.
	run := func(contexts *imagebuild.Contexts, sources ...imagebuild.Source) map[string]int {
		context.counts = map[string]int{}
		var all sync.WaitGroup
		for _, src := range sources {
			src.Src, src.Context, src.Contexts = []byte("FROM node:20\nCOPY . .\n"), context, contexts
			all.Go(func() {
				r, err := imagebuild.Run(t.Context(), src, []*fixer.Transform{asksSources}, baseimage.Static{}, fixer.Options{})
				if err != nil || len(r.Findings) > 0 {
					t.Error(err, r.Findings)
				}
			})
		}
		all.Wait()
		return context.counts
	}
	a, b := imagebuild.Source{Name: "a/Dockerfile"}, imagebuild.Source{Name: "b/Dockerfile"}
	own := imagebuild.Source{Name: "c/Dockerfile", Ignore: &imagebuild.IgnoreFile{Name: "c/Dockerfile.dockerignore", Text: []byte("x\n")}}
	contexts := &imagebuild.Contexts{}
	for _, c := range []struct {
		name     string
		contexts *imagebuild.Contexts
		sources  []imagebuild.Source
		want     int
	}{
		{"alone", nil, []imagebuild.Source{a, b}, 2},
		{"shared", contexts, []imagebuild.Source{a, b, a}, 1},
		{"known", contexts, []imagebuild.Source{b}, 0},
		{"another ignore file", contexts, []imagebuild.Source{a, own, own}, 1},
	} {
		counts := run(c.contexts, c.sources...)
		if counts["a.js"] != c.want || counts["d/b.js"] != c.want {
			t.Errorf("%s: opened %v, want each %d times", c.name, counts, c.want)
		}
	}
	contexts.Forget(context)
	if counts := run(contexts, a); counts["a.js"] != 1 {
		t.Errorf("forgotten: opened %v", counts)
	}
}
