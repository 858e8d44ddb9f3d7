package rootcheck

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks what is run in a container that runs already: docker exec in scripts and
// documentation, probes and hooks. It runs as the image's user, too.

// Inside tells of a command that is run in a running container of the image and that root
// alone can run, "" when there is none. One that names its user keeps it. What can't be
// followed is no reason: the container lives on without it.
func Inside(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	seen := map[string]bool{} // documentation repeats itself
	for _, d := range p.Inside {
		key := fmt.Sprintf("%q %s", d.Command, d.WorkingDir)
		if d.User != "" || len(d.Command) == 0 || seen[key] {
			continue
		}
		seen[key] = true
		if reason := insideReason(p, d.Started(run), id); reason != "" {
			if d.Perhaps {
				reason += ", if its image is this one"
			}
			return fmt.Sprintf("%s runs a command in the container that needs root: %s", d.Place, reason)
		}
	}
	return ""
}

func insideReason(p *imagebuild.Pass, as *stage.Evaluation, id users.Identity) string {
	x := newExaminer(p, as)
	x.user = &id
	start := x.load.Start()
	if start == nil {
		return ""
	}
	installs, asks := "", false
	start.All(func(c *workload.Command) bool {
		asks = asks || slices.Contains(onlyAsk, c.Name)
		installs = c.InstallsForAll()
		return installs == ""
	})
	switch {
	case installs != "":
		return installs + " changes what all users share"
	case asks:
		return ""
	}
	reason, _ := x.script(start)
	return strings.NewReplacer(" at start", "", " at every start", "").Replace(cmp.Or(reason, x.missing))
}

// onlyAsk are programs that need root to do their work, and that users call in a running
// container to see how it does or to have it read its settings.
var onlyAsk = strings.Fields("ip ifconfig mount nginx redis-server mongod caddy apachectl docker systemctl")
