package lab

import (
	"os"
	"testing"

	"github.com/dockmend/dockmend/golden/lab/judge"
)

// restricted are the golden cases after which pods violate nothing of the restricted policy any
// more, and how many.
var restricted = map[string]int{
	"all/kube-image-of-others-unsafe": 1, "all/kube-jobs": 1, "all/kube-pod-settings": 1, "all/kube-styles": 1, "all/kube-list": 1,
	"all/kube-other-user": 1, "all/guide-runtime": 1,
}

// TestManifestsAreValid has Kubernetes' own code read what the golden cases make of
// manifests: strictly, as the API server does. Nothing but security contexts and new empty
// volumes differs, a pod violates no more of the restricted policy than before, and in some
// cases nothing any more.
func TestManifestsAreValid(t *testing.T) {
	cases := changedManifests(t)
	if len(cases) < 10 {
		t.Fatalf("%d cases found", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before, after := podsOf(t, c.before), podsOf(t, c.after)
			if len(before) != len(after) {
				t.Fatalf("%d pods, and not %d", len(after), len(before))
			}
			passed := 0
			for i := range after {
				had, has := violationsOf(t, before[i]), violationsOf(t, after[i])
				for v := range has {
					if !had[v] {
						t.Errorf("%s: %s is new", after[i].Name, v)
					}
				}
				if len(has) == 0 {
					passed++
				}
				if !after[i].IsAsMeant(before[i]) {
					t.Errorf("%s: more than its security contexts differs", after[i].Name)
				}
			}
			if want, ok := restricted[c.name]; ok && passed != want {
				t.Errorf("%d of %d pods pass the restricted policy, and not %d", passed, len(after), want)
			}
		})
	}
}

func podsOf(t *testing.T, file string) []judge.Pod {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list, err := judge.Pods(text)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return list
}

func violationsOf(t *testing.T, p judge.Pod) map[string]bool {
	t.Helper()
	found, err := p.Violations()
	if err != nil {
		t.Fatal(err)
	}
	return found
}
