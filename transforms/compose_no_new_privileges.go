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

// ComposeNoNewPrivileges forbids the processes of a service to gain rights.
var ComposeNoNewPrivileges = &fixer.Transform{
	ID:       "compose-no-new-privileges",
	Title:    "forbid the processes of a service to gain rights",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds no-new-privileges:true to the security_opt of each service that does not run as root.",
		Why: `Without it, a program with the setuid bit or with file capabilities gives a process the rights of root: su, mount and passwd
are in most images.`,
		Checks: []string{
			"The service does not run as root in any project: such a process has no rights but what setuid programs give it",
			"Neither the start nor a child process runs a setuid program, and no RUN or copied file brings one",
			"No program of the base image that starts has rights of its own, by the headers of its layers",
		},
		LeavesAlone: []string{
			"Services that run as root, or whose image is not known",
			"Services with the rights of the host: privileged, the engine's socket, the host's namespaces, devices",
			"Starts that use sudo, su, ping, mount or another setuid program, and RUNs with setcap or chmod u+s",
			"Services that say no-new-privileges:false, with a merge key or an anchor that is used, or that extend another",
		},
		NeedsUnsafe: []string{
			"Another file of the directory has the service, and is not known to be merged: two that say it are refused",
			"The programs of the image are not known: it is not built from a Dockerfile of the repository",
			"A package starts a browser (puppeteer, playwright), and no source says --no-sandbox",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"A version or a variable names the image: it may have been built before its Dockerfile had this user",
			"A development container, and a command line that gives a build an argument for the user",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#security_opt",
			"https://docs.kernel.org/userspace-api/no_new_privs.html",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composeNoNewPrivileges(p, s) })
		return nil
	}),
}

func composeNoNewPrivileges(p *composefile.Pass, s services.Subject) {
	states := func(option string) bool { return strings.HasPrefix(option, "no-new-privileges") }
	if !s.MayHarden() || s.IsToldFixed() || slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return slices.ContainsFunc(m.SecurityOpt, states) }) {
		return
	}
	_, list := s.Node.Get("security_opt")
	for item := range list.Items() {
		if states(item.Resolve().Value) { // in this run
			return
		}
	}
	edits, err := s.AddItems("security_opt", yamlfile.String("no-new-privileges:true"))
	p.Change(p.At(s.Service), fixer.Finding{Problem: "processes of the service may gain rights", Change: "add no-new-privileges:true", Reason: s.User().Why, Evidence: rights.Evidence(s.Image)},
		rights.Lost(s.Image).And(s.Renewed()).And(s.Repeated()).And(s.Editable(err)), edits...)
}
