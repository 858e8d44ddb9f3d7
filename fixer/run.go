package fixer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Run runs the transforms over one Dockerfile in the order given, each on the
// text that the one before it left. It fails, with a *dockerfile.Error, on what
// is no Dockerfile, and when ctx ends; whatever else goes wrong is a finding.
func Run(ctx context.Context, src Source, ts []*Transform, inspector baseimage.Inspector, o Options) (Result, error) {
	o.Threshold, o.Pin = cmp.Or(o.Threshold, Safe), cmp.Or(o.Pin, PinTag)
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return Result{}, err
	}
	graph, err := chain.Resolve(file, o.Build)
	if err != nil {
		return Result{}, err
	}
	r := &run{ctx: ctx, src: src, options: o, file: file, graph: graph, images: &images{inspector: inspector}, memo: map[string]any{}}
	r.workloads = map[*chain.Run]*workload.Workload{}
	r.ignored = map[ignoreKey]bool{}
	if src.Context != nil {
		r.context = buildcontext.Open(src.Context, src.Name)
	}
	if reason := foreignSyntax(file.Syntax); reason != "" {
		return Result{Before: src.Src, After: src.Src, Findings: []Finding{{ID: "syntax", Line: 1, Col: 1, Message: "left alone: " + reason}}}, nil
	}
	r.images.prefetch(ctx, graph)
	for _, t := range ts {
		r.step(t)
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	// The images as they are named now, and those that were asked by another name.
	notes := r.images.notes(r.graph, r.original, nil)
	r.findings = append(r.findings, r.images.notes(graph, file.Position, notes)...)
	r.findings = append(r.findings, r.idleIgnores(file, ts)...)
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.ID, b.ID), cmp.Compare(a.Message, b.Message))
	})
	// What an earlier transform inserted stands at one place of the text that came
	// in: of its lines the same may be said.
	r.findings = slices.CompactFunc(r.findings, func(a, b Finding) bool {
		a.offset = b.offset
		return a == b
	})
	return Result{Before: src.Src, After: r.file.Src, Findings: r.findings, Steps: r.steps, Created: r.created, Images: r.images.facts()}, nil
}

// run is the state of one Run.
type run struct {
	ctx     context.Context
	src     Source
	options Options
	context *buildcontext.Context // nil when there is none to look at
	file    *dockerfile.File
	graph   *chain.Graph
	images  *images
	memo    map[string]any
	// workloads are those of the stages, as they are evaluated.
	workloads map[*chain.Run]*workload.Workload
	applied   [][]dockerfile.Edit // of the steps so far
	steps     []Step
	created   []NewFile
	findings  []Finding
	ignored   map[ignoreKey]bool // the comments that kept something from being done
}

// step runs one transform and makes its edits, all of them or none.
func (r *run) step(t *Transform) {
	p := &Pass{
		File: r.file, Graph: r.graph, Options: r.options,
		ctx: r.ctx, images: r.images, memo: r.memo, workloads: r.workloads, transform: t,
		ignores: ignores(r.file, t.ID), heeded: func(ig ignore) { r.ignored[ig.ignoreKey] = true },
	}
	if r.context != nil {
		p.Context, p.IgnoreFile = r.context, r.context.IgnoreFile
		p.Directory, p.Beside = r.src.Context, r.src.Beside
	}
	if err := guarded(t, p); err != nil {
		r.bug(t, err)
		return
	}
	p.heed()
	var edits []dockerfile.Edit
	var created []NewFile
	for i := range p.findings {
		f := &p.findings[i]
		f.Line, f.Col = r.original(f.offset)
		if len(p.edits[i]) > 0 && f.Safety >= r.options.Threshold {
			f.Fixed = true
			edits = append(edits, p.edits[i]...)
		}
		if file := p.created[i]; file != nil && f.Safety >= r.options.Threshold {
			f.Fixed = true
			created = append(created, *file)
		}
	}
	if len(edits) > 0 {
		switch err := r.apply(t, edits); {
		case errors.Is(err, errTooLarge):
			for i := range p.findings {
				if f := &p.findings[i]; f.Fixed {
					f.Fixed, f.Safety, f.Message = false, Note, "left alone: "+err.Error()
				}
			}
		case err != nil:
			r.bug(t, err)
			return
		}
	}
	r.created = append(r.created, created...)
	r.findings = append(r.findings, p.findings...)
}

// guarded runs the transform; a panic is an error of its own, so that one file
// that nobody thought of does not end a run over thousands.
func guarded(t *Transform, p *Pass) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return t.Run(p)
}

var errTooLarge = fmt.Errorf("the file would have more than %d bytes", dockerfile.MaxSize)

// apply makes the edits and proves that nothing else changed.
func (r *run) apply(t *Transform, edits []dockerfile.Edit) error {
	text, err := r.file.Apply(edits)
	if err != nil {
		return err
	}
	if bytes.Equal(text, r.file.Src) {
		return fmt.Errorf("its edits change nothing")
	}
	if len(text) > dockerfile.MaxSize {
		return errTooLarge
	}
	file, err := r.file.ParseEdited(text)
	if err != nil {
		return fmt.Errorf("its output does not parse: %w", err)
	}
	if err := r.file.Check(file, edits); err != nil {
		return fmt.Errorf("its output is not what was meant: %w", err)
	}
	graph, err := r.graph.Edited(file)
	if err != nil {
		return fmt.Errorf("its output has other stages: %w", err)
	}
	r.applied = append(r.applied, edits)
	r.file, r.graph = file, graph
	r.steps = append(r.steps, Step{ID: t.ID, Text: text})
	return nil
}

func (r *run) bug(t *Transform, err error) {
	r.findings = append(r.findings, Finding{
		ID: t.ID, Line: 1, Col: 1, Bug: true,
		Message: fmt.Sprintf("internal error, nothing of this transform was changed; please report it: %v", err),
	})
}

// original is the place in the text that came in of an offset of the current
// text. Inserted text belongs to the place where it was inserted.
func (r *run) original(offset int) (line, col int) {
	for _, edits := range slices.Backward(r.applied) {
		offset = dockerfile.OriginalOffset(edits, offset)
	}
	before := bytes.Count(r.src.Src[:offset], []byte("\n"))
	return before + 1, offset - (bytes.LastIndexByte(r.src.Src[:offset], '\n') + 1) + 1
}
