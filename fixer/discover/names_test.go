package discover

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for kind, names := range map[kind]string{
		dockerfileKind: `Dockerfile Containerfile dockerfile DOCKERFILE DockerFile Dockerfile.node Dockerfile.prod
			Dockerfile.alpine3.19 Dockerfile.18 Dockerfile.node-20 DOCKERFILE.server Containerfile.dev Dockerfile.test
			Dockerfile.example Dockerfile.js.prod Dockerfile.in.prod Dockerfile. .Dockerfile
			api.Dockerfile api.dockerfile a.b.Dockerfile api.Containerfile j2.dockerfile md.Dockerfile txt.dockerfile`,
		doubtfulKind: `Dockerfile.txt Dockerfile.js dockerfile.go Dockerfile.sh Dockerfile.yml Dockerfile.test.js dockerfile.d.ts
			Dockerfile.json Dockerfile.lock Dockerfile.sha256 Dockerfile.patch Dockerfile.TXT Containerfile.txt`,
		templateKind: `Dockerfile.j2 Dockerfile.jinja Dockerfile.jinja2 Dockerfile.tmpl Dockerfile.tpl Dockerfile.template
			Dockerfile.erb Dockerfile.mustache Dockerfile.hbs Dockerfile.gotmpl Dockerfile.in Dockerfile.prod.j2
			api.Dockerfile.tmpl Containerfile.in DOCKERFILE.J2`,
		otherKind: `Dockerfiles NotADockerfile Dockerfile-prod Dockerfile_prod mydockerfile compose.yaml Makefile a.in a.txt
			Dockerfile.dockerignore Containerfile.containerignore Dockerfile.README.md Dockerfile.orig Dockerfile.rej Dockerfile.bak
			Dockerfile.old Dockerfile~ Dockerfile.~1~ Dockerfile.swp .Dockerfile.swp #Dockerfile# .#Dockerfile .#api.Dockerfile
			._Dockerfile ._api.Dockerfile Dockerfile.j2.bak Dockerfile:Zone.Identifier .dockerignore`,
	} {
		for _, name := range strings.Fields(names) {
			if got := kindOf(name); got != kind {
				t.Errorf("kindOf(%q) = %d, want %d", name, got, kind)
			}
			if got := IsDockerfile(name); got != (kind == dockerfileKind) {
				t.Errorf("IsDockerfile(%q) = %t", name, got)
			}
		}
	}
	for name, want := range map[string]bool{"": false, "Dockerfile.a b": true, "Dockerfile.\n": true, "Dockerfile.\xff": true, "\xff.dockerfile": true, "Dockerfile ": false} {
		if got := IsDockerfile(name); got != want {
			t.Errorf("IsDockerfile(%q) = %t", name, got)
		}
	}
}
