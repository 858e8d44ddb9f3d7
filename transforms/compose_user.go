package transforms

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposeUser states in a Compose file as whom a service runs.
var ComposeUser = &fixer.Transform{
	ID:       "compose-user",
	Title:    "state the user of a service that is not root",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds user: with the numbers of the image's user and group to each service whose image does not run as root.",
		Why: `It is what the image says already, as long as its Dockerfile does. Stated where the service is run, it stays so when the
Dockerfile loses its USER, and a reader of the Compose file sees it. The other changes rest on it.`,
		Checks: []string{
			"The image's user is known: by its Dockerfile as it was repaired in this run, or by its configuration",
			"All projects that the entry is a part of run the service as the same user: overrides, and what extends it",
		},
		LeavesAlone: []string{
			"Services that run as root, or whose image is not known",
			"Services that have a user, in this file or in one that is merged with it",
			"Services with the rights of the host: privileged, the engine's socket, the host's namespaces, devices",
			"Services with a merge key or an anchor that is used, and those that extend another",
		},
		NeedsUnsafe: []string{
			"The user may be a member of further groups, which are lost where a group is stated",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"A version or a variable names the image: it may have been built before its Dockerfile had this user",
			"A development container, and a command line that gives a build an argument for the user",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#user",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composeUser(p, s) })
		return nil
	}),
}

func composeUser(p *composefile.Pass, s services.Subject) {
	at, user := p.At(s.Service), s.User()
	host := s.HostRights()
	switch {
	case host != "":
		p.Leave(at, "service has rights on its host", host)
		return
	case user.Unknown != "" && user.NotRoot:
		p.Leave(at, "service does not state its user", user.Unknown)
		return
	case user.Unknown != "":
		p.Leave(at, "service may run as root", user.Unknown)
		return
	case user.IsRoot():
		p.Leave(at, "service runs as root", user.Why)
		return
	case user.Stated:
		if c := s.Image; c.Unknown == "" && c.UID != 0 && c.UID != user.UID {
			p.Leave(at, fmt.Sprintf("service runs as %d, and its image as %d", user.UID, c.UID), user.Why)
		}
		return
	}
	may := s.Renewed()
	if s.Image.Groups {
		may = may.And(fixer.Doubt("the user may be a member of further groups"))
	}
	id := fmt.Sprintf("%d:%d", user.UID, user.GID)
	edits, err := s.Add("user", yamlfile.Quoted(id))
	p.Change(at, fixer.Finding{Problem: "service does not state its user", Change: "add user: " + id, Reason: user.Why, Evidence: rights.Evidence(s.Image)},
		may.And(s.Editable(err)), edits...)
}
