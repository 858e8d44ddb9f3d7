package repository

import (
	"fmt"
	"strings"
	"testing"
)

func TestJobs(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{".github/workflows/ci.yml", "jobs:\n  a:\n    container: example/shop:2\n", ".github/workflows/ci.yml:3"},
		{".github/workflows/ci.yml", "jobs:\n  a:\n    container: {image: 'example/shop:${{ github.sha }}', options: --cpus 1 -u 0}\n", ".github/workflows/ci.yml:3 as 0"},
		{".github/workflows/ci.yml", "jobs:\n  a:\n    services: {db: {image: example/shop}}\n    steps:\n    - uses: x/y@v1\n      with: {image: example/shop}\n", ""},
		{".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n    - uses: docker://example/shop\n    container: node:20\n", ".github/workflows/ci.yml:4"},
		{".github/workflows/ci.yml", "jobs:\n  a:\n    container: ${{ needs.build.outputs.image }}\n", ".github/workflows/ci.yml:3"},
		{".github/workflows/ci.yml", "jobs:\n  a:\n    container: ${{ matrix.image }}\n", ""},
		{".gitlab-ci.yml", "variables:\n  IMAGE: example/shop:$CI_COMMIT_SHA\na:\n  image: $IMAGE\n", ".gitlab-ci.yml:4"},
		{".gitlab-ci.yml", "a:\n  image: {name: example/shop, docker: {user: root}}\n  services: [example/shop]\n", ".gitlab-ci.yml:2 as root"},
		{".circleci/config.yml", "jobs:\n  a:\n    docker:\n    - image: example/shop\n    - image: postgres\n", ".circleci/config.yml:4"},
		{".circleci/config.yml", "jobs:\n  a:\n    docker:\n    - image: cimg/base\n    - image: example/shop\n    steps:\n    - docker/push: {image: example/shop}\n", ""},
		{".drone.yml", "steps:\n- name: a\n  image: example/shop\n- name: b\n  image: plugins/docker\n  settings: {image: example/shop}\n", ".drone.yml:3"},
		{".devcontainer/devcontainer.json", "{\n// c\n\"dockerFile\": \"../Dockerfile\", }\n", ".devcontainer/devcontainer.json:3"},
		{".devcontainer/devcontainer.json", "{\n\"image\": \"example/shop\", \"remoteUser\": \"app\"}\n", ".devcontainer/devcontainer.json:2 as app"},
		{".devcontainer/devcontainer.json", "{\"dockerComposeFile\": [\"../compose.yml\"],\n \"service\": \"shop\"}\n", ".devcontainer/devcontainer.json:2"},
		{".devcontainer/devcontainer.json", "{\"build\": {\"dockerfile\": \"Dockerfile\"}}\n", ""},
	} {
		l := Read(files(map[string]string{c.file: c.text, "compose.yml": "services: {shop: {build: ., image: example/shop}}\n"}, "Dockerfile"))
		var got []string
		for _, d := range l.Deployments("Dockerfile") {
			if !d.Job {
				continue
			}
			if one := d.Place.String(); d.User != "" {
				got = append(got, fmt.Sprint(one, " as ", d.User))
			} else {
				got = append(got, one)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s\n%s: %s, want %s", c.file, c.text, strings.Join(got, "; "), c.want)
		}
	}
}
