package rootcheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks what is run in a container that runs already: docker exec in scripts and
// documentation, probes and hooks. It runs as the image's user, too.

// Inside tells of the commands that are run in a running container of the image and that
// root alone can run. One that names its user keeps it. What can't be followed is no
// reason: the container lives on without it.
func Inside(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	seen := map[string]bool{} // documentation repeats itself
	for _, d := range p.Inside {
		key := fmt.Sprintf("%q %s", d.Command, d.WorkingDir)
		if d.User != "" || len(d.Command) == 0 || seen[key] {
			continue
		}
		seen[key] = true
		for _, reason := range insideReasons(p, d.Started(run), id) {
			b := blockers.At(d.Place, "runs a command in the container that needs root: %s", reason)
			b.Perhaps = d.Perhaps
			list = append(list, b)
		}
	}
	return list
}

func insideReasons(p *imagebuild.Pass, as *stage.Evaluation, id users.Identity) (list []string) {
	x := newExaminer(p, as)
	x.user = &id
	start := x.load.Start()
	if start == nil {
		return nil
	}
	installs, asks := "", false
	start.All(func(c *workload.Command) bool {
		asks = asks || slices.Contains(onlyAsk, c.Name)
		installs = c.InstallsForAll()
		return installs == ""
	})
	switch {
	case installs != "":
		return []string{installs + " changes what all users share"}
	case asks:
		return nil
	}
	for _, b := range append(x.reasons(start), blockers.Of(x.missing)...) {
		list = append(list, strings.NewReplacer(" at start", "", " at every start", "").Replace(b.Text))
	}
	return list
}

// onlyAsk are programs that need root to do their work, and that users call in a running
// container to see how it does or to have it read its settings.
var onlyAsk = strings.Fields("ip ifconfig mount nginx redis-server mongod caddy apachectl docker systemctl")
