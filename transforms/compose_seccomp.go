package transforms

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposeSeccomp gives a service a seccomp profile for Node.js.
var ComposeSeccomp = &fixer.Transform{
	ID:       "compose-seccomp",
	Title:    "give a service a seccomp profile for Node.js",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds seccomp to the security_opt of each service that starts node and does not run as root, and the profile that
dockmend seccomp prints, as a file beside the Compose file. One that is there already is used.`,
		Why: `Docker's default allows what any program may need. The profile lacks what no version of Node.js calls and an attacker has a
use for: ptrace, System V IPC, 32-bit programs, and sockets other than those of TCP, UDP and the host itself. A user other
than root, no capabilities and no-new-privileges count for more.`,
		Checks: []string{
			"Each known way to start the image leads to node, which runs under the profile (versions 18 to 26)",
			"The service does not run as root in any project, and no program in its image gains rights",
			"The Compose file is in the project directory, where docker compose looks for the profile",
			"A file of the profile's name has the same text, and git does not ignore it",
		},
		LeavesAlone: []string{
			"Services that state a profile, here or in a file that is merged with this one, unconfined included",
			"Services that start anything else, and images that are not built from a Dockerfile of the repository",
			"Files that are included, extended or merged from another directory, or run with --project-directory",
			"Services with the rights of the host, with a merge key or an anchor that is used, or that extend another",
			"Development set-ups, whose debuggers need ptrace, and packages that start a browser (puppeteer, playwright)",
			"Swarm, where docker stack ignores security_opt, and Podman, which looks for the profile elsewhere",
		},
		NeedsUnsafe: []string{
			"Always: Docker's default denies more from year to year, and allows new calls, and a copy of it does neither",
			"Always: native modules and other programs may call what node does not, such as mknod for a named pipe",
			"What copies the Compose file to another machine must copy the profile, too: without it, nothing starts",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#security_opt",
			"https://docs.docker.com/engine/security/seccomp/",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) (err error) {
		services.Each(p, func(s services.Subject) { err = errors.Join(err, composeSeccomp(p, s)) })
		return err
	}),
}

func composeSeccomp(p *composefile.Pass, s services.Subject) error {
	if p.Repository() == nil || !s.Image.Own || !s.Image.Node || !s.MayHarden() || s.IsToldFixed() || statesProfile(s) {
		return nil
	}
	text, err := nodeProfile()
	if err != nil {
		return err
	}
	may := fixer.Doubt("what its packages call was not observed", "Docker's default moves on, and this copy of it does not")
	there, free := profileBeside(p, text)
	for _, d := range []fixer.Decision{engineOf(p, s), projectOf(p, s), free, runs(s), s.Renewed(), s.Repeated()} {
		may = may.And(d)
	}
	edits, err := s.AddItems("security_opt", yamlfile.String("seccomp:./"+seccomp.Name()))
	may = may.And(s.Editable(err))
	f := fixer.Finding{Problem: "service has Docker's default seccomp profile", Change: "add " + seccomp.Name(), Reason: "its image starts node", Evidence: rights.Evidence(s.Image)}
	if there {
		p.Change(p.At(s.Service), f, may, edits...)
		return nil
	}
	p.Create(p.At(s.Service), f, may, fixer.NewFile{Name: seccomp.Name(), Text: text}, edits...)
	return nil
}

// nodeProfile returns the text of the profile.
var nodeProfile = sync.OnceValues(func() ([]byte, error) {
	p, err := seccomp.Node()
	if err != nil {
		return nil, err
	}
	return p.JSON()
})

// statesProfile reports whether the service states a profile in one of the projects, or in this
// run.
func statesProfile(s services.Subject) bool {
	states := func(option string) bool { return strings.HasPrefix(option, "seccomp") }
	_, list := s.Node.Get("security_opt")
	for item := range list.Items() {
		if states(item.Resolve().Value) {
			return true
		}
	}
	return slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return slices.ContainsFunc(m.SecurityOpt, states) })
}

// profileBeside reports whether the profile is in the folder of the file, and refuses another file
// of its name, and one that a checkout would lack.
func profileBeside(p *composefile.Pass, text []byte) (there bool, may fixer.Decision) {
	name := path.Join(path.Dir(p.Place()), seccomp.Name())
	info, err := fs.Lstat(p.Repository(), name)
	switch {
	case discover.NewIgnores(p.Repository()).Hide(name):
		return false, fixer.Refusal("git ignores " + name + ", so a checkout would lack it")
	case errors.Is(err, fs.ErrNotExist):
		return false, fixer.Decision{}
	case err == nil && info.Mode().IsRegular() && info.Size() == int64(len(text)):
		if found, err := fs.ReadFile(p.Repository(), name); err == nil && bytes.Equal(found, text) {
			return true, fixer.Decision{}
		}
	}
	return false, fixer.Refusal(name + " is there, and differs from what dockmend seccomp prints")
}

// projectOf refuses a service of which docker compose looks for the profile in another directory
// than that of the file: paths in security_opt are relative to the directory of the project, also
// where the file is included or extended (docker/compose, pkg/compose/create.go,
// parseSecurityOpts).
func projectOf(p *composefile.Pass, s services.Subject) fixer.Decision {
	if at := p.ProjectDirectory(); at != (workload.Place{}) {
		return fixer.Refusal(at.String() + " gives docker compose another --project-directory, where it looks for the profile")
	}
	if info, err := fs.Lstat(p.Repository(), p.Place()); err != nil || !info.Mode().IsRegular() {
		return fixer.Refusal(p.Place() + " is a link: the file may be used in its own directory, too")
	}
	for _, project := range p.Projects() {
		first := project.Files[0]
		if path.Dir(first) != path.Dir(p.Place()) && slices.ContainsFunc(project.Services, func(m *compose.Service) bool { return slices.Contains(s.Means, m) }) {
			return fixer.Refusal(fmt.Sprintf("docker compose looks for the profile beside %s, the first file of its project", first))
		}
	}
	return fixer.Decision{}
}

// engineOf refuses a service of Swarm or Podman, as far as the file says so.
func engineOf(p *composefile.Pass, s services.Subject) fixer.Decision {
	const ignores = ", and docker stack ignores security_opt"
	name, _, _ := strings.Cut(strings.ToLower(path.Base(p.Place())), ".")
	if name == "stack" || strings.HasSuffix(name, "-stack") || strings.Contains(name, "swarm") {
		return fixer.Refusal(p.Place() + " is named as a file of Swarm" + ignores)
	}
	_, deploy := s.Node.Get("deploy")
	// What docker compose does not read of deploy (Compose Deploy Specification).
	for _, key := range []string{"endpoint_mode", "placement", "rollback_config", "update_config"} {
		if at, _ := deploy.Get(key); at != nil {
			return fixer.Refusal(fmt.Sprintf("line %d has %s, which is for Swarm%s", p.Line(at.Offset), key, ignores))
		}
	}
	if slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return m.Deployment.Podman }) {
		// containers/podman-compose, tests/integration/seccomp: only an absolute path works.
		return fixer.Refusal(p.Place() + " is named as a file of Podman, which looks for the profile elsewhere")
	}
	return fixer.Decision{}
}

// runs refuses a service in which more runs than node, as far as that is known, or a debugger may,
// and one of whose options it is not known which it is.
func runs(s services.Subject) fixer.Decision {
	if at := s.Develops(); at != (workload.Place{}) {
		return fixer.Refusal(at.String() + " says that it is for development")
	}
	if s.Image.Browser != "" {
		return fixer.Refusal(s.Image.Browser + " starts a browser, which calls more than node does")
	}
	for _, m := range s.Means {
		if slices.ContainsFunc(m.SecurityOpt, func(option string) bool { return strings.HasPrefix(option, "$") }) {
			return fixer.Refusal(m.Attributes["security_opt"].String() + " has an option from a variable, which may be a profile")
		}
	}
	return rights.Lost(s.Image)
}
