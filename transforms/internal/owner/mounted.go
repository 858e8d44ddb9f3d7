package owner

import (
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what lies on mounts that any user may write to.

// isOnOpenMount reports whether a file lies on a mount that any user of the container may
// write to, in each known deployment whose user is that of the image, and in one at all.
// What the image has at that place does not matter then.
func isOnOpenMount(p *imagebuild.Pass, run *stage.Evaluation, file string) bool {
	covered := false
	for _, d := range slices.Concat(p.Deployments, p.Perhaps) {
		open := slices.ContainsFunc(d.Mounts, func(m workload.Mount) bool {
			return workload.Within(file, path.Clean(m.Target)) && isOpen(p, run, d, m)
		})
		if !open && d.User == "" {
			return false
		}
		covered = covered || open
	}
	return covered
}

// isOpen reports whether any user may write to a mount: an emptyDir has the mode 0777 and
// runc makes a new tmpfs with 1777, and a claim belongs to the pod's group.
func isOpen(p *imagebuild.Pass, run *stage.Evaluation, d workload.Deployment, m workload.Mount) bool {
	switch {
	case m.ReadOnly:
		return false
	case m.Kind == workload.Scratch:
		return true
	case m.Kind == workload.Tmpfs:
		return p.Workload(run).Owner(path.Clean(m.Target)).Made != workload.Made
	}
	return m.Kind == workload.Claim && d.FSGroup
}
