package lab

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/dockmend/dockmend/golden"
)

// restricted are the golden cases after which pods violate nothing of the restricted policy any
// more, and how many.
var restricted = map[string]int{
	"all/kube-image-of-others-unsafe": 1, "all/kube-jobs": 2, "all/kube-pod-settings": 1, "all/kube-styles": 1, "all/kube-list": 1,
	"all/kube-other-user": 1,
}

// TestManifestsAreValid has Kubernetes' own code read what the golden cases make of
// manifests: strictly, as the API server does. Nothing but security contexts differs, a pod
// violates no more of the restricted policy than before, and in some cases nothing any more.
func TestManifestsAreValid(t *testing.T) {
	dirs, err := golden.Cases("..", "want.manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 10 {
		t.Fatalf("%d cases found", len(dirs))
	}
	for _, dir := range dirs {
		name := strings.TrimPrefix(filepath.ToSlash(dir), "../")
		t.Run(name, func(t *testing.T) {
			before, after := pods(t, filepath.Join(dir, "manifest.yaml")), pods(t, filepath.Join(dir, "want.manifest.yaml"))
			if len(before) != len(after) {
				t.Fatalf("%d pods, and not %d", len(after), len(before))
			}
			passed := 0
			for i := range after {
				had, has := violations(t, before[i]), violations(t, after[i])
				for v := range has {
					if !had[v] {
						t.Errorf("%s: %s is new", after[i].name, v)
					}
				}
				if len(has) == 0 {
					passed++
				}
				if !reflect.DeepEqual(bare(before[i].spec), bare(after[i].spec)) {
					t.Errorf("%s: more than its security contexts differs", after[i].name)
				}
			}
			if want, ok := restricted[name]; ok && passed != want {
				t.Errorf("%d of %d pods pass the restricted policy, and not %d", passed, len(after), want)
			}
		})
	}
}

// pod is a pod, or the template of one.
type pod struct {
	name string
	meta metav1.ObjectMeta
	spec corev1.PodSpec
}

// pods returns the pods of a file of manifests, which is read strictly. Objects of kinds that
// Kubernetes itself does not have are left out.
func pods(t *testing.T, file string) (list []pod) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decode := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	for r := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text))); ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		object, kind, err := decode.Decode(doc, nil, nil)
		if runtime.IsNotRegisteredError(err) || runtime.IsMissingKind(err) { // a comment alone
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		items := []runtime.Object{object}
		if of, ok := object.(*corev1.List); ok {
			items = nil
			for _, item := range of.Items {
				one, _, err := decode.Decode(item.Raw, nil, nil)
				if err != nil {
					t.Fatalf("%s: %v", file, err)
				}
				items = append(items, one)
			}
		}
		for _, item := range items {
			if p, ok := podOf(item); ok {
				p.name = fmt.Sprintf("%s %s", kind.Kind, p.name)
				list = append(list, p)
			}
		}
	}
}

// podOf returns the pod that an object is, or makes.
func podOf(object runtime.Object) (pod, bool) {
	template := func(name string, t corev1.PodTemplateSpec) (pod, bool) { return pod{name, t.ObjectMeta, t.Spec}, true }
	switch o := object.(type) {
	case *corev1.Pod:
		return pod{o.Name, o.ObjectMeta, o.Spec}, true
	case *appsv1.Deployment:
		return template(o.Name, o.Spec.Template)
	case *appsv1.StatefulSet:
		return template(o.Name, o.Spec.Template)
	case *appsv1.DaemonSet:
		return template(o.Name, o.Spec.Template)
	case *appsv1.ReplicaSet:
		return template(o.Name, o.Spec.Template)
	case *batchv1.Job:
		return template(o.Name, o.Spec.Template)
	case *batchv1.CronJob:
		return template(o.Name, o.Spec.JobTemplate.Spec.Template)
	}
	return pod{}, false
}

// violations returns what the pod violates of the restricted policy, by the names of the
// checks and what they say.
func violations(t *testing.T, p pod) map[string]bool {
	t.Helper()
	e, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range e.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &p.meta, &p.spec) {
		if !r.Allowed {
			reason, _, _ := strings.Cut(r.ForbiddenReason, " (")
			found[reason] = true
		}
	}
	return found
}

// bare returns a pod without the security contexts of its containers.
func bare(spec corev1.PodSpec) corev1.PodSpec {
	without := func(list []corev1.Container) (out []corev1.Container) {
		for _, c := range list {
			c.SecurityContext = nil
			out = append(out, c)
		}
		return out
	}
	spec.Containers, spec.InitContainers = without(spec.Containers), without(spec.InitContainers)
	return spec
}
