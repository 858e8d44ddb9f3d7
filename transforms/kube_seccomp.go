package transforms

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
)

// KubeSeccomp gives a container the seccomp profile of the container runtime.
var KubeSeccomp = &fixer.Transform{
	ID:       "kube-seccomp",
	Title:    "use the runtime's seccomp profile",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds seccompProfile of type RuntimeDefault to the security context of each container that does not run as root.",
		Why: `Without it, Kubernetes runs a container without a seccomp filter, other than Docker does: each system call of the kernel can be
reached, those that only container escapes use included. Kubernetes' restricted policy refuses such a container.`,
		Checks: []string{
			"The start leads to node, which runs under the profile of Docker and containerd (versions 18 to 26)",
			"Neither the container nor its pod states a profile",
		},
		LeavesAlone: []string{
			"Containers that run as root, or whose image is not known",
			"Privileged containers, whose profile is ignored, and those with SYS_ADMIN",
		},
		NeedsUnsafe: []string{
			"Another program than node runs: which system calls it makes is not known",
			"A package starts a browser (puppeteer, playwright), and no source says --no-sandbox",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"The image is named by the tag of a version, and no registry says which user that one has",
			"A Job or a Pod by itself, which can't be changed where it exists",
			"A patch (Kustomize, Flux, Argo CD, kubectl patch) that changes the rights of its containers",
		},
		See: []string{
			"https://kubernetes.io/docs/reference/node/seccomp/",
			"https://docs.docker.com/engine/security/seccomp/",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		podsecurity.Containers(p, func(s podsecurity.Subject) {
			if v, _ := s.Setting("seccompProfile"); v != nil || !s.MayHarden() {
				return
			}
			may := s.Known().And(s.Deployed())
			switch {
			case may.Refuse != "":
			case !s.Image.Node:
				may = may.And(fixer.Doubt("which system calls its program makes is not known"))
			case len(s.Image.Gains) > 0:
				may = may.And(fixer.Doubt(s.Image.Gains[0].Program + " " + s.Image.Gains[0].Why))
			case p.OpenShift() != (workload.Place{}):
				may = may.And(fixer.Doubt(p.OpenShift().String() + " deploys to OpenShift, whose constraints may allow pods no profile"))
			case s.Image.Browser != "":
				may = may.And(fixer.Doubt(s.Image.Browser + " starts a browser, whose sandbox makes namespaces"))
			}
			edits, err := s.Add(p.File, "seccompProfile", yamlfile.Map(yamlfile.Entry{Key: "type", Value: yamlfile.String("RuntimeDefault")}))
			p.Change(p.At(s.Container), fixer.Finding{Problem: "container runs without a seccomp profile", Change: "add RuntimeDefault", Reason: s.User().Why, Evidence: s.Evidence()},
				may.And(podsecurity.Editable(err)), edits...)
		})
		return nil
	}),
}
