package command

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Arguments decides whether an ENTRYPOINT that ignores its arguments may take them, by what
// the repository gives to the image besides its deployments.
func Arguments(p *imagebuild.Pass) (may fixer.Decision) {
	for _, a := range p.Arguments {
		if !a.Perhaps {
			return fixer.Refusal(fmt.Sprintf("the arguments in %s, which are ignored now, would reach it", a.Place)).By(imagebuild.InRepository(a.Place, "arguments"))
		}
	}
	for _, d := range p.Deployments {
		if d.Entrypoint == nil && slices.ContainsFunc(d.Gaps, func(g workload.Gap) bool { return g.What == workload.UnknownCommand }) {
			return fixer.Doubt(fmt.Sprintf("the arguments in %s, which are ignored now, would reach it", d.Place)).By(imagebuild.InRepository(d.Place, "arguments"))
		}
	}
	for _, a := range p.Arguments {
		return fixer.Doubt(fmt.Sprintf("the arguments in %s, which are ignored now, would reach it, if its image is this one", a.Place)).By(imagebuild.InRepository(a.Place, "arguments"))
	}
	return may
}
