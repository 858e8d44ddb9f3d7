package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab/judge"
)

// TestAPIServer has an API server judge what the golden cases make of manifests, as a dry run of
// kubectl does. What it took before it takes after. In a namespace with the restricted policy it
// refuses the pods that violate it, in which it agrees with TestManifestsAreValid, and takes those
// that were repaired.
func TestAPIServer(t *testing.T) {
	dir, err := DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	server, err := StartAPIServer(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	j := &dryRuns{server: server, resources: map[string]*metav1.APIResourceList{}}
	j.namespace(t, "open", "enforce=privileged", "warn=privileged")
	j.namespace(t, "closed", "enforce=restricted", "warn=restricted")
	j.namespace(t, "enforced", "enforce=restricted")
	for _, c := range changedManifests(t) {
		t.Run(c.name, func(t *testing.T) {
			j.objects(t, objects(t, c.before), objects(t, c.after))
			passed := j.pods(t, podsOf(t, c.before), podsOf(t, c.after))
			if want, ok := restricted[c.name]; ok && passed != want {
				t.Errorf("%d pods are taken that were refused before, and not %d", passed, want)
			}
		})
	}
	t.Run("of what makes pods", j.deployments)
	t.Logf("of %d objects %d are taken, before and after; %d are of kinds that the server doesn't have", j.tried, j.taken, j.unknown)
	t.Logf("the restricted policy warns of %d objects, and of %d before", j.warned, j.warnedBefore)
	t.Logf("of %d pods the restricted policy refuses %d, and %d before", j.judged, j.refused, j.refusedBefore)
	if j.taken < 20 || j.judged < 15 {
		t.Error("that is not enough to judge by")
	}
}

// change is a file of manifests, before and after.
type change struct{ name, before, after string }

// changedManifests returns the files of the golden cases that are changed: those by themselves, and
// those of repositories.
func changedManifests(t *testing.T) (list []change) {
	t.Helper()
	dirs, err := golden.Cases("..", "want.manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		list = append(list, change{strings.TrimPrefix(dir, "../"), filepath.Join(dir, "manifest.yaml"), filepath.Join(dir, "want.manifest.yaml")})
	}
	inRepositories, err := filepath.Glob("../all/*/want/k8s/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range inRepositories {
		dir, file, _ := strings.Cut(after, "/want/")
		list = append(list, change{strings.TrimPrefix(dir, "../"), filepath.Join(dir, "repository", file), after})
	}
	return list
}

// dryRuns asks an API server, and counts.
type dryRuns struct {
	server    *APIServer
	resources map[string]*metav1.APIResourceList // by apiVersion

	tried, taken, unknown          int // objects
	warned, warnedBefore           int // of them
	judged, refused, refusedBefore int // pods
}

// namespace makes a namespace with policies of Pod Security: pods that violate the one that is
// enforced are refused, and of objects that make such pods is warned by the policy of warnings.
func (j *dryRuns) namespace(t *testing.T, name string, policies ...string) {
	t.Helper()
	labels := map[string]string{}
	for _, p := range policies {
		mode, level, _ := strings.Cut(p, "=")
		labels["pod-security.kubernetes.io/"+mode] = level
	}
	text, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels}})
	if err != nil {
		t.Fatal(err)
	}
	if a := j.ask(t, http.MethodPost, "/api/v1/namespaces", text); a.Code != http.StatusCreated {
		t.Fatalf("%d: %s", a.Code, a.Reason())
	}
}

// deployments: a Deployment whose pods the restricted policy refuses is taken where that is
// enforced, with a warning. So smoke.PodSecurity has kubectl take warnings for errors.
func (j *dryRuns) deployments(t *testing.T) {
	container := map[string]any{"name": "app", "image": "node:22"}
	labels := map[string]any{"app": "app"}
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "app"},
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{container}}},
		},
	}}
	for namespace, warned := range map[string]bool{"enforced": true, "open": false} {
		if a := j.dryRun(t, namespace, o); a.Code != http.StatusCreated || (len(a.Warnings) > 0) != warned {
			t.Errorf("%s: %d, warnings %q", namespace, a.Code, a.Warnings)
		}
	}
}

func (j *dryRuns) ask(t *testing.T, method, path string, object []byte) *Answer {
	t.Helper()
	a, err := j.server.Ask(t.Context(), method, path, object)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// objects: what the server took before it takes after, and it warns of no object that it did not
// warn of before.
func (j *dryRuns) objects(t *testing.T, before, after []*unstructured.Unstructured) {
	t.Helper()
	if len(before) != len(after) {
		t.Fatalf("%d objects, and not %d", len(after), len(before))
	}
	for i, o := range after {
		name := o.GetKind() + " " + o.GetName()
		if j.place(t, o, "open") == "" {
			j.unknown++
			t.Logf("%s: the server has no such kind of %s", name, o.GetAPIVersion())
			continue
		}
		j.tried++
		if was := j.dryRun(t, "open", before[i]); was.Code != http.StatusCreated {
			t.Logf("%s is refused before: %s", name, was.Reason())
			continue
		}
		if is := j.dryRun(t, "open", o); is.Code != http.StatusCreated {
			t.Errorf("%s is refused: %s", name, is.Reason())
			continue
		}
		j.taken++
		was, is := j.dryRun(t, "closed", before[i]).Warnings, j.dryRun(t, "closed", o).Warnings
		j.warnedBefore += len(was)
		j.warned += len(is)
		if len(is) > len(was) {
			t.Errorf("%s: new warnings: %q, and before %q", name, is, was)
		}
	}
}

// place returns the path where objects of this kind are made in a namespace, or "" if the server
// has no such kind.
func (j *dryRuns) place(t *testing.T, o *unstructured.Unstructured, namespace string) string {
	t.Helper()
	version := o.GetAPIVersion()
	root := "/apis/" + version
	if !strings.Contains(version, "/") {
		root = "/api/" + version
	}
	list := j.resources[version]
	if list == nil {
		list = new(metav1.APIResourceList)
		a := j.ask(t, http.MethodGet, root, nil)
		if err := json.Unmarshal(a.Body, list); a.Code == http.StatusOK && err != nil {
			t.Fatal(err)
		}
		j.resources[version] = list
	}
	for _, r := range list.APIResources {
		switch {
		case r.Kind != o.GetKind() || strings.Contains(r.Name, "/"): // a part of another one
		case r.Namespaced:
			return root + "/namespaces/" + namespace + "/" + r.Name
		default:
			return root + "/" + r.Name
		}
	}
	return ""
}

// dryRun has the server judge an object, as a part of a namespace if it is one of any.
func (j *dryRuns) dryRun(t *testing.T, namespace string, o *unstructured.Unstructured) *Answer {
	t.Helper()
	path := j.place(t, o, namespace)
	o = o.DeepCopy()
	if strings.Contains(path, "/namespaces/") {
		o.SetNamespace(namespace)
	}
	text, err := o.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return j.ask(t, http.MethodPost, path+"?dryRun=All&fieldValidation=Strict", text)
}

// pods returns how many pods the restricted policy takes that it refused before. It refuses those
// that violate it by Kubernetes' own list of checks.
func (j *dryRuns) pods(t *testing.T, before, after []judge.Pod) (passed int) {
	t.Helper()
	for i, p := range after {
		was, is := j.refusal(t, before[i]), j.refusal(t, p)
		j.judged++
		if was != "" {
			j.refusedBefore++
		}
		if is != "" {
			j.refused++
		}
		if was != "" && is == "" {
			t.Logf("%s is taken; before: %s", p.Name, was)
			passed++
		}
	}
	return passed
}

// refusal returns why the restricted policy refuses a pod that is right otherwise, or "".
func (j *dryRuns) refusal(t *testing.T, p judge.Pod) string {
	t.Helper()
	p.Meta.Name, p.Meta.Namespace = "app", ""
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: p.Meta, Spec: p.Spec,
	})
	if err != nil {
		t.Fatal(err)
	}
	o := &unstructured.Unstructured{Object: content}
	if a := j.dryRun(t, "open", o); a.Code != http.StatusCreated {
		t.Logf("%s makes pods that can't be made by themselves: %s", p.Name, a.Reason())
		return ""
	}
	a := j.dryRun(t, "closed", o)
	reason := ""
	if a.Code != http.StatusCreated {
		reason = a.Reason()
	}
	if found := violationsOf(t, p); (len(found) > 0) != strings.Contains(reason, `violates PodSecurity "restricted`) || len(found) == 0 && reason != "" {
		t.Errorf("%s: the server says %q, and the checks %v", p.Name, reason, found)
	}
	return reason
}

// objects returns the objects of a file of manifests, those in a List by themselves.
func objects(t *testing.T, file string) (list []*unstructured.Unstructured) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 1<<12); ; {
		o := new(unstructured.Unstructured)
		if err := d.Decode(&o.Object); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		switch {
		case len(o.Object) == 0: // a comment alone
		case o.IsList():
			if err := o.EachListItem(func(item runtime.Object) error {
				list = append(list, item.(*unstructured.Unstructured))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		default:
			list = append(list, o)
		}
	}
}
