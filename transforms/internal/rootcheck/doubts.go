package rootcheck

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/mounts"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/ports"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// May decides whether a stage may run as another user: what speaks against it, and what
// a reviewer should look at.
func May(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, start Start) fixer.Decision {
	low := fixer.Decision{}
	note := ports.Low(p, run)
	switch {
	case start.Server != nil:
		if note = start.Server.PortNote(); note != "" {
			low.Safety = fixer.Unsafe // without its port, nginx does not start at all
		}
		if start.Doubt == "" {
			start.Doubt = NginxDeployed(p, run, id, start.Server)
		}
	case start.Doubt == "":
		start.Doubt = stillRoots(p, run, id)
	}
	if note != "" {
		low.Caveats = []string{note}
		if inKubernetes(p) {
			low.Safety = fixer.Unsafe // if the runtime may reserve those for root
		}
	}
	return fixer.Doubt(start.Doubt).And(low)
}

// inKubernetes reports whether a manifest of the repository runs the image.
func inKubernetes(p *imagebuild.Pass) bool {
	return slices.ContainsFunc(p.Deployments, func(d workload.Deployment) bool { return strings.HasPrefix(d.Name, "container ") })
}

// stillRoots tells of something that stays root's and that the application may
// need, "" when there is none. What looks through the sources comes last.
func stillRoots(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	for _, look := range []func() string{
		func() string { return Unseen(p, run) },
		func() string { return owner.Unowned(p, run, id) },
		func() string { return owner.MadeReadOnly(run, id) },
		func() string { return owner.DenoCache(run) },
		func() string { return owner.MadeFile(p, run, id) },
		func() string { return owner.ChangedModules(p, run, id) },
		func() string { return owner.ForeignHome(run, id) },
		func() string { return mounts.Doubt(p, run, id) },
		func() string { return owner.VolumeDoubt(p, run, id) },
		func() string { return Deployed(p, run, id, nil) },
		func() string { return Health(p, run, id) },
		func() string { return owner.SystemFile(p, run) },
		func() string { return owner.Data(p, run, id) },
		func() string { return Children(p, run, id) },
		func() string { return owner.InRootDirectory(p, run) },
	} {
		if doubt := look(); doubt != "" {
			return doubt
		}
	}
	return ""
}
