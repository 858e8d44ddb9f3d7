package repository

import "testing"

// TestBuiltOtherwise: a builder's file that names another Dockerfile near the image counts, one
// that names the known one, or another image, does not.
func TestBuiltOtherwise(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"Tilt", "Tiltfile", "docker_build('acme/web', '.',\n    dockerfile='Dockerfile.dev')\n", "Tiltfile:2"},
		{"Tilt with the same file", "Tiltfile", "docker_build('acme/web', '.',\n    dockerfile='Dockerfile')\n", ""},
		{"Tilt for another image", "Tiltfile", "docker_build('acme/other', '.',\n    dockerfile='Dockerfile.dev')\n", ""},
		{"Jenkins", "Jenkinsfile", "docker.build(\"acme/web:1\", \"-f docker/prod.Dockerfile .\")\n", "Jenkinsfile:1"},
		{"Cloud Build", "cloudbuild.yaml", "steps:\n- name: gcr.io/cloud-builders/docker\n  args:\n  - build\n  - -t\n  - gcr.io/acme/web\n  - -f\n  - docker/prod.Dockerfile\n", "cloudbuild.yaml:8"},
		{"a matrix", ".github/workflows/a.yml", "jobs:\n  a:\n    strategy:\n      matrix:\n        include:\n        - {image: web, file: docker/prod.Dockerfile}\n    steps:\n    - uses: docker/build-push-action@v6\n      with:\n        file: ${{ matrix.file }}\n        tags: acme/${{ matrix.image }}\n", ".github/workflows/a.yml:6"},
		{"documentation", "notes.md", "acme/web was once built from Dockerfile.dev\n", ""},
	} {
		l := Read(files(map[string]string{c.file: c.text, "Makefile": "image:\n\tdocker build -t acme/web .\n", "compose.yaml": "services:\n  web:\n    image: acme/web\n"}, "Dockerfile", "Dockerfile.dev", "docker/prod.Dockerfile"))
		at := l.BuiltOtherwise("acme/web", []string{"Dockerfile"})
		if got := at.String(); at.File == "" && c.want != "" || at.File != "" && got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
