package transforms

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// KubeDropCaps drops the capabilities of a container.
var KubeDropCaps = &fixer.Transform{
	ID:       "kube-drop-caps",
	Title:    "drop all capabilities",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds capabilities.drop: [ALL] to the security context of each container that does not run as root. What is added stays.",
		Why: `A process of a user other than root has no effective capabilities, but programs with file capabilities can get those of the
bounding set. Kubernetes' restricted policy refuses a container that keeps them.`,
		Checks: []string{
			"The container does not run as root: its process has no capabilities to lose",
			"Neither the start nor a child process runs a setuid program, and no RUN or copied file brings one",
			"No program of the base image that starts has rights of its own, by the headers of its layers",
		},
		LeavesAlone: []string{
			"Containers that run as root, or whose image is not known: what they need is never guessed",
			"Containers with rights on their host: privileged, SYS_ADMIN, host namespaces, the engine's socket",
			"RUNs with setcap: without its capability the program does not even start",
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
			"https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
			"https://man7.org/linux/man-pages/man7/capabilities.7.html",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		podsecurity.Containers(p, func(s podsecurity.Subject) { dropCaps(p, s) })
		return nil
	}),
}

// names returns the texts of nodes.
func names(list []*yamlfile.Node) (all []string) {
	for _, n := range list {
		all = append(all, kubernetes.Text(n))
	}
	return all
}

func dropCaps(p *manifest.Pass, s podsecurity.Subject) {
	if s.Privileged != "" {
		p.Leave(p.At(s.Container), "container has rights on its host", s.Privileged)
		return
	}
	if !s.MayHarden() {
		return
	}
	if why := rights.Idle(s.Image, names(s.Added())); why != "" {
		p.Leave(p.At(s.Container), "added capabilities have no effect", why)
	}
	key, capabilities := kubernetes.Security(s.Node).Get("capabilities")
	at, drop := capabilities.Get("drop")
	for item := range drop.Items() {
		if name := kubernetes.Text(item); name == "ALL" || name == "all" {
			return
		}
	}
	all := yamlfile.List(yamlfile.String("ALL"))
	var edits []document.Edit
	var err error
	switch {
	case key == nil:
		edits, err = s.Add(p.File, "capabilities", yamlfile.Map(yamlfile.Entry{Key: "drop", Value: all}))
	case capabilities.Len() == 0:
		edits, err = rights.One(p.File.SetValue(key, capabilities, yamlfile.Map(yamlfile.Entry{Key: "drop", Value: all})))
	case at == nil:
		edits, err = rights.One(p.File.AddEntry(capabilities, "drop", all))
	case drop.Len() == 0:
		edits, err = rights.One(p.File.SetValue(at, drop, all))
	default:
		edits, err = rights.One(p.File.AddItem(drop, yamlfile.String("ALL")))
	}
	p.Change(p.At(s.Container), fixer.Finding{Problem: "container keeps capabilities", Change: "drop ALL", Reason: s.User().Why, Evidence: s.Evidence()},
		s.LosesRights().And(s.Deployed()).And(podsecurity.Editable(err)), edits...)
}
