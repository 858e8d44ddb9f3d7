package repository

import (
	"fmt"
	"strings"
	"testing"
)

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

// TestMoreBuildsThanAreKept: past the bound, any image may be built from another Dockerfile, and
// any argument be given; below it, only those that are named.
func TestMoreBuildsThanAreKept(t *testing.T) {
	for count, want := range map[int]bool{maxHints - 1: false, maxHints + 5: true} {
		var jobs, run strings.Builder
		for i := range count {
			fmt.Fprintf(&jobs, "docker.build('acme/i%d', '-f Dockerfile.dev .')\n", i)
			fmt.Fprintf(&run, "docker build --build-arg A%d=$A .\n", i)
		}
		l := Read(files(map[string]string{"Jenkinsfile": jobs.String(), "run.sh": run.String(), "compose.yaml": "services:\n  web:\n    image: acme/web\n"}, "Dockerfile", "Dockerfile.dev"))
		if got := l.BuiltOtherwise("acme/web", []string{"Dockerfile"}).File != ""; got != want {
			t.Errorf("%d builds: acme/web built otherwise: %v", count, got)
		}
		if got := l.GivenArgument("Dockerfile", "VERSION").File != ""; got != want {
			t.Errorf("%d arguments: VERSION given: %v", count, got)
		}
		if l.GivenArgument("Dockerfile", "A1").File == "" || l.BuiltOtherwise("acme/i1", []string{"Dockerfile"}).File == "" {
			t.Errorf("%d: what is named is not seen", count)
		}
	}
}
