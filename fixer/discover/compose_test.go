package discover

import (
	"slices"
	"testing"
)

// TestCompose: Compose files are found by their names, if they have services.
func TestCompose(t *testing.T) {
	dir := t.TempDir()
	const services = "services:\n  web:\n    image: a\n"
	write(t, dir, map[string]string{
		"compose.yaml":                 "name: x\n" + services,
		"docker-compose.yml":           services,
		"docker-compose-prod.yml":      "\"services\": # all\n  web: {image: a}\n",
		"compose.override.yaml":        services,
		"stack.yml":                    services,
		"other.yaml":                   services,
		"a/docker-compose.yml":         "web:\n  image: a\n",
		"b/docker-compose.yml":         "volumes:\n  a:\n",
		"c/docker-compose.yml":         "services: [\n",
		"d/docker-compose.yml":         "services:\n  {% if a %}\n  web: {{ a }}\n",
		"e/compose.yaml":               services + "---\n" + services,
		"g/docker-compose.yml.j2":      "{{ services }}\n",
		"f/compose.yaml":               services + "    labels:\n      a: \"{{.Node.Hostname}}\"\n",
		"node_modules/x/compose.yaml":  services,
		"k8s/compose.deployment.yaml":  pod,
		"k8s/docker-compose-pods.yaml": pod,
	})
	r, err := Search(open(t, dir), ".", Options{Compose: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"compose.override.yaml", "compose.yaml", "docker-compose-prod.yml", "docker-compose.yml", "f/compose.yaml"}; !slices.Equal(r.Compose, want) {
		t.Errorf("Compose files: %q", r.Compose)
	}
	want := []Skipped{
		{Path: "a/docker-compose.yml", Reason: "a Compose file of version 1, without services:, which docker compose refuses"},
		{Path: "c/docker-compose.yml", Reason: "not YAML that can be read: did not find expected node content (line 2)"},
		{Path: "d/docker-compose.yml", Reason: "a template"},
		{Path: "g/docker-compose.yml.j2", Reason: "a template"},
	}
	if !slices.Equal(r.LeftAlone, want) {
		t.Errorf("left alone: %+v", r.LeftAlone)
	}
	if r, err = Search(open(t, dir), ".", Options{Manifests: true}); err != nil || r.Compose != nil || len(r.LeftAlone) > 0 {
		t.Errorf("without Compose files: %+v, %v", r, err)
	}
}

func TestIsCompose(t *testing.T) {
	for text, want := range map[string]bool{
		"services:\n  a:\n": true, "\ufeffservices: # c\r\n": true, "version: '3'\n'services':\n": true, "services: &a\n": true,
		"# services:\n": false, "a:\n  services:\n": false, "services: [a]\n": false, "services:\n\napiVersion: v1\n": false,
	} {
		if got := IsCompose([]byte(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
