package transforms

import (
	"fmt"
	"strconv"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
)

// KubeUser states in a manifest that a container does not run as root, and as whom it
// runs.
var KubeUser = &fixer.Transform{
	ID:       "kube-user",
	Title:    "state the user of a container that is not root, as a number",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds runAsNonRoot: true to the security context of each container that does not run as root, and runAsUser and runAsGroup
with the numbers of its image's user, where the manifest does not state a user.`,
		Why: `Kubernetes' restricted policy refuses a pod without runAsNonRoot. With it, the kubelet refuses to start an image whose user is
a name, since it can't see that the name is not root's: so the number is written, too.`,
		Checks: []string{
			"The image's user is known: by its Dockerfile as it was repaired in this run, or by its configuration",
			"The manifest does not state another user, and does not say runAsNonRoot: false",
		},
		LeavesAlone: []string{
			"Containers that run as root, or whose image is not known",
			"Pods on Windows nodes, and patches of an object (Kustomize)",
			"A user in the manifest that is not the image's: which of them is right, a person knows",
		},
		NeedsUnsafe: []string{
			"The image gets its user in this run: what was built before has another, until it is built again",
			"The image is named by the tag of a version, and no registry says which user that one has",
			"A file of a builder (Tilt, Jenkins, Cloud Build, a workflow) may build it from another Dockerfile",
			"A Job or a Pod by itself, which can't be changed where it exists",
			"The repository is deployed to OpenShift, which gives pods numbers of its own",
			"A patch (Kustomize, Flux, Argo CD, kubectl patch) that changes the rights of its containers",
		},
		See: []string{
			"https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
			"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		for _, w := range p.Workloads {
			if !w.IsWhole() && !w.Windows() && len(w.Containers) > 0 {
				p.Leave(p.At(w.Containers[0]), mayStartAsRoot, "it is a part of an object, such as a patch, and what completes it is elsewhere")
			}
		}
		podsecurity.Containers(p, func(s podsecurity.Subject) { kubeUser(p, s) })
		return nil
	}),
}

const mayStartAsRoot = "container may run as root"

func kubeUser(p *manifest.Pass, s podsecurity.Subject) {
	at, user := p.At(s.Container), s.User()
	nonRoot, _ := s.Setting("runAsNonRoot")
	switch {
	case user.Unknown != "" && user.NotRoot:
		p.Leave(at, "container does not state its user", user.Unknown)
		return
	case user.Unknown != "":
		if !kubernetes.IsTrue(nonRoot) {
			p.Leave(at, mayStartAsRoot, user.Unknown)
		}
		return
	case user.IsRoot():
		p.Leave(at, "container runs as root", user.Why)
		return
	case nonRoot != nil && !kubernetes.IsTrue(nonRoot):
		p.Leave(at, mayStartAsRoot, fmt.Sprintf("line %d says runAsNonRoot: false", p.Line(nonRoot.Offset)))
		return
	case user.Stated && s.Image.Unknown == "" && s.Image.UID != 0 && s.Image.UID != user.UID:
		p.Leave(at, fmt.Sprintf("container runs as %d, and its image as %d", user.UID, s.Image.UID), s.User().Why)
		if nonRoot != nil {
			return
		}
	}
	var add []yamlfile.Entry
	if nonRoot == nil {
		add = append(add, yamlfile.Entry{Key: "runAsNonRoot", Value: yamlfile.Bool(true)})
	}
	change := "add runAsNonRoot"
	if group, _ := s.Setting("runAsGroup"); !user.Stated {
		add = append(add, yamlfile.Entry{Key: "runAsUser", Value: yamlfile.Int(user.UID)})
		change = "add runAsUser: " + strconv.Itoa(user.UID)
		if group == nil {
			add = append(add, yamlfile.Entry{Key: "runAsGroup", Value: yamlfile.Int(user.GID)})
		}
	}
	if len(add) == 0 {
		return
	}
	may := s.Deployed()
	if at := p.OpenShift(); at != (workload.Place{}) && !user.Stated {
		may = may.And(fixer.Doubt(at.String() + " deploys to OpenShift, which gives pods numbers of its own"))
	}
	edits, err := s.Add(p.File, add[0].Key, add[0].Value, add[1:]...)
	p.Change(at, fixer.Finding{Problem: mayStartAsRoot, Change: change, Reason: user.Why, Evidence: s.Evidence()}, may.And(podsecurity.Editable(err)), edits...)
}
