package rootcheck

import (
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
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
		note = start.Server.PortNote()
		if start.Doubt == "" {
			start.Doubt = NginxDeployed(p, run, id, start.Server)
		}
	case start.Doubt == "":
		start.Doubt = stillRoots(p, run, id)
	}
	if note != "" {
		low.Caveats = []string{note}
		if ports.MayBeReserved(p) {
			low.Safety = fixer.Unsafe
		}
	}
	return fixer.Doubt(start.Doubt).And(low)
}

// stillRoots tells of something that stays root's and that the application may
// need, "" when there is none. What looks through the sources comes last.
func stillRoots(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	for _, look := range []func() string{
		func() string { return Unseen(p, run) },
		func() string { return owner.Unowned(p, run, id) },
		func() string { return owner.MadeReadOnly(p, run, id) },
		func() string { return owner.DenoCache(run) },
		func() string { return owner.MadeFile(p, run, id) },
		func() string { return owner.ChangedModules(p, run, id) },
		func() string { return owner.ForeignHome(run, id) },
		func() string { return mounts.Doubt(p, run, id) },
		func() string { return owner.ConfinedRoot(p, run, id) },
		func() string { return owner.VolumeDoubt(p, run, id) },
		func() string { return Deployed(p, run, id, nil) },
		func() string { return Health(p, run, id) },
		func() string { return Inside(p, run, id) },
		func() string { return owner.SystemFile(p, run) },
		func() string { return owner.Data(p, run, id) },
		func() string { return owner.BuiltDoubt(p, run, id) },
		func() string { return owner.RootsFiles(p, run, id) },
		func() string { return Children(p, run, id) },
		func() string { return owner.InRootDirectory(p, run) },
		func() string { return liveUpdate(p) },
	} {
		if doubt := look(); doubt != "" {
			return doubt
		}
	}
	return ""
}

// liveUpdate returns a Tiltfile that runs commands in the running container, "" for none:
// they run as its user, and install or build what root's RUNs have made.
func liveUpdate(p *imagebuild.Pass) string {
	if p.Directory == nil {
		return ""
	}
	text, err := p.DirectoryFiles().ReadFile("Tiltfile", workload.MaxText)
	if err != nil || !strings.Contains(text, "live_update") || !liveRun.MatchString(text) {
		return ""
	}
	return "Tiltfile runs commands in the running container (live_update)"
}

// liveRun matches a step of a live update that runs a command.
var liveRun = lazyregexp.New(`(?m)^\s*run\(`)
