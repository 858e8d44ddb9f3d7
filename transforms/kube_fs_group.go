package transforms

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/podsecurity"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// KubeFSGroup gives the volumes of a pod to the group of its user.
var KubeFSGroup = &fixer.Transform{
	ID:       "kube-fs-group",
	Title:    "give a pod's claims to its user's group",
	Since:    "0.1.0",
	Kind:     kubernetes.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds fsGroup with the group of the containers' user, and fsGroupChangePolicy: OnRootMismatch, to the security context of a
pod that mounts a claim, or a secret that only its owner may read.`,
		Why: `A new claim is root's, and so is a secret: a container that does not run as root can neither write the one nor read the
other. With an fsGroup, the kubelet gives them to that group.`,
		Checks: []string{
			"All containers of the pod run as a user that is known, is not root, and has the same group",
			"A container mounts a claim to write to it, or a secret with a mode for the owner alone",
		},
		LeavesAlone: []string{
			"Pods with an fsGroup, and those with an empty volume alone, which everyone may write",
			"Pods with a container that runs as root, or whose image is not known",
		},
		NeedsUnsafe: []string{
			"Always: the kubelet changes the group of all files of the claim, which others may mount, too",
		},
		See: []string{
			"https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod",
		},
	},
	Run: manifest.On(func(p *manifest.Pass) error {
		podsecurity.Pods(p, func(w *kubernetes.Workload, list []podsecurity.Subject) { kubeFSGroup(p, w, list) })
		return nil
	}),
}

func kubeFSGroup(p *manifest.Pass, w *kubernetes.Workload, list []podsecurity.Subject) {
	if v := kubernetes.Field(kubernetes.Security(w.Pod), "fsGroup"); !v.IsNull() {
		return
	}
	group, known := commonGroup(list)
	volume := podsecurity.OwnersVolume(w)
	if !known || volume == "" {
		return
	}
	s := list[0]
	edits, err := podsecurity.AddToPod(p.File, w, yamlfile.Entry{Key: "fsGroup", Value: yamlfile.Int(group)}, yamlfile.Entry{Key: "fsGroupChangePolicy", Value: yamlfile.String("OnRootMismatch")})
	p.Change(p.At(s.Container), fixer.Finding{
		Problem: fmt.Sprintf("volume %s of the pod may be root's alone", volume), Change: fmt.Sprintf("add fsGroup: %d", group), Reason: s.User().Why, Evidence: rights.Evidence(s.Image),
	}, fixer.Doubt("the group of all files of the claim changes").And(s.Deployed()).And(podsecurity.Editable(err)), edits...)
}

// commonGroup returns the group that all containers run with; false where one of them is not
// known, or is root's.
func commonGroup(list []podsecurity.Subject) (group int, ok bool) {
	for i, s := range list {
		u := s.User()
		if !s.MayHarden() || u.GID <= 0 || i > 0 && u.GID != group {
			return 0, false
		}
		group = u.GID
	}
	return group, len(list) > 0
}
