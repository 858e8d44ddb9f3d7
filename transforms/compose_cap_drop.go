package transforms

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposeCapDrop drops the capabilities of a service.
var ComposeCapDrop = &fixer.Transform{
	ID:       "compose-cap-drop",
	Title:    "drop all capabilities of a service",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds ALL to the cap_drop of each service that does not run as root. What cap_add has stays.",
		Why: `A process of a user other than root has no effective capabilities, but programs with file capabilities can get those of the
bounding set, which Docker leaves at fourteen.`,
		Checks: []string{
			"The service does not run as root in any project: its process has no capabilities to lose",
			"Neither the start nor a child process runs a setuid program, and no RUN or copied file brings one",
			"No program of the base image that starts has rights of its own, by the headers of its layers",
			"Nothing in the repository runs a command as root in its container (docker compose exec -u root)",
		},
		LeavesAlone: []string{
			"Services that run as root, or whose image is not known: what they need is never guessed",
			"Services with the rights of the host: privileged, the engine's socket, the host's namespaces, devices",
			"RUNs with setcap: without its capability the program does not even start",
			"Services with a merge key or an anchor that is used, and those that extend another",
		},
		NeedsUnsafe: []string{
			"The programs of the image are not known: it is not built from a Dockerfile of the repository",
			"A package starts a browser (puppeteer, playwright), and no source says --no-sandbox",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"A version or a variable names the image: it may have been built before its Dockerfile had this user",
			"A development container, and a command line that gives a build an argument for the user",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#cap_drop",
			"https://man7.org/linux/man-pages/man7/capabilities.7.html",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composeCapDrop(p, s) })
		return nil
	}),
}

func composeCapDrop(p *composefile.Pass, s services.Subject) {
	if why := rights.Idle(s.Image, s.Added()); why != "" && s.MayHarden() {
		p.Leave(p.At(s.Service), "added capabilities have no effect", why)
	}
	if !s.MayHarden() || s.IsToldFixed() || slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return dropsAll(m.Deployment.CapDrop) }) {
		return
	}
	_, list := s.Node.Get("cap_drop")
	for item := range list.Items() {
		if dropsAll([]string{item.Resolve().Value}) { // in this run
			return
		}
	}
	edits, err := s.AddItems("cap_drop", yamlfile.String("ALL"))
	p.Change(p.At(s.Service), fixer.Finding{Problem: "service keeps capabilities", Change: "drop ALL", Reason: s.User().Why, Evidence: rights.Evidence(s.Image)},
		rights.Lost(s.Image).And(s.Renewed()).And(s.Editable(err)), edits...)
}

// dropsAll reports whether a list of capabilities has all of them.
func dropsAll(list []string) bool {
	return slices.ContainsFunc(list, func(name string) bool { return strings.EqualFold(name, "ALL") })
}
