package rootcheck

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
)

// This file checks what runs in the image without starting its application.

// Jobs tells of the jobs and devcontainers whose own commands run in the image as its user:
// what they install or write, and the directories that a runner mounts,
// are not seen. One that sets its user keeps it.
func Jobs(p *imagebuild.Pass) (list []blockers.Blocker) {
	for _, d := range p.Deployments {
		if !d.Job || d.User != "" {
			continue
		}
		how := ""
		switch {
		case strings.HasPrefix(d.Place.File, ".github/"):
			how = " (options: --user root keeps it root there)"
		case strings.HasSuffix(path.Base(d.Place.File), "devcontainer.json"):
			how = ` ("remoteUser": "root" keeps it root there)`
		}
		list = append(list, blockers.At(d.Place, "runs commands of its own in the image, as its user%s", how))
	}
	return list
}
