package transforms

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// rewrite is another way to write the CMD or ENTRYPOINT of a stage, or the reason
// to leave it.
type rewrite struct {
	in      *dockerfile.Instruction
	argv    []string // in exec form
	message string
	left    string // why it stays as it is, "" when it is changed
	doubt   string // why that is unsafe, "" when it isn't
	// provided is what must hold in the end.
	provided []func(end *fixer.Pass) fixer.Decision
}

// rewrites are those of all target stages. Several stages may start what one
// instruction says, that of a stage that they are built FROM: it is changed only
// when all of them agree.
type rewrites []rewrite

func (rs *rewrites) add(r rewrite) {
	i := slices.IndexFunc(*rs, func(other rewrite) bool { return other.in == r.in })
	if i < 0 {
		*rs = append(*rs, r)
		return
	}
	known := &(*rs)[i]
	known.left, known.doubt = cmp.Or(known.left, r.left), cmp.Or(known.doubt, r.doubt)
	known.provided = append(known.provided, r.provided...)
	if known.left == "" && !slices.Equal(known.argv, r.argv) {
		known.left = "the stages that are built from this one would need different commands"
	}
}

// unknownStart tells why a command stays as it is where it is not known what the
// base image starts; "" where that is known.
func unknownStart(n *chain.Node, base *baseimage.Facts, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("nothing is known of the base image %s: %v", n.Root().Stage.Ref.Text, err)
	case base.Config == nil:
		return fmt.Sprintf("what the base image %s starts is not known", base.Image)
	}
	return ""
}

// report makes the edits; prefix says what is wrong with what is left.
func (rs rewrites) report(p *fixer.Pass, prefix string) {
	for _, r := range rs {
		if r.left != "" {
			p.Report(r.in.Span, prefix+", left so: "+r.left)
			continue
		}
		edit, err := r.in.ReplaceBody(execForm(r.argv, r.in.Body()))
		if err != nil {
			p.Report(r.in.Span, prefix+", left so: "+err.Error())
			continue
		}
		safety, message := p.Transform().Safety, r.message
		if r.doubt != "" {
			safety, message = fixer.Unsafe, message+"; "+r.doubt
		}
		reported := p.ReportAs(safety, r.in.Span, message, edit)
		if len(r.provided) > 0 {
			reported.Provided(prefix+", left so: ", func(end *fixer.Pass) (d fixer.Decision) {
				for _, holds := range r.provided {
					d = d.And(holds(end))
				}
				return d
			})
		}
	}
}
