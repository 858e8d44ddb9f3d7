package repository

import "testing"

// TestTouched: what does something in the containers of a service, or to their files, is found, and
// what starts or stops them is not.
func TestTouched(t *testing.T) {
	const service = "services:\n  web:\n    build: .\n    container_name: acme-web\n  db:\n    image: postgres\n"
	for text, touched := range map[string]bool{
		"docker compose exec web npm test":        true,
		"docker-compose run --rm web npm test":    true,
		"docker compose cp web:/tmp/x .":          true,
		"docker cp x acme-web:/app/x":             true,
		"$(DC) up; docker exec -it acme-web sh":   true,
		"docker stack deploy -c compose.yaml app": true,
		"docker compose exec db psql":             false,
		"docker compose up -d":                    false,
		"docker compose up -d && npm run test":    false,
		"docker compose logs web":                 false,
		"docker run --rm acme/web npm test":       false,
		"docker build -t acme/web .":              false,
		"cp a b; exec web":                        false,
	} {
		l := Read(files(map[string]string{"compose.yaml": service, "run.sh": text + "\n"}, "Dockerfile"))
		if got := l.ContainerCommands("compose.yaml").Touched("web"); (got.Line == 1) != touched {
			t.Errorf("%s: %v", text, got)
		}
	}
	for name, text := range map[string]string{"Tiltfile": "docker_build('web', '.', live_update=[sync('.', '/app')])\n", "devspace.yaml": "dev: {}\n", "skaffold.yaml": "build:\n  artifacts:\n  - image: web\n    sync: {}\n"} {
		l := Read(files(map[string]string{"compose.yaml": service, name: text}, "Dockerfile"))
		if got := l.ContainerCommands("compose.yaml").Touched("web"); got.File != name || l.PodTouched().File != name {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestPodTouched: what changes pods, or the objects before they are applied.
func TestPodTouched(t *testing.T) {
	for _, c := range []struct {
		name, text string
		touched    bool
	}{
		{"run.sh", "kubectl exec deploy/web -- npm run seed", true},
		{"run.sh", "kubectl -n shop set env deploy/web A=b", true},
		{"run.sh", "yq -i '.spec.replicas = 2' app.yaml", true},
		{"run.sh", "kubectl apply -f app.yaml", false},
		{"run.sh", "kubectl rollout status deploy/web", false},
		{"README.md", "kubectl exec deploy/web -- sh", false},
		{"o/kustomization.yaml", "resources: [../base]\npatches:\n- patch: |\n    - op: add\n      path: /spec/template/spec/volumes\n      value: []\n", true},
		{"o/kustomization.yaml", "resources: [../base]\nnamePrefix: a-\n", false},
	} {
		if got := Read(files(map[string]string{c.name: c.text + "\n"})).PodTouched(); (got.File == c.name) != c.touched {
			t.Errorf("%s: %s: %v", c.name, c.text, got)
		}
	}
}
