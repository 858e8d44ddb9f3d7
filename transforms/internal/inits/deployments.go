package inits

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file asks the deployments of an image whether they leave an init anything to do.

// Deployed refuses if one brings an init by itself, or if in all that are known another
// process is PID 1: signals have their default effect then, and orphans have another parent.
func Deployed(p *imagebuild.Pass) fixer.Decision {
	for _, d := range p.Deployments {
		if d.Init {
			return fixer.Refusal(fmt.Sprintf("%s says init: true, with which Docker brings its own", d.Place)).By(imagebuild.InRepository(d.Place, "init"))
		}
	}
	if len(p.Deployments) == 0 || slices.ContainsFunc(p.Deployments, func(d workload.Deployment) bool { return d.NoProcessOne == workload.Place{} }) {
		return fixer.Decision{}
	}
	at := p.Deployments[0].NoProcessOne
	return fixer.Refusal(fmt.Sprintf("%s shares other processes with it, so that node is not PID 1", at)).By(imagebuild.InRepository(at, "pid"))
}

// Subreaper returns the place of a deployment, perhaps of another image, in which another
// process is PID 1; the zero Place for none. There tini is no parent of orphans, and warns,
// unless it has the option -s (github.com/krallin/tini, "Subreaping").
func Subreaper(p *imagebuild.Pass) workload.Place {
	for _, d := range slices.Concat(p.Deployments, p.Perhaps) {
		if d.NoProcessOne != (workload.Place{}) {
			return d.NoProcessOne
		}
	}
	return workload.Place{}
}
