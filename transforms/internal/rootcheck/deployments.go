package rootcheck

import (
	"cmp"
	"fmt"
	"path"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/mounts"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks how deployments start an image differently: the command of a
// worker, a directory to start in.

// Deployed tells of a deployment that starts in the image what another user than
// root can't be seen to run, "" when there is none. One that sets its own user keeps it.
// server is that of an nginx image, nil for others.
func Deployed(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, server *nginx.Server) string {
	for _, d := range p.Deployments {
		if d.User != "" || !d.StartsOtherwise(run) {
			continue
		}
		x := newExaminer(p, d.Started(run))
		x.user, x.server = &id, server
		reason := cmp.Or(x.start(), x.doubt, x.missing)
		if reason != "" {
			return fmt.Sprintf("%s starts it in another way: %s", d.Place, reason)
		}
	}
	return ""
}

// NginxDeployed tells of a deployment of an nginx image that mounts another configuration,
// or directories that nginx may not write to, or starts something else, or is a root that can
// write root's files alone; "" for none.
func NginxDeployed(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, server *nginx.Server) string {
	for _, d := range p.Deployments {
		if d.IsConfinedRoot() {
			return fmt.Sprintf("%s runs it as root without DAC_OVERRIDE, which can't write the files of %s", d.Place, id.User)
		}
		for _, m := range d.Mounts {
			target := path.Clean(m.Target)
			for _, dir := range []string{"/etc/nginx", "/docker-entrypoint.d"} {
				if d.User == "" && (workload.Within(target, dir) || workload.Within(dir, target)) {
					return fmt.Sprintf("%s mounts %s, with a configuration of nginx that is not analyzed", m.Place, target)
				}
			}
		}
	}
	if doubt := mounts.Doubt(p, run, id); doubt != "" {
		return doubt
	}
	return cmp.Or(Deployed(p, run, id, server), Inside(p, run, id))
}
