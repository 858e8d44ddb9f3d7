package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// rewrite is another way to write the CMD or ENTRYPOINT of a stage, and whether it
// may be made.
type rewrite struct {
	in      *dockerfile.Instruction
	argv    []string // in exec form
	message string
	may     fixer.Decision
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
	known.may = known.may.And(r.may)
	known.provided = append(known.provided, r.provided...)
	if !slices.Equal(known.argv, r.argv) {
		known.may = known.may.And(fixer.Refusal("the stages that are built from this one would need different commands"))
	}
}

// startIsKnown refuses to rewrite a command where it is not known what the base
// image starts.
func startIsKnown(n *chain.Node, base *baseimage.Facts, err error) fixer.Decision {
	switch {
	case err != nil:
		return fixer.Refusal(fmt.Sprintf("nothing is known of the base image %s: %v", n.Root().Stage.Ref.Text, err))
	case base.Config == nil:
		return fixer.Refusal(fmt.Sprintf("what the base image %s starts is not known", base.Image))
	}
	return fixer.Decision{}
}

// report makes the edits; prefix says what is wrong with what is left.
func (rs rewrites) report(p *fixer.Pass, prefix string) {
	left := prefix + ", left so: "
	for _, r := range rs {
		if r.may.Refused() {
			p.Report(r.in.Span, left+r.may.Refuse)
			continue
		}
		edit, err := r.in.ReplaceBody(execForm(r.argv, r.in.Body()))
		if err != nil {
			p.Report(r.in.Span, left+err.Error())
			continue
		}
		message := strings.Join(append([]string{r.message}, r.may.Caveats...), "; ")
		reported := p.ReportAs(r.may.Limit(p.Transform().Safety), r.in.Span, message, edit)
		if len(r.provided) > 0 {
			reported.Provided(left, func(end *fixer.Pass) (d fixer.Decision) {
				for _, holds := range r.provided {
					d = d.And(holds(end))
				}
				return d
			})
		}
	}
}
