// Package command rewrites the CMD or ENTRYPOINT of a stage: in exec form, without a
// shell or a package manager around it. Several stages may share one instruction; it
// is changed only if all of them agree.
package command

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Rewrite is a new form of the CMD or ENTRYPOINT of a stage, and whether it
// may be made.
type Rewrite struct {
	In      *dockerfile.Instruction
	Argv    []string      // in exec form
	Finding fixer.Finding // where it is made: its texts
	May     fixer.Decision
	// provided is what must hold in the end.
	Provided []func(end *imagebuild.Pass) fixer.Decision
}

// Rewrites are those of all target stages. Several stages may share one instruction,
// that of a stage that they are built FROM: it is changed only if all of them agree.
type Rewrites []Rewrite

// Add adds a rewrite, and combines it with those of other stages for the same
// instruction.
func (rs *Rewrites) Add(r Rewrite) {
	i := slices.IndexFunc(*rs, func(other Rewrite) bool { return other.In == r.In })
	if i < 0 {
		*rs = append(*rs, r)
		return
	}
	known := &(*rs)[i]
	known.May = known.May.And(r.May)
	known.Provided = append(known.Provided, r.Provided...)
	if !slices.Equal(known.Argv, r.Argv) {
		known.May = known.May.And(fixer.Refusal("the stages that are built from this one would need different commands"))
	}
}

// StartIsKnown refuses to rewrite a command if it is not known what the base
// image starts.
func StartIsKnown(n *stage.Node, base *baseimage.Facts, err error) fixer.Decision {
	switch {
	case err != nil:
		return fixer.Refusal(fmt.Sprintf("the base image %s is unknown: %v", n.Root().Stage.Ref.Text, err))
	case base.Config == nil:
		return fixer.Refusal(fmt.Sprintf("what the base image %s starts is not known", base.Image))
	}
	return fixer.Decision{}
}

// Report makes the edits; problem says what is wrong with what is left.
func (rs Rewrites) Report(p *imagebuild.Pass, problem string) {
	for _, r := range rs {
		if r.May.Refused() {
			p.Leave(r.In.Span, problem, r.May.Refuse)
			continue
		}
		edit, err := r.In.ReplaceBody(ExecForm(r.Argv, r.In.Body()))
		if err != nil {
			p.Leave(r.In.Span, problem, err.Error())
			continue
		}
		reported := p.Change(r.In.Span, r.Finding, r.May, edit)
		if len(r.Provided) > 0 {
			reported.Provided(imagebuild.AtEnd(func(end *imagebuild.Pass) (d fixer.Decision) {
				for _, holds := range r.Provided {
					d = d.And(holds(end))
				}
				return d
			}))
		}
	}
}
