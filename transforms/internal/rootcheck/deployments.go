package rootcheck

import (
	"cmp"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/mounts"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks how deployments start an image differently: the command of a
// worker, a directory to start in.

// Deployed tells of the deployments that start in the image what another user than
// root can't be seen to run. One that sets its own user keeps it. server is that of an
// nginx image, nil for others.
func Deployed(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, server *nginx.Server) (list []blockers.Blocker) {
	for _, d := range p.Deployments {
		if d.User != "" || !d.StartsOtherwise(run) {
			continue
		}
		x := newExaminer(p, d.Started(run))
		x.user, x.server = &id, server
		var reasons blockers.List
		reasons.Add(x.start()...)
		reasons.Add(x.doubts...)
		reasons.Add(blockers.Of(x.missing)...)
		for _, reason := range reasons {
			list = append(list, blockers.At(cmp.Or(d.StartPlace, d.Place), "starts it in another way: %s", reason.Text))
		}
	}
	return list
}

// NginxDeployed tells of the deployments of an nginx image that mount another configuration,
// or directories that nginx may not write to, or start something else, or are a root that can
// write root's files alone.
func NginxDeployed(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, server *nginx.Server) (list []blockers.Blocker) {
	for _, d := range p.Deployments {
		if d.IsConfinedRoot() {
			list = append(list, blockers.At(d.Place, "runs it as root without DAC_OVERRIDE, which can't write the files of %s", id.User))
		}
		for _, m := range d.Mounts {
			target := path.Clean(m.Target)
			for _, dir := range []string{"/etc/nginx", "/docker-entrypoint.d"} {
				if d.User == "" && (workload.Within(target, dir) || workload.Within(dir, target)) {
					b := blockers.At(m.Place, "mounts %s, with a configuration of nginx that is not analyzed", target)
					b.Cause = "mounted configuration"
					list = append(list, b)
				}
			}
		}
	}
	others := slices.DeleteFunc(mounts.Doubts(p, run, id), func(b blockers.Blocker) bool {
		return slices.ContainsFunc(list, func(known blockers.Blocker) bool { return known.Place == b.Place })
	})
	return slices.Concat(list, others, Deployed(p, run, id, server), Inside(p, run, id))
}
