package transforms

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
)

// KubeReadOnly makes the root file systems of containers read-only.
var KubeReadOnly = &fixer.Transform{
	ID:       "kube-read-only",
	Title:    "make a container's root file system read-only",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds readOnlyRootFilesystem: true to the security context of each container that does not run as root, with an emptyDir for
/tmp and for each directory for temporary files or a cache that its image is known to write.`,
		Why: `What an attacker brings can't be kept, and a program can't change its own code. It goes beyond Kubernetes' restricted policy.
The volumes are on the node's disk: in memory they would count against the container's limit.`,
		Checks: []string{
			"What the start and the sources are known to write is in a mount, a cache or a directory for temporary files",
			"What it was seen to write is, too, where it was looked at (dockmend verify --record, --observed)",
			"It was seen to work so, with these directories alone, as the image starts by itself",
			"The names of the volumes are new in the pod",
		},
		LeavesAlone: []string{
			"Containers that run as root, or whose image is not built from a Dockerfile of the repository",
			"Containers that write anything else: it would be lost, and needs a volume",
			"Privileged containers and those with SYS_ADMIN",
		},
		NeedsUnsafe: []string{
			"It was not observed (--observed): what packages and libraries write is not in the sources",
			"When it was observed, it did not work as before: ready, its answers, its health check, no access denied",
			"It runs otherwise than it was observed: with a command, an environment, volumes, hooks or commands as probes",
			"The image is built from other files, or the name of its base means another image, than when it was observed",
			"What it writes looks like data, or like a lock or a pid file, which an emptyDir keeps",
			"A directory to be writable has something in the image, or a probe asks for a page that was not requested",
			"Scripts or overlays run something in its pods, or change what they start (kubectl exec, patches)",
			"Its image changes in this run",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"The image is named by the tag of a version, and no registry says which user that one has",
			"A Job or a Pod by itself, which can't be changed where it exists",
			"A patch (Kustomize, Flux, Argo CD, kubectl patch) that changes the rights of its containers",
		},
		See: []string{
			"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
			"https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		podsecurity.Pods(p, func(w *kubernetes.Workload, list []podsecurity.Subject) { kubeReadOnly(p, w, list) })
		return nil
	}),
}

const writable = "root file system of the container is writable"

// kubeReadOnly changes the containers of a pod together, since their volumes are the pod's.
func kubeReadOnly(p *manifest.Pass, w *kubernetes.Workload, list []podsecurity.Subject) {
	var first *podsecurity.Subject
	var names, paths []string
	var edits []document.Edit
	var may fixer.Decision
	scratch := podsecurity.NewScratch(p.File, w)
	for _, s := range list {
		if v, _ := s.Setting("readOnlyRootFilesystem"); v != nil || !s.MayHarden() || s.Image.Unknown != "" || !s.Image.Own {
			continue
		}
		plan, decision := readonly.Plan(s.Image, s.Way())
		if decision.Refused() {
			p.Leave(p.At(s.Container), writable, decision.Refuse)
			continue
		}
		var dirs []string
		for _, d := range plan {
			dirs = append(dirs, d.Path)
		}
		setting, err := s.Add(p.File, "readOnlyRootFilesystem", yamlfile.Bool(true))
		edits = append(edits, setting...)
		may = may.And(decision).And(s.Deployed()).And(podsecurity.Editable(err)).And(podsecurity.Editable(scratch.Mount(s.Container, dirs)))
		names, paths = append(names, s.Name), append(paths, dirs...)
		if first == nil {
			first = &s
		}
	}
	if first == nil {
		return
	}
	volumes, err := scratch.Edits()
	p.Change(p.At(first.Container), fixer.Finding{Problem: writable, Change: readOnlyChange(names, paths), Reason: first.User().Why, Evidence: first.Evidence()},
		may.And(podsecurity.Editable(err)), append(edits, volumes...)...)
}

// readOnlyChange says what is done to containers.
func readOnlyChange(names, paths []string) string {
	change := "add readOnlyRootFilesystem: true"
	if len(names) > 1 {
		change += " to " + strings.Join(names, ", ")
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > 0 {
		change += ", and an emptyDir for " + strings.Join(paths, ", ")
	}
	return change
}
