package discover

import (
	"slices"
	"testing"
)

const pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n"

// TestManifests: manifests are found by their text, beside the Dockerfiles, and templates
// are not.
func TestManifests(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"Dockerfile":                      "FROM a\n",
		"Dockerfile.yaml":                 "FROM a\n",
		"k8s/pod.yaml":                    pod,
		"k8s/quoted.YML":                  "\"apiVersion\": apps/v1\n\"kind\": \"Deployment\" # one\nspec: {template: {spec: {containers: []}}}\r\n",
		"k8s/list.yaml":                   "apiVersion: v1\nkind: List\nitems:\n- apiVersion: batch/v1\n  kind: CronJob\n  spec: {containers: []}\n",
		"k8s/service.yaml":                "apiVersion: v1\nkind: Service\n",
		"k8s/words.yaml":                  "# kind: Pod, apiVersion, containers\na: kind is Pod\n",
		"k8s/generated.yaml":              pod + "# {{ name }}\n",
		"k8s/broken.yaml":                 pod + "a: [\n",
		"k8s/pod.json":                    `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}`,
		"charts/web/Chart.yaml":           "name: web\n",
		"charts/web/templates/a.yaml":     pod,
		"charts/web/templates/sub/b.yaml": pod,
		"templates/c.yaml":                pod,
		"node_modules/x/pod.yaml":         pod,
	})
	r, err := Search(open(t, dir), ".", Options{Manifests: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"k8s/list.yaml", "k8s/pod.yaml", "k8s/quoted.YML", "templates/c.yaml"}; !slices.Equal(r.Manifests, want) {
		t.Errorf("manifests: %q", r.Manifests)
	}
	if want := []string{"Dockerfile", "Dockerfile.yaml"}; !slices.Equal(r.Files, want) {
		t.Errorf("Dockerfiles: %q", r.Files)
	}
	want := []Skipped{
		{Path: "charts/web/templates/a.yaml", Reason: "a template of a Helm chart, as others there: it is no YAML before it is rendered"},
		{Path: "k8s/broken.yaml", Reason: "not YAML that can be read: did not find expected node content (line 6)"},
		{Path: "k8s/generated.yaml", Reason: "a template"},
	}
	if !slices.Equal(r.LeftAlone, want) {
		t.Errorf("left alone: %+v", r.LeftAlone)
	}
	if r, err = Search(open(t, dir), ".", Options{}); err != nil || r.Manifests != nil || len(r.LeftAlone) > 0 {
		t.Errorf("without manifests: %+v, %v", r, err)
	}
}
