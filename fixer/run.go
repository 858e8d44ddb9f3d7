package fixer

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// Run runs the transforms over one Dockerfile in the order given, each on the
// text that the one before it left. It fails, with a *dockerfile.Error, on what
// is no Dockerfile, on a nil inspector, and when ctx ends; whatever else goes wrong
// is a finding.
//
// A change that counts on the work of a later transform is judged on the final
// text. Where that work was not done, whatever the reason, all is run again
// without the change.
func Run(ctx context.Context, src Source, ts []*Transform, inspector baseimage.Inspector, o Options) (Result, error) {
	if inspector == nil {
		return Result{}, errors.New("fixer.Run takes an Inspector; baseimage.Table{} is one that opens no connection")
	}
	o.Threshold = cmp.Or(o.Threshold, Safe)
	ts = slices.DeleteFunc(slices.Clone(ts), func(t *Transform) bool { return t.IsOff(o) })
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return Result{}, err
	}
	builds, err := resolve(file, src, o)
	if err != nil {
		return Result{}, err
	}
	if reason := foreignSyntax(file.Syntax); reason != "" {
		return Result{Before: src.Src, After: src.Src, Findings: []Finding{StatedAt("syntax", 1, 1, "left alone", reason)}}, nil
	}
	if c, ok := generated(file); ok && o.Threshold > Unsafe {
		line, col := file.Position(c.Start)
		return Result{Before: src.Src, After: src.Src, Findings: []Finding{StatedAt("generated", line, col, "left alone", "a comment says that it is generated: change its template")}}, nil
	}
	prefetch(ctx, inspector, builds)
	held := withheld{ignored: map[ignoreKey]bool{}}
	for {
		r := &run{
			ctx: ctx, src: src, options: o, transforms: ts, original: file, file: file, held: &held,
			images: &images{inspector: inspector},
		}
		for _, b := range builds {
			r.builds = append(r.builds, b.again())
		}
		for i := range ts {
			r.step(i)
			if err := ctx.Err(); err != nil {
				return Result{}, err
			}
		}
		if !r.withhold() {
			return r.result(builds), ctx.Err()
		}
	}
}

// run is the state of one way through the transforms.
type run struct {
	ctx        context.Context
	src        Source
	options    Options
	transforms []*Transform
	original   *dockerfile.File
	file       *dockerfile.File // as it is now
	builds     []*build         // at least one
	images     *images
	held       *withheld
	applied    []applied // the steps so far
	steps      []Step
	created    []NewFile
	findings   []found
	conditions []condition // of the changes that were made
}

// found is a finding, and whether it is part of an earlier one.
type found struct {
	Finding
	owner  int  // the finding that inserted the text it is about, -1 for none
	hidden bool // it is not printed
}

// result puts the findings in their order.
func (r *run) result(before []*build) Result {
	var list []Finding
	for _, f := range r.findings {
		if !f.hidden {
			list = append(list, f.Finding)
		}
	}
	// The images as they are named now, and those that were asked by another name.
	var notes []Finding
	for _, b := range r.builds {
		notes = r.images.notes(b.graph, func(offset int) (line, col int) {
			at := r.place(offset)
			return at.line, at.col
		}, notes)
	}
	for _, b := range before {
		notes = r.images.notes(b.graph, r.original.Position, notes)
	}
	for _, f := range append(notes, r.idleIgnores(r.original, r.transforms)...) {
		f.order = -1
		list = append(list, f)
	}
	for i := range list {
		list[i].group = r.group(list[i].Line)
	}
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(a.group-b.group, a.order-b.order, a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.Sentence(), b.Sentence()))
	})
	// What an earlier transform inserted stands at one place of the text that came
	// in: of its lines the same may be said.
	list = slices.CompactFunc(list, Finding.equal)
	return Result{Before: r.src.Src, After: r.file.Src, Findings: list, Steps: r.steps, Created: r.created, Images: r.images.facts()}
}

// group is the line in which the instruction begins that has the line, both of the
// text that came in; the line itself where none has it.
func (r *run) group(line int) int {
	list := r.original.Instructions
	i, _ := slices.BinarySearchFunc(list, line, func(in *dockerfile.Instruction, line int) int {
		return cmp.Or(in.Node.StartLine-line, -1) // the first that begins later
	})
	if i > 0 && line <= list[i-1].Node.EndLine {
		return list[i-1].Node.StartLine
	}
	return line
}
