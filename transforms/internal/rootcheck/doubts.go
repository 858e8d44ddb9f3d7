package rootcheck

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/mounts"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/ports"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// May decides whether a stage may run as another user: what speaks against it, and what
// a reviewer should look at.
func May(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, start Start) fixer.Decision {
	low := fixer.Decision{}
	note, lowest := ports.Low(p, run)
	doubts := slices.Clone(start.Doubts)
	doubts.Add(Jobs(p)...)
	if start.Server != nil {
		note, lowest = start.Server.PortNote()
		doubts.Add(NginxDeployed(p, run, id, start.Server)...)
	} else {
		doubts.Add(stillRoots(p, run, id, len(start.Doubts) == 0)...)
	}
	if note != "" {
		low.Caveats = []string{note}
		kept := ""
		if lowest > 0 {
			kept = ports.KeptForRoot(p, lowest)
		}
		if kept != "" {
			low.Caveats = []string{strings.TrimSuffix(note, ports.Needs) + kept}
		}
		if kept != "" || ports.MayBeReserved(p) {
			low.Safety = fixer.Unsafe
		}
	}
	return fixer.Doubt(doubts.Texts()...).And(low)
}

// stillRoots tells of all that stays root's and that the application may need, in the
// order of what is known best: what is only guessed from the sources comes last. followed:
// what starts is known.
func stillRoots(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, followed bool) []blockers.Blocker {
	of := blockers.Of
	rootsFiles := of(owner.RootsFiles(p, run, id)...)
	var inDirectory []blockers.Blocker
	if len(rootsFiles) == 0 {
		inDirectory = owner.InRootDirectory(p, run)
	}
	return slices.Concat(
		of(Unseen(p, run, followed)),
		of(owner.Unowned(p, run, id)...),
		of(owner.PrivateEntry(p, run, id), owner.MadeReadOnly(p, run, id), owner.DenoCache(run)),
		owner.MadeFiles(p, run, id),
		of(owner.ChangedModules(p, run, id)),
		owner.ForeignHome(run, id),
		mounts.Doubts(p, run, id),
		of(owner.ConfinedRoot(p, run, id), GitOwner(p, run, id)),
		owner.VolumeDoubt(p, run, id),
		Deployed(p, run, id, nil),
		of(Health(p, run, id)...),
		Inside(p, run, id),
		owner.SystemFiles(p, run),
		owner.OthersFile(p, run, id),
		owner.Data(p, run, id),
		of(owner.BuiltDoubt(p, run, id), owner.RanDoubt(p, run, id)),
		rootsFiles,
		Children(p, run, id),
		inDirectory,
		of(liveUpdate(p)),
	)
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
