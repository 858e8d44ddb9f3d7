package transforms

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
)

// KubeNoEscalation forbids the processes of a container to gain rights.
var KubeNoEscalation = &fixer.Transform{
	ID:       "kube-no-escalation",
	Title:    "forbid processes to gain rights",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds allowPrivilegeEscalation: false to the security context of each container that does not run as root.",
		Why: `Without it, a program with the setuid bit or with file capabilities gives a process the rights of root. Kubernetes' restricted
policy refuses such a container.`,
		Checks: []string{
			"The container does not run as root: such a process has no rights to lose but what setuid programs give it",
			"Neither the start nor a child process runs a setuid program, and no RUN or copied file brings one",
			"No program of the base image that starts has rights of its own, by the headers of its layers",
		},
		LeavesAlone: []string{
			"Containers that run as root, or whose image is not known",
			"Privileged containers and those with SYS_ADMIN, for which the API refuses it",
			"Starts that use sudo, su, ping, mount or another setuid program, and RUNs with setcap or chmod u+s",
		},
		NeedsUnsafe: []string{
			"The programs of the image are not known: it is not built from a Dockerfile of the repository",
			"A package starts a browser (puppeteer, playwright), and no source says --no-sandbox",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"The image is named by the tag of a version, and no registry says which user that one has",
			"A file of a builder (Tilt, Jenkins, Cloud Build, a workflow) may build it from another Dockerfile",
			"A Job or a Pod by itself, which can't be changed where it exists",
			"A patch (Kustomize, Flux, Argo CD, kubectl patch) that changes the rights of its containers",
		},
		See: []string{
			"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
			"https://docs.kernel.org/userspace-api/no_new_privs.html",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		podsecurity.Containers(p, func(s podsecurity.Subject) {
			if v := kubernetes.Field(kubernetes.Security(s.Node), "allowPrivilegeEscalation"); !v.IsNull() || !s.MayHarden() {
				return
			}
			edits, err := s.Add(p.File, "allowPrivilegeEscalation", yamlfile.Bool(false))
			p.Change(p.At(s.Container), fixer.Finding{Problem: "processes may gain rights", Change: "add allowPrivilegeEscalation: false", Reason: s.User().Why, Evidence: s.Evidence()},
				s.LosesRights().And(s.Deployed()).And(podsecurity.Editable(err)), edits...)
		})
		return nil
	}),
}
