package imagebuild

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// build is one build of the file, as it is evaluated now: a view, to the engine.
type build struct {
	Build
	graph    *stage.Graph
	first    *stage.Graph // before any transform
	contents *contents
	// workloads are those of its stages, as they are evaluated.
	workloads map[*stage.Evaluation]*workload.Workload
	ctx       context.Context
	images    *images
	expects   func() *expectations // of the repository
	textUses  func() []textFind
}

// again returns the build before any transform.
func (b *build) again(ctx context.Context, images *images) *build {
	c := *b
	c.first = b.graph
	c.workloads = map[*stage.Evaluation]*workload.Workload{}
	c.ctx, c.images = ctx, images
	return &c
}

func (b *build) Name() string {
	if b.Build.Name == "" {
		return "a build"
	}
	return b.Build.Name
}

func (b *build) Edited(d document.Document) (fixer.View, error) {
	graph, err := b.graph.Edited(d.(*dockerfile.File))
	if err != nil {
		return nil, fmt.Errorf("its output has other stages: %w", err)
	}
	c := *b
	c.graph = graph
	return &c, nil
}

// Part returns the index of the stage that an instruction at the offset is part of.
func (b *build) Part(offset int) int {
	in := b.graph.File.InstructionAt(offset)
	if in == nil {
		return -1
	}
	if st := b.graph.File.StageOf(in); st != nil {
		return st.Index
	}
	return -1
}

func (b *build) Uses(part int) bool { return b.graph.Builds(b.graph.File.Stages[part]) }

func (b *build) Directory() any { return b.contents }

func (b *build) Remarks() []fixer.Remark { return b.images.remarks(b.graph) }

// contents is a build context and what was read of it.
type contents struct {
	directory fs.FS                 // nil when there is none to look at
	context   *buildcontext.Context // the part of it that is seen
	files     *workload.Files       // what was read of that
	all       *workload.Files       // what was read of the directory
}

func newContents(directory fs.FS, src Source) *contents {
	c := &contents{directory: directory, all: workload.Open(directory)}
	c.files = workload.Open(nil)
	if directory != nil {
		if src.Ignore != nil {
			c.context = buildcontext.OpenWith(directory, src.Ignore.Name, src.Ignore.Text)
		} else {
			c.context = buildcontext.Open(directory, src.Name)
		}
		c.files = workload.Open(c.context)
	}
	return c
}

// maxBuilds bounds the builds of one Dockerfile that are judged: each is
// evaluated by itself.
const maxBuilds = 64

// resolve returns the builds of the source, with their graphs and contexts.
func resolve(file *dockerfile.File, src Source) ([]*build, error) {
	list := src.Builds
	if len(list) == 0 {
		list = []Build{{Context: src.Context, Beside: src.Beside, Options: src.Options}}
	}
	if len(list) > maxBuilds {
		return nil, &document.Error{Name: src.Name, Msg: fmt.Sprintf("%d builds, more than %d", len(list), maxBuilds)}
	}
	var builds []*build
	for _, one := range list {
		b := &build{Build: one}
		b.textUses = sync.OnceValue(func() []textFind { return compiled(one.TextUses) })
		b.expects = sync.OnceValue(func() *expectations { return src.Contexts.expectations(one.Repository) })
		for _, other := range builds {
			if sameFS(one.Context, other.Context) {
				b.contents = other.contents
			}
		}
		if b.contents == nil {
			b.contents = src.Contexts.contents(one.Context, src)
		}
		options := one.Options
		options.Context = b.contents.files.FS()
		var err error
		if b.graph, err = stage.Resolve(file, options); err != nil {
			return nil, err
		}
		builds = append(builds, b)
	}
	return builds, nil
}

// sameFS reports whether two file systems are one. Those that can't be compared,
// such as maps, are one where they share their memory.
func sameFS(a, b fs.FS) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	if va.Type() != vb.Type() {
		return false
	}
	if va.Comparable() && vb.Comparable() {
		return a == b
	}
	return va.Kind() == reflect.Map && va.Pointer() == vb.Pointer()
}
