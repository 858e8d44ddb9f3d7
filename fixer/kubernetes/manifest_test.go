package kubernetes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/yamlfile"
)

func parse(t *testing.T, text string) *yamlfile.File {
	t.Helper()
	f, err := yamlfile.Parse("a.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestRead has workloads of each kind, and what only looks like one.
func TestRead(t *testing.T) {
	const containers = "{containers: [{name: a, image: b}]}"
	for name, c := range map[string]struct{ text, want string }{
		"Pod":              {"apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: y}\nspec: " + containers, "Pod y/x: a=b"},
		"Deployment":       {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: " + containers + "}}", "Deployment /x: a=b"},
		"CronJob":          {"apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: " + containers + "}}}}", "CronJob /: a=b"},
		"List":             {"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spec: " + containers + "}\n- {apiVersion: v1, kind: Service}", "Pod /: a=b"},
		"init containers":  {"apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}], initContainers: [{name: c, image: d}]}", "Pod /: a=b, init c=d"},
		"documents":        {"apiVersion: v1\nkind: Pod\nspec: " + containers + "\n---\n# nothing\n---\napiVersion: v1\nkind: Pod\nspec: " + containers, "Pod /: a=b; Pod /: a=b"},
		"a patch":          {"apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a}]}}}", "Deployment /: a= (a part)"},
		"only init":        {"apiVersion: v1\nkind: Pod\nspec: {initContainers: [{name: a, image: b}]}", "Pod /: init a=b (a part)"},
		"Windows":          {"apiVersion: v1\nkind: Pod\nspec: {os: {name: windows}, containers: [{name: a, image: b}]}", "Pod /: a=b (Windows)"},
		"another group":    {"apiVersion: example.com/v1\nkind: Deployment\nspec: {template: {spec: " + containers + "}}", ""},
		"no version":       {"kind: Pod\nspec: " + containers, ""},
		"no specification": {"apiVersion: v1\nkind: Pod", ""},
		"no list":          {"apiVersion: v1\nkind: Pod\nspec: {containers: a}", "Pod /:  (a part)"},
		"another kind":     {"apiVersion: v1\nkind: ConfigMap\ndata: {kind: Pod}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var all []string
			for _, w := range Read(parse(t, c.text)) {
				all = append(all, show(w))
			}
			if got := strings.Join(all, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func show(w *Workload) string {
	var list []string
	for _, c := range w.Containers {
		init := ""
		if c.Init {
			init = "init "
		}
		list = append(list, init+c.Name+"="+c.Image)
	}
	text := fmt.Sprintf("%s %s/%s: %s", w.Kind, w.Namespace, w.Name, strings.Join(list, ", "))
	if !w.IsWhole() {
		text += " (a part)"
	}
	if w.Windows() {
		text += " (Windows)"
	}
	return text
}

// TestSetting: a container's own setting precedes that of its pod, and null is none.
func TestSetting(t *testing.T) {
	c := Read(parse(t, "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {runAsUser: 1, runAsGroup: 2, runAsNonRoot: true}\n"+
		"  containers:\n  - {name: a, image: b, securityContext: {runAsUser: 3, runAsGroup: null}}\n"))[0].Containers[0]
	for key, want := range map[string]string{"runAsUser": "3 false", "runAsGroup": "2 true", "runAsNonRoot": "true true", "privileged": " false"} {
		v, inPod := c.Setting(key)
		if got := fmt.Sprintf("%s %v", Text(v), inPod); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if v, _ := c.Setting("runAsNonRoot"); !IsTrue(v) {
		t.Error("runAsNonRoot is not true")
	}
}
