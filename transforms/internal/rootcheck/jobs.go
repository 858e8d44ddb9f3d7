package rootcheck

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// This file checks what runs in the image without starting its application.

// Jobs tells of a job or a devcontainer whose own commands run in the image as its user, ""
// when there is none: what they install or write, and the directories that a runner mounts,
// are not seen. One that sets its user keeps it.
func Jobs(p *imagebuild.Pass) string {
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
		return fmt.Sprintf("%s runs commands of its own in the image, as its user%s", d.Place, how)
	}
	return ""
}
