// Package judge has what nobody here wrote read files before and after they are changed:
// compose-go, which docker compose is made of, and the code of Kubernetes that decodes objects
// and enforces the policies for pods.
package judge

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// Pod is a pod, or the template of one.
type Pod struct {
	Name string // with its kind
	Meta metav1.ObjectMeta
	Spec corev1.PodSpec
}

// decode reads objects strictly, as the API server does.
var decode = sync.OnceValue(func() runtime.Decoder {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err) // their types are theirs
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
})

// Pods returns the pods of manifests, which are read strictly. Objects of kinds that Kubernetes
// itself does not have are left out.
func Pods(text []byte) (list []Pod, err error) {
	for r := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text))); ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		object, kind, err := decode().Decode(doc, nil, nil)
		if runtime.IsNotRegisteredError(err) || runtime.IsMissingKind(err) { // a comment alone
			continue
		}
		if err != nil {
			return nil, err
		}
		items := []runtime.Object{object}
		if of, ok := object.(*corev1.List); ok {
			items = nil
			for _, item := range of.Items {
				one, _, err := decode().Decode(item.Raw, nil, nil)
				if err != nil {
					return nil, err
				}
				items = append(items, one)
			}
		}
		for _, item := range items {
			if p, ok := podOf(item); ok {
				p.Name = fmt.Sprintf("%s %s", kind.Kind, p.Name)
				list = append(list, p)
			}
		}
	}
}

// podOf returns the pod that an object is, or makes.
func podOf(object runtime.Object) (Pod, bool) {
	template := func(name string, t corev1.PodTemplateSpec) (Pod, bool) { return Pod{name, t.ObjectMeta, t.Spec}, true }
	switch o := object.(type) {
	case *corev1.Pod:
		return Pod{o.Name, o.ObjectMeta, o.Spec}, true
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
	return Pod{}, false
}

var evaluator = sync.OnceValues(func() (policy.Evaluator, error) { return policy.NewEvaluator(policy.DefaultChecks(), nil) })

// Violations returns what the pod violates of the restricted policy, by the names of the
// checks and what they say.
func (p Pod) Violations() (map[string]bool, error) {
	e, err := evaluator()
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, r := range e.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &p.Meta, &p.Spec) {
		if !r.Allowed {
			reason, _, _ := strings.Cut(r.ForbiddenReason, " (")
			found[reason] = true
		}
	}
	return found, nil
}

// IsAsMeant reports whether a pod is the other one with another security context for its
// containers, an fsGroup, and new empty volumes.
func (p Pod) IsAsMeant(before Pod) bool {
	return reflect.DeepEqual(bare(before.Spec, before.Spec), bare(before.Spec, p.Spec))
}

// bare returns a pod without the security contexts of its containers, an fsGroup, and the
// empty volumes that the pod had does not have.
func bare(had, spec corev1.PodSpec) corev1.PodSpec {
	added := map[string]bool{}
	spec.Volumes = slices.DeleteFunc(slices.Clone(spec.Volumes), func(v corev1.Volume) bool {
		added[v.Name] = v.EmptyDir != nil && !slices.ContainsFunc(had.Volumes, func(o corev1.Volume) bool { return o.Name == v.Name })
		return added[v.Name]
	})
	without := func(list []corev1.Container) (out []corev1.Container) {
		for _, c := range list {
			c.SecurityContext = nil
			c.VolumeMounts = slices.DeleteFunc(slices.Clone(c.VolumeMounts), func(m corev1.VolumeMount) bool { return added[m.Name] })
			if len(c.VolumeMounts) == 0 {
				c.VolumeMounts = nil
			}
			out = append(out, c)
		}
		return out
	}
	spec.Containers, spec.InitContainers = without(spec.Containers), without(spec.InitContainers)
	if len(spec.Volumes) == 0 {
		spec.Volumes = nil
	}
	if s := spec.SecurityContext; s != nil {
		one := *s
		one.FSGroup, one.FSGroupChangePolicy = nil, nil
		if spec.SecurityContext = &one; reflect.DeepEqual(one, corev1.PodSecurityContext{}) {
			spec.SecurityContext = nil
		}
	}
	return spec
}
