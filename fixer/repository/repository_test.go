package repository

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/workload"
)

// files returns a repository. "FILE" means an empty file in the list of names.
func files(texts map[string]string, empty ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range texts {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	for _, name := range empty {
		m[name] = &fstest.MapFile{Data: []byte("FROM a\n"), Mode: 0o644}
	}
	return m
}

// show returns a build as tests compare it.
func show(b Build) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %s: %s in %q", b.Place, b.By, b.Dockerfile, b.Context)
	if b.Target != "" {
		fmt.Fprintf(&s, " target %s", b.Target)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		fmt.Fprintf(&s, " %s=%s", name, b.Args[name])
	}
	if b.Platform != "" {
		fmt.Fprintf(&s, " for %s", b.Platform)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Contexts)) {
		fmt.Fprintf(&s, " %s by %s", name, b.Contexts[name])
	}
	for _, g := range b.Gaps {
		fmt.Fprintf(&s, " (%s)", g.What)
	}
	return s.String()
}

// said returns all that a repository says: builds and gaps, one a line.
func said(l *Links) (list []string) {
	for _, file := range l.Dockerfiles() {
		for _, b := range l.Builds(file) {
			list = append(list, show(b))
		}
	}
	for _, g := range l.Gaps() {
		list = append(list, fmt.Sprintf("gap %s: %s", g.Place, g.What))
	}
	return list
}

func check(t *testing.T, l *Links, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if got := said(l); !slices.Equal(got, lines) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

func TestBuilds(t *testing.T) {
	for _, c := range []struct {
		name  string
		file  string
		text  string
		empty []string
		want  string
	}{
		{"bake", "docker-bake.hcl", `
variable "TAG" {
  default = "v1"
}
group "default" {
  targets = ["api", "web"]
}
target "common" {
  args = {
    VERSION = "20"   # literal
    BUILD = "${TAG}"
    OTHER = timestamp()
  }
  platforms = ["linux/arm64"]
}
target "api" {
  inherits = ["common"]
  context = "./services/api"
  dockerfile = "docker/Dockerfile"
  target = "prod"
  tags = [
    "acme/api:${TAG}",
    "acme/api:latest",
  ]
}
target "web" {
  context = "https://example.com/x.git"
}
target "inline" {
  dockerfile-inline = "FROM x"
}
`, []string{"services/api/docker/Dockerfile", "Dockerfile"}, `
docker-bake.hcl:16: target api: services/api/docker/Dockerfile in "services/api" target prod BUILD=v1 VERSION=20 for linux/arm64 (the value of the build argument OTHER is not known)
gap docker-bake.hcl:26: target web: the build context is a URL`},
		{"bake with other images", "docker-bake.hcl", `
target "_all" {
  contexts = { "node:20-slim" = "target:base", tools = "docker-image://acme/tools" } # both
}
target "api" {
  inherits = ["_all"]
  args = { VERSION = "20" }
  contexts = {
    base = BASE
    "alpine:3" : "./alpine",
  }
}
`, []string{"Dockerfile"}, `
docker-bake.hcl:5: target api: Dockerfile in "." VERSION=20 alpine:3 by docker-bake.hcl:10 base by docker-bake.hcl:9 node:20-slim by docker-bake.hcl:3 tools by docker-bake.hcl:3`},
		{"bake by default", "ci/docker-bake.hcl", "target \"a\" {\n}\n", []string{"ci/Dockerfile", "Dockerfile"}, `
ci/docker-bake.hcl:1: target a: ci/Dockerfile in "ci"`},
		{"bake in JSON", "docker-bake.json", "{\n\t\"target\": {\n\t\t\"api\": {\"context\": \"api\",\n\t\t\"contexts\": {\"node\": \"target:x\"}, \"args\": {\"A\": \"b\", \"B\": \"${C}\"}}\n\t}\n}\n", []string{"api/Dockerfile"}, `
docker-bake.json:3: target api: api/Dockerfile in "api" A=b node by docker-bake.json:4 (the value of the build argument B is not known)`},
		{"skaffold", "deploy/skaffold.yaml", `apiVersion: skaffold/v4
build:
  artifacts:
  - image: acme/api
    context: ../api
    docker:
      dockerfile: build/Dockerfile
      target: prod
      buildArgs: {A: b, C: "{{.X}}"}
  - image: acme/jib
    jib: {}
profiles:
- name: dev
  build:
    artifacts:
    - image: acme/dev
`, []string{"api/build/Dockerfile", "deploy/Dockerfile", "Dockerfile"}, `
deploy/skaffold.yaml:4: artifact acme/api: api/build/Dockerfile in "api" target prod A=b (the value of the build argument C is not known)
deploy/skaffold.yaml:16: artifact acme/dev: deploy/Dockerfile in "deploy"`},
		{"workflow", ".github/workflows/ci.yml", `
env:
  FOLDER: services
jobs:
  image:
    steps:
    - uses: docker/build-push-action@v6
      with:
        context: ${{ env.FOLDER }}/api
        file: ./services/api/Dockerfile.prod
        target: prod
        platforms: linux/amd64,linux/arm64
        build-args: |
          A=b
          SHA=${{ github.sha }}
        build-contexts: node:20=docker-image://acme/node
    - uses: docker/build-push-action@v6
    - uses: docker/build-push-action@v6
      with: {context: "{{defaultContext}}:web", platforms: linux/arm64}
    - uses: docker/build-push-action@v6
      with: {context: "${{ matrix.context }}", file: web/Dockerfile}
    - uses: docker/build-push-action@v6
      with: {context: "${{ matrix.context }}"}
    - uses: docker/login-action@v3
  shell:
    defaults: {run: {working-directory: services}}
    steps:
    - run: docker build -t acme/x:${{ github.sha }} api
    - working-directory: web
      run: |
        echo ${{ secrets.X }}
        docker buildx build --push \
          --build-arg A=$A --platform linux/arm64 -f Dockerfile ..
`, []string{"Dockerfile", "web/Dockerfile", "services/api/Dockerfile", "services/api/Dockerfile.prod"}, `
.github/workflows/ci.yml:17: job image: Dockerfile in "."
.github/workflows/ci.yml:28: job shell: services/api/Dockerfile in "services/api"
.github/workflows/ci.yml:7: job image: services/api/Dockerfile.prod in "services/api" target prod A=b node:20 by .github/workflows/ci.yml:16 (the value of the build argument SHA is not known)
.github/workflows/ci.yml:18: job image: web/Dockerfile in "web" for linux/arm64
.github/workflows/ci.yml:20: job image: web/Dockerfile in "" (the build context is not known)
.github/workflows/ci.yml:32: job shell: web/Dockerfile in "." for linux/arm64 (the value of the build argument A is not known)
gap .github/workflows/ci.yml:22: job image: the build context is not known`},
		{"gitlab", ".gitlab-ci.yml", `
variables: {FILE: api/Dockerfile}
.hidden: &steps
  - cd web
build:
  before_script: *steps
  script:
    - docker build .
    - docker build -f $CI_PROJECT_DIR/$FILE $CI_PROJECT_DIR
    - |
      cd ..
      docker build -f "$NOWHERE" .
kaniko:
  script:
    - /kaniko/executor --context "${CI_PROJECT_DIR}" --dockerfile "$CI_PROJECT_DIR/api/Dockerfile" --destination x
    - executor --context .
`, []string{"web/Dockerfile", "api/Dockerfile", "Dockerfile"}, `
.gitlab-ci.yml:9: job build: api/Dockerfile in "."
.gitlab-ci.yml:15: job kaniko: api/Dockerfile in "."
.gitlab-ci.yml:8: job build: web/Dockerfile in "web"
gap .gitlab-ci.yml:12: job build: the Dockerfile is not known`},
		{"makefile", "api/Makefile", `
IMAGE ?= acme/api
DIR := docker
TWICE = a
TWICE = b
SHELLED := $(shell pwd)

.PHONY: image other
image: deps ## builds
	@cd .. && docker build -t $(IMAGE) \
		--build-arg A=1 --build-context tools=$(SHELLED) -f api/$(DIR)/Dockerfile .
	docker build -f $(DIR)/Dockerfile .

other:
	docker build -f $(TWICE)/Dockerfile .
	$(DOCKER) build $(SHELLED)
	echo "$$(docker build $(CURDIR))"
`, []string{"api/docker/Dockerfile", "api/Dockerfile", "docker/Dockerfile"}, `
api/Makefile:17: make other: api/Dockerfile in "api"
api/Makefile:10: make image: api/docker/Dockerfile in "." A=1 tools by api/Makefile:10
api/Makefile:12: make image: api/docker/Dockerfile in "api"
gap api/Makefile:15: make other: the Dockerfile is not known
gap api/Makefile:16: make other: the build context is not known`},
		{"package.json", "web/package.json", `{
  "name": "@acme/web",
  "scripts": {
    "start": "node .",
    "docker:build": "npm run build && docker build -t web -f ../Dockerfile ..",
    "docker:here": "cross-env A=b docker build ."
  }
}`, []string{"Dockerfile", "web/Dockerfile"}, `
web/package.json:5: script docker:build: Dockerfile in "."
web/package.json:6: script docker:here: web/Dockerfile in "web"`},
		{"a script that says where it is", "scripts/build.sh", `#!/bin/sh
set -e
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
docker build -f "$HERE/../api/Dockerfile" "$HERE/.."
cd "$(dirname "$0")/.."
(cd api && docker build .)
docker build .
cd "$(git rev-parse --show-toplevel)/api"
sudo docker --context remote buildx build --load .
`, []string{"Dockerfile", "api/Dockerfile"}, `
scripts/build.sh:7: script scripts/build.sh: Dockerfile in "."
scripts/build.sh:4: script scripts/build.sh: api/Dockerfile in "."
scripts/build.sh:6: script scripts/build.sh: api/Dockerfile in "api"
scripts/build.sh:9: script scripts/build.sh: api/Dockerfile in "api"`},
		{"a script that does not", "scripts/build.sh", `
docker build api
docker build .
docker build -f Dockerfile.both .
docker build none
sh -c "cd api && docker build ."
docker build api
cd ../api; docker build .
pushd api; docker build .; popd
`, []string{"api/Dockerfile", "scripts/Dockerfile", "Dockerfile.both", "scripts/Dockerfile.both"}, `
scripts/build.sh:2: script scripts/build.sh: api/Dockerfile in "api"
scripts/build.sh:6: script scripts/build.sh: api/Dockerfile in "api"
scripts/build.sh:7: script scripts/build.sh: api/Dockerfile in "api"
scripts/build.sh:3: script scripts/build.sh: scripts/Dockerfile in "scripts"
gap scripts/build.sh:4: script scripts/build.sh: the directory that it runs in is not known: Dockerfile.both or scripts/Dockerfile.both may be meant
gap scripts/build.sh:5: script scripts/build.sh: the Dockerfile is not found, from the root or from scripts
gap scripts/build.sh:8: script scripts/build.sh: the build context is relative to a directory that is not known
gap scripts/build.sh:9: script scripts/build.sh: the build context is relative to a directory that is not known`},
		{"a script that says which Dockerfile", "scripts/build.sh", "docker build -f $(git rev-parse --show-toplevel)/api/Dockerfile .", []string{"api/Dockerfile"}, `
scripts/build.sh:1: script scripts/build.sh: api/Dockerfile in "" (the build context is not known: . or scripts may be meant)`},
		{"out of the repository", "build.sh", `
docker build ..
docker build -f /etc/Dockerfile .
docker build -f api/Dockerfile https://example.com/x.git
docker build - < Dockerfile
docker build -f api/Dockerfile ../..
docker build -f api/Dockerfile "$ANYWHERE"
docker build -f api/Dockerfile --target $T $OPTIONS .
if true; then cd api; fi
docker build -f api/Dockerfile .
`, []string{"api/Dockerfile", "Dockerfile"}, `
build.sh:4: script build.sh: api/Dockerfile in "" (the build context is a URL)
build.sh:6: script build.sh: api/Dockerfile in "" (the build context is outside of the repository)
build.sh:7: script build.sh: api/Dockerfile in "" (the build context is not known)
build.sh:8: script build.sh: api/Dockerfile in "." (the target is not known) (some of its options are not known)
gap build.sh:2: script build.sh: the build context is outside of the repository
gap build.sh:3: script build.sh: the Dockerfile is outside of the repository
gap build.sh:5: script build.sh: the build context is standard input
gap build.sh:10: script build.sh: the build context is relative to a directory that is not known
gap build.sh:10: script build.sh: the Dockerfile is relative to a directory that is not known`},
		{"documentation", "README.md", "# x\n\n```sh\n$ cd api\n$ docker build -t x \\\n    --target prod .\n```\n\nSee `docker build web`.\n\n    docker build web\n", []string{"api/Dockerfile", "web/Dockerfile"}, `
README.md:5: docker build: api/Dockerfile in "api" target prod
README.md:11: docker build: web/Dockerfile in "web"`},
		{"fly.toml", "fly.toml", "app = 'x'\n[build]\n  dockerfile = \"deploy/Dockerfile\" # here\n  build-target = \"prod\"\n[build.args]\n  A = \"b\"\n", []string{"deploy/Dockerfile"}, `
fly.toml: app x: deploy/Dockerfile in "." target prod A=b`},
		{"fly.toml of a buildpack", "fly.toml", "app = 'x'\n[build]\nbuilder = 'x'\n", []string{"deploy/Dockerfile"}, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, Read(files(map[string]string{c.file: c.text}, c.empty...)), c.want)
		})
	}
}

// TestOffline: builds without a network.
func TestOffline(t *testing.T) {
	for file, c := range map[string]struct{ text, want string }{
		"compose.yaml":               {"services:\n  app:\n    build:\n      context: .\n      network: none\n", "compose.yaml:5"},
		"Makefile":                   {"image:\n\tdocker build --network=none -t app .\n", "Makefile:2"},
		"build.sh":                   {"docker buildx build --network none .\n", "build.sh:1"},
		"docker-bake.hcl":            {"target \"app\" {\n  network = \"none\"\n}\n", "docker-bake.hcl:1"},
		"docker-bake.json":           {`{"target": {"app": {"network": "none"}}}`, "docker-bake.json:1"},
		"skaffold.yaml":              {"build:\n  artifacts:\n  - image: app\n    docker:\n      network: None\n", "skaffold.yaml:5"},
		".github/workflows/main.yml": {"jobs:\n  image:\n    steps:\n    - uses: docker/build-push-action@v6\n      with:\n        network: none\n", ".github/workflows/main.yml:6"},
		"other/compose.yaml":         {"services:\n  app:\n    build: {context: .., network: host}\n    network_mode: none\n", ""},
		"run.sh":                     {"docker build --network host .\ndocker run --network none app\n", ""},
	} {
		builds := Read(files(map[string]string{file: c.text}, "Dockerfile")).Builds("Dockerfile")
		if len(builds) != 1 {
			t.Fatalf("%s: %d builds", file, len(builds))
		}
		if got := builds[0].Offline.String(); got != c.want {
			t.Errorf("%s: %q, want %q", file, got, c.want)
		}
	}
}

// TestChecks: what the runtime calls in a running container.
func TestChecks(t *testing.T) {
	for file, c := range map[string]struct{ text, want string }{
		"compose.yaml": {"services:\n  app:\n    build: .\n    healthcheck:\n      interval: 5s\n      test: [CMD, node, health.js]\n", `[{["node" "health.js"] compose.yaml:6}]`},
		"compose.yml":  {"services:\n  app:\n    build: .\n    healthcheck: {test: curl localhost}\n", `[{["/bin/sh" "-c" "curl localhost"] compose.yml:4}]`},
		"none.yaml":    {"", `[]`},
		"run.sh":       {"docker build -t app .\ndocker run --health-cmd 'node health.js' app\n", `[{["/bin/sh" "-c" "node health.js"] run.sh:2}]`},
		"pod.yaml": {"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: app\n    livenessProbe: {exec: {command: [node, live.js]}}\n    readinessProbe: {httpGet: {port: 80}}\n" +
			"    lifecycle:\n      preStop: {exec: {command: [kill, '1']}}\n", `[{["kill" "1"] pod.yaml:9} {["node" "live.js"] pod.yaml:6}]`},
	} {
		var list []string
		for _, d := range Read(files(map[string]string{file: c.text, "package.json": `{"name": "app"}`}, "Dockerfile")).Deployments("Dockerfile") {
			if d.Inside {
				list = append(list, fmt.Sprintf("{%q %s}", d.Command, d.Place))
			}
		}
		slices.Sort(list)
		if got := "[" + strings.Join(list, " ") + "]"; got != c.want {
			t.Errorf("%s: %s, want %s", file, got, c.want)
		}
	}
}

// TestDocumentation: documentation does not count if something else is run.
func TestDocumentation(t *testing.T) {
	l := Read(files(map[string]string{
		"README.md":    "```\ndocker build .\n```\n",
		"package.json": `{"scripts": {"image": "docker build --target prod ."}}`,
	}, "Dockerfile"))
	check(t, l, `package.json:1: script image: Dockerfile in "." target prod`)
}

// showDeployments returns deployments as tests compare them.
func showDeployments(list []workload.Deployment) string {
	var lines []string
	for _, d := range list {
		s := fmt.Sprintf("%s: %s", d.Place, d.Name)
		if d.Perhaps {
			s += " perhaps"
		}
		if d.User != "" {
			s += " as " + d.User
		}
		if d.Init {
			s += " init"
		}
		if d.Entrypoint != nil {
			s += fmt.Sprintf(" entrypoint %q", d.Entrypoint)
		}
		if d.Command != nil {
			s += fmt.Sprintf(" command %q", d.Command)
		}
		for _, v := range d.Env {
			s += " " + v.Name + "=" + v.Value
			if !v.Known {
				s += "?"
			}
		}
		for _, m := range d.Mounts {
			s += fmt.Sprintf(" %s:%s:%s", m.Kind, m.Source, m.Target)
			if m.ReadOnly {
				s += ":ro"
			}
		}
		for _, p := range d.Ports {
			s += fmt.Sprintf(" port %d", p)
		}
		for _, g := range d.Gaps {
			s += " (" + g.What + ")"
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

func TestDeployments(t *testing.T) {
	const manifest = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: x}
spec:
  template:
    spec:
      securityContext: {runAsUser: 1000, runAsGroup: 1001}
      volumes:
      - {name: tmp, emptyDir: {}}
      - {name: conf, configMap: {name: c}}
      - {name: host, hostPath: {path: /x}}
      containers:
      - name: api
        image: ghcr.io/acme/api:v1
        args: [serve]
        env:
        - {name: A, value: b}
        - {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}
        ports: [{containerPort: 80}]
        volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: conf, mountPath: /etc/conf, readOnly: true}
        - {name: host, mountPath: /host}
        - {name: data, mountPath: /data}
      - name: db
        image: postgres
        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
  volumeClaimTemplates:
  - metadata: {name: data}
---
kind: NotAWorkload
spec: {containers: []}
`
	for _, c := range []struct {
		name  string
		texts map[string]string
		empty []string
		want  string
	}{
		{"by the image's name", map[string]string{
			"Makefile":       "image:\n\tdocker build -t ghcr.io/acme/api:$(TAG) api\n",
			"k8s/deploy.yml": manifest,
			"docs/run.md":    "```console\n$ docker run -d --init -u 1000:1000 -p 8080:80 -e A=b -e B -v \"$PWD/data\":/data:ro -v cache:/cache -v /anonymous --tmpfs /tmp:size=1m --mount type=bind,src=/x,dst=/y ghcr.io/acme/api serve --all\n$ docker run -v pg:/var/lib/postgresql/data postgres\n```\n",
		}, []string{"api/Dockerfile", "web/Dockerfile"}, `
docs/run.md:2: docker run as 1000:1000 init command ["serve" "--all"] A=b B=? bind:$PWD/data:/data:ro volume:cache:/cache anonymous::/anonymous tmpfs::/tmp bind:/x:/y port 80
k8s/deploy.yml:13: container api as 1000:1001 command ["serve"] A=b S=? scratch:tmp:/tmp config:conf:/etc/conf:ro bind:/x:/host claim:data:/data port 80`},
		{"documentation in other forms", map[string]string{
			"README.md":      "Run `docker run -v ./a:/a ghcr.io/acme/api`, not `docker runs`.\n<code>docker run -dv ./b:/b ghcr.io/acme/api</code>\n```powershell\ndocker run -itv ${PWD}/c:/c `\n  -u 1 ghcr.io/acme/api\n```\ndocker run -v ./z:/z ghcr.io/acme/api\n",
			"api/README.rst": "Run it::\n\n  docker run -v ./d:/d ^\n    ghcr.io/acme/api\n",
			"api/notes.rst":  "  docker run -v ./z:/z ghcr.io/acme/api\n",
		}, []string{"api/Dockerfile"}, `
README.md:1: docker run perhaps bind:./a:/a
README.md:2: docker run perhaps bind:./b:/b
README.md:4: docker run perhaps as 1 bind:${PWD}/c:/c
api/README.rst:3: docker run perhaps bind:./d:/d`},
		{"services in another way", map[string]string{
			"compose.yaml": "services:\n  app:\n    build: api\n    user: '5'\n    volumes: ['./a:/a']\n  db: {image: postgres}\n",
			"Makefile":     "x:\n\tdocker compose -f compose.yaml run --rm -v ./b:/b -u 7 app sh -c 'x > y'\n\tdocker-compose up app\n\tdocker compose run db psql\n",
		}, []string{"api/Dockerfile"}, `
Makefile:2: docker compose run as 7 command ["sh" "-c" "x > y"] bind:./a:/a bind:./b:/b
compose.yaml:2: service app as 5 bind:./a:/a`},
		{"settings in documentation", map[string]string{
			"Makefile":  "image:\n\tdocker build -t mcp/memory api\n",
			"README.md": "```json\n{\"mcpServers\": {\"memory\": {\"command\": \"docker\",\n  \"args\": [\"run\", \"-i\", \"-v\", \"m:/app/dist\", \"--rm\", \"mcp/memory\"]}}}\n{\"args\": [\"run\", \"mcp/memory\", \"--all\"],\n\"command\": \"docker\"}\n{\"command\": \"docker\", \"args\": [\"run\", 1]}\n```\n",
		}, []string{"api/Dockerfile"}, `
README.md:2: docker run volume:m:/app/dist
README.md:4: docker run command ["--all"]`},
		{"variables of make", map[string]string{"Makefile": "DIR = ./d\nimage:\n\tdocker build -t app api\n\tdocker run -v $(DIR):/a -v $(PWD)/x:/b app\n"}, []string{"api/Dockerfile"}, `
Makefile:4: docker run bind:./d:/a bind:$(…)/x:/b`},
		{"another service's", map[string]string{"k8s/deploy.yml": manifest, "run.sh": "docker run -v a:/a redis\ndocker run bitnami/redis\n"}, []string{"api/Dockerfile"}, `
k8s/deploy.yml:13: container api perhaps as 1000:1001 command ["serve"] A=b S=? scratch:tmp:/tmp config:conf:/etc/conf:ro bind:/x:/host claim:data:/data port 80`},
		{"the one Dockerfile, as the package", map[string]string{"package.json": `{"name": "@acme/api"}`, "k8s/deploy.yml": strings.ReplaceAll(manifest, "serve", "x"), "run.sh": "docker run --init redis\n"}, []string{"api/Dockerfile"}, `
k8s/deploy.yml:13: container api as 1000:1001 command ["x"] A=b S=? scratch:tmp:/tmp config:conf:/etc/conf:ro bind:/x:/host claim:data:/data port 80`},
		{"the one Dockerfile, no name", map[string]string{"run.sh": "docker run --init -v \"$A\" -w /x --entrypoint= $IMAGE $COMMAND\n"}, []string{"api/Dockerfile"}, `
run.sh:1: docker run init entrypoint [] (the target of a mount is not known) (the command is not known)`},
		{"no name, two Dockerfiles", map[string]string{"run.sh": "docker run --init $IMAGE\n"}, []string{"api/Dockerfile", "web/Dockerfile"}, ""},
		{"fly", map[string]string{"api/fly.toml": "app = \"x\"\n[env]\nA = \"b\"\n[[mounts]]\nsource = \"data\"\ndestination = \"/data\"\nprocesses = [\"web\"]\n[processes]\nweb = \"node server.js\"\nworker = \"node worker.js && x\"\n[http_service]\ninternal_port = 3000\n"}, []string{"api/Dockerfile", "Dockerfile"}, `
api/fly.toml:9: process web command ["node" "server.js"] A=b claim:data:/data port 3000
api/fly.toml:10: process worker A=b port 3000 (the command is not known)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Read(files(c.texts, c.empty...))
			got := showDeployments(l.Deployments("api/Dockerfile"))
			if want := strings.TrimSpace(c.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for _, other := range []string{"web/Dockerfile", "Dockerfile"} {
				if got := showDeployments(l.Deployments(other)); got != "" {
					t.Errorf("%s: %s", other, got)
				}
			}
			for _, b := range l.Builds("api/Dockerfile") {
				if got := showDeployments(b.Deployments); got != strings.TrimSpace(c.want) {
					t.Errorf("of the build:\n%s", got)
				}
			}
		})
	}
}

// TestTaggedBuilds: a deployment belongs to the build that makes its image.
func TestTaggedBuilds(t *testing.T) {
	l := Read(files(map[string]string{
		"Makefile": "dev:\n\tdocker build -t app:dev --target dev .\nprod:\n\tdocker build -t acme/app --target prod .\n",
		"run.sh":   "docker run -v .:/app app:dev\ndocker run --init acme/app:v1\n",
	}, "Dockerfile"))
	for i, want := range []string{"run.sh:1: docker run bind:.:/app", "run.sh:2: docker run init"} {
		if got := showDeployments(l.Builds("Dockerfile")[i].Deployments); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

func TestDerived(t *testing.T) {
	l := Read(files(map[string]string{
		"compose.yml": "services:\n  a:\n    build: .\n    image: shop\n  b:\n    build: {context: ., dockerfile: Dockerfile.b}\n    image: example.com/b:1\n" +
			"  node:\n    build: node\n    image: node:20\n",
		"Dockerfile":        "FROM alpine\n",
		"Dockerfile.b":      "# FROM shop\nFROM --platform=linux/amd64 SHOP AS x\nFROM docker.io/library/shop:latest\nFROM shop\n",
		"tests/Dockerfile":  "FROM alpine\nCOPY a b\n  from example.com/b:1 as b\nFROM b AS shop\nFROM shop\n",
		"other/Dockerfile":  "ARG TAG\nFROM shop:2\nFROM example.com/b:$TAG\nFROM example.com/b\n",
		"node/Dockerfile":   "FROM node:20\n",
		"no/Dockerfile":     "\x00FROM",
		"unread/Dockerfile": strings.Repeat("#\n", maxFile),
	}))
	for file, want := range map[string]string{
		"Dockerfile":       "[Dockerfile.b:3]",
		"Dockerfile.b":     "[other/Dockerfile:3 tests/Dockerfile:3]",
		"node/Dockerfile":  "[]",
		"tests/Dockerfile": "[]",
	} {
		if got := fmt.Sprint(l.Derived(file)); got != want {
			t.Errorf("from the image of %s are built %s, want %s", file, got, want)
		}
	}
}

// TestMade: an image is made by the builds that name it, whatever its tag.
func TestMade(t *testing.T) {
	l := Read(files(map[string]string{
		"compose.yaml": "services:\n  web:\n    build: web\n    image: acme/web:1\n  old:\n    build: {context: web, target: old}\n    image: acme/web:old\n  db:\n    image: postgres\n",
	}, "web/Dockerfile"))
	for image, want := range map[string]string{
		"acme/web:2":                   "web/Dockerfile 0, web/Dockerfile 1",
		"docker.io/acme/web":           "web/Dockerfile 0, web/Dockerfile 1",
		"ghcr.io/acme/web":             "",
		"postgres":                     "",
		"${IMAGE}":                     "",
		"acme/web@sha256:" + digest256: "web/Dockerfile 0, web/Dockerfile 1",
	} {
		var got []string
		for _, m := range l.Made(image) {
			got = append(got, fmt.Sprintf("%s %d", m.Dockerfile, m.Build))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}

var digest256 = strings.Repeat("0f", 32)
