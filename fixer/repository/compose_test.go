package repository

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

func TestCompose(t *testing.T) {
	texts := map[string]string{
		"compose.yaml": `services:
  web:
    build:
      context: ..
      dockerfile: ${WEB_DOCKERFILE}
      target: prod
      args: {A: b, C: "${NOWHERE}"}
    init: true
    volumes: ["./data:/data", "cache:/cache:ro"]
  api:
    build: ./api
    volumes: [{type: bind, source: ./api, target: /app}]
  db:
    image: postgres
    volumes: ["pg:/var/lib/postgresql/data"]
  worker:
    image: acme/api:v1
    user: "1000"
    volumes: ["jobs:/jobs"]
  unknown:
    image: ${IMAGE}
    volumes: ["x:/x"]
  inline:
    build: {dockerfile_inline: "FROM x"}
  remote:
    build: https://example.com/x.git
`,
		".env":                 "WEB_DOCKERFILE=docker/web.Dockerfile\n",
		"compose.override.yml": "services:\n  api:\n    image: acme/api\n    build:\n      target: dev\n",
		"compose.prod.yml":     "services:\n  api:\n    build:\n      target: prod\n",
	}
	inner := map[string]string{}
	for name, text := range texts {
		inner["deploy/"+name] = text
	}
	inner["compose.yml"] = "nonsense: [\n"
	l := Read(files(inner, "docker/web.Dockerfile", "deploy/api/Dockerfile", "other/Dockerfile"))
	check(t, l, `
deploy/compose.yaml:10: service api: deploy/api/Dockerfile in "deploy/api" target dev
deploy/compose.yaml:10: service api of prod: deploy/api/Dockerfile in "deploy/api" target prod
deploy/compose.yaml:2: service web: docker/web.Dockerfile in "." target prod A=b (the value of the build argument C is not known)
gap compose.yml:2: did not find expected node content
gap deploy/compose.yaml:25: service remote: context https://example.com/x.git is a URL`)
	var got []string
	for _, file := range l.Dockerfiles() {
		for _, b := range l.Builds(file) {
			got = append(got, b.By+" is run as\n"+showDeployments(b.Deployments))
		}
	}
	// Of the two builds of api, only the first has the image that worker names.
	if got, want := strings.Join(got, "\n"), strings.TrimSpace(`
service api is run as
deploy/compose.yaml:10: service api bind:./api:/app
deploy/compose.yaml:16: service worker as 1000 volume:jobs:/jobs
service api of prod is run as
deploy/compose.yaml:10: service api bind:./api:/app
service web is run as
deploy/compose.yaml:2: service web init bind:./data:/data volume:cache:/cache:ro`); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestComposeImage: the only Dockerfile does not make another service's image.
func TestComposeImage(t *testing.T) {
	for compose, want := range map[string]string{
		"services: {x: {image: postgres, volumes: ['./data:/a']}}":           "",
		"services: {x: {image: '${X}', volumes: ['./data:/a']}}":             "",
		"services: {x: {image: 'acme/web:v1', volumes: ['./data:/a']}}":      "compose.yaml:1: service x bind:./data:/a",
		"services: {x: {image: 'ghcr.io/o/web', volumes: ['./data:/a']}}":    "compose.yaml:1: service x bind:./data:/a",
		"services: {x: {image: 'ghcr.io/o/worker', volumes: ['./data:/a']}}": "compose.yaml:1: service x perhaps bind:./data:/a",
		"services: {x: {image: 'ghcr.io/o/worker', init: true}}":             "",
	} {
		l := Read(files(map[string]string{"compose.yaml": compose, "package.json": `{"name": "web"}`}, "Dockerfile"))
		if got := showDeployments(l.Deployments("Dockerfile")); got != want {
			t.Errorf("%s: %s, want %s", compose, got, want)
		}
	}
}

// TestComposeBounds: a large file that many small ones are merged with.
func TestComposeBounds(t *testing.T) {
	texts := map[string]string{"a/compose.yaml": "services:\n" + repeat(12_000, "  s#: {image: x#, volumes: ['./data:/a'], environment: {A: b}}\n"), "b/compose.yaml": "services: {web: {build: ..}}\n"}
	for i := range 50 {
		texts[fmt.Sprintf("a/compose.p%d.yaml", i)] = "services: {x: {image: y}}\n"
	}
	l := measured(t, files(texts, "Dockerfile"))
	if !slices.ContainsFunc(l.Gaps(), func(g workload.Gap) bool { return g.Place.File == "a" }) {
		t.Error("no gap for the large ones")
	}
	if len(l.Builds("Dockerfile")) != 1 {
		t.Errorf("builds %v", l.Builds("Dockerfile"))
	}
}

// TestPerhaps: an image that no build names may be that of each Dockerfile, except for
// those with a similar name; official images are a third party's.
func TestPerhaps(t *testing.T) {
	for _, c := range []struct{ image, where string }{
		{"acme/app", "Dockerfile a/Dockerfile b/Dockerfile"},
		{"acme/root", "Dockerfile a/Dockerfile b/Dockerfile"}, // the repository's package
		{"root", "Dockerfile a/Dockerfile b/Dockerfile"},
		{"ghcr.io/acme/alpha:v1", "a/Dockerfile"}, // a's package
		{"ghcr.io/acme/beta", "b/Dockerfile"},     // a build names it acme/beta elsewhere
		{"redis", ""},
		{"library/redis", ""},
		{"docker.io/library/redis:8", ""},
		{"${IMAGE}", ""},
		{"not a reference", ""},
	} {
		l := Read(files(map[string]string{
			"compose.yaml":   "services: {x: {image: '" + c.image + "', volumes: ['data:/app/data']}}\nvolumes: {data: }\n",
			"package.json":   `{"name": "root"}`,
			"a/package.json": `{"name": "@x/alpha"}`,
			"Makefile":       "b:\n\tdocker build -t registry.example.com/acme/beta b\n",
		}, "Dockerfile", "a/Dockerfile", "b/Dockerfile"))
		var where []string
		for _, file := range l.Dockerfiles() {
			for _, d := range l.Deployments(file) {
				if !d.Perhaps {
					t.Errorf("%s: it is %s's for sure", c.image, file)
				}
				where = append(where, file)
			}
		}
		if got := strings.Join(where, " "); got != c.where {
			t.Errorf("%s: %q, want %q", c.image, got, c.where)
		}
	}
}

// TestVariants: a Dockerfile that no build names is run like the Dockerfile next to it
// that it is a variant of.
func TestVariants(t *testing.T) {
	l := Read(files(map[string]string{
		"compose.yaml":         "services: {x: {build: docker, image: acme/app, volumes: ['./data:/app/data']}}\n",
		"Makefile":             "b:\n\tdocker build -t acme/slim -f docker/Dockerfile.slim .\n",
		"examples/compose.yml": "services: {x: {image: acme/app, devices: ['/dev/ttyUSB0']}}\n",
	}, "docker/Dockerfile", "docker/Dockerfile.debian", "docker/Dockerfile.slim", "docker/Dockerfiles", "Dockerfile.debian"))
	for file, want := range map[string]string{
		"docker/Dockerfile": "examples/compose.yml:1 ", "docker/Dockerfile.debian": "perhaps examples/compose.yml:1 ", "docker/Dockerfile.slim": "", "docker/Dockerfiles": "", "Dockerfile.debian": "",
	} {
		got := ""
		for _, d := range l.Deployments(file) {
			if d.Place.File == "compose.yaml" {
				continue // the service that builds it
			}
			if d.Perhaps {
				got += "perhaps "
			}
			got += d.Place.String() + " "
		}
		if got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

// TestAlike: the source that has the name of an image is more likely: a package of
// the repository's only Dockerfile, the label of a Dockerfile.
func TestAlike(t *testing.T) {
	const label = "FROM a\nLABEL org.opencontainers.image.source=https://example.com/acme/app.git\n"
	for _, c := range []struct {
		name        string
		dockerfiles map[string]string
		want        string
	}{
		{"neither", map[string]string{"a/Dockerfile": "FROM a\n", "b/Dockerfile": "FROM a\n"}, "a/Dockerfile false b/Dockerfile false "},
		{"a label", map[string]string{"a/Dockerfile": "FROM a\n", "b/Dockerfile": label}, "b/Dockerfile true "},
		{"several in quotes", map[string]string{"a/Dockerfile": "FROM a\nLABEL \"x\"=\"y\" \\\n  \"org.opencontainers.image.source\"=\"https://example.com/acme/App\"\n"}, "a/Dockerfile true "},
		{"a package of the only one", map[string]string{"a/Dockerfile": "FROM a\n", "service/package.json": `{"name": "@acme/app"}`}, "a/Dockerfile true "},
		{"a package beside", map[string]string{"a/Dockerfile": "FROM a\n", "b/Dockerfile": "FROM a\n", "b/package.json": `{"name": "app"}`}, "b/Dockerfile true "},
	} {
		texts := map[string]string{"compose.yaml": "services: {x: {image: 'ghcr.io/acme/app:1', volumes: ['/srv/app:/srv/app']}}\n"}
		maps.Copy(texts, c.dockerfiles)
		l := Read(files(texts))
		got := ""
		for _, file := range l.Dockerfiles() {
			for _, d := range l.Deployments(file) {
				got += fmt.Sprintf("%s %v ", file, d.Alike)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestNear: the deployment of one example does not belong to another.
func TestNear(t *testing.T) {
	dockerfiles := []string{"Dockerfile", "a-b/Dockerfile", "a/Dockerfile", "a/x/Dockerfile", "a0", "b/Dockerfile"}
	for dir, want := range map[string]string{
		".": strings.Join(dockerfiles, " "), "docs": strings.Join(dockerfiles, " "),
		"a": "a/Dockerfile a/x/Dockerfile", "a/k8s/prod": "a/Dockerfile a/x/Dockerfile", "a/x": "a/x/Dockerfile", "b": "b/Dockerfile",
	} {
		if got := strings.Join(near(dockerfiles, dir), " "); got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
}

// TestPerhapsBounds: many images that each may be of many Dockerfiles.
func TestPerhapsBounds(t *testing.T) {
	texts := map[string]string{}
	for i := range 2000 {
		texts[fmt.Sprintf("d%d/Dockerfile", i)] = "FROM a\n"
	}
	texts["README.md"] = "```\n" + repeat(4000, "docker run -v ./d:/app/d acme/x#\n") + "```\n"
	l := measured(t, files(texts))
	total := 0
	for _, file := range l.Dockerfiles() {
		total += len(l.Deployments(file))
	}
	if total == 0 || total > maxShared {
		t.Errorf("%d deployments, %v", total, l.Gaps())
	}
}
