package registry_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

const bookworm = "# debian.sh --arch 'amd64' out/ 'bookworm' '@1718236800'"

// nodeDebian and nodeAlpine have the history of the official images.
var nodeDebian = recipe{
	config: v1.Config{
		Entrypoint: []string{"docker-entrypoint.sh"}, Cmd: []string{"node"},
		Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "NODE_VERSION=20.19.5", "YARN_VERSION=1.22.22"},
	},
	history: []string{
		bookworm,
		`RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit`,
		`-ENV NODE_VERSION=20.19.5`,
		`RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architecture)" && case "${dpkgArch##*-}" in amd64) ARCH='x64' OPENSSL_ARCH='linux-x86_64';; *) echo "unsupported architecture"; exit 1 ;; esac && set -ex && apt-get update && apt-get install -y ca-certificates curl --no-install-recommends && rm -rf /var/lib/apt/lists/* && for key in C0D6248439F1D5604AAFFB4021D900FFDB233756 ; do { gpg --batch --recv-keys "$key" && gpg --batch --fingerprint "$key"; } || { gpg --batch --recv-keys "$key" ; } ; done && node --version && npm --version # buildkit`,
		`-ENV YARN_VERSION=1.22.22`,
		`COPY docker-entrypoint.sh /usr/local/bin/ # buildkit`,
		`-ENTRYPOINT ["docker-entrypoint.sh"]`,
		`-CMD ["node"]`,
	},
}

var nodeAlpine = recipe{
	config: v1.Config{Entrypoint: []string{"docker-entrypoint.sh"}, Cmd: []string{"node"}, Env: []string{"NODE_VERSION=20.19.5"}},
	history: []string{
		`ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit`,
		`-CMD ["/bin/sh"]`,
		`-ENV NODE_VERSION=20.19.5`,
		`RUN /bin/sh -c addgroup -g 1000 node     && adduser -u 1000 -G node -s /bin/sh -D node     && apk add --no-cache libstdc++     && ARCH= OPENSSL_ARCH='linux*' && alpineArch="$(apk --print-arch)"       && case "${alpineArch##*-}" in x86_64) ARCH='x64' ;; *) ;; esac   && if [ -n "${CHECKSUM}" ]; then set -eu; curl -fsSLO x; else echo build; fi   && rm -f "node-v$NODE_VERSION" # buildkit`,
		`COPY docker-entrypoint.sh /usr/local/bin/ # buildkit`,
	},
}

var (
	nodeUser  = baseimage.User{Name: "node", UID: 1000, GID: 1000, Home: "/home/node", Shell: "/bin/bash"}
	nodeGroup = baseimage.Group{Name: "node", GID: 1000}
)

// TestFacts asks for images that the table does not know.
func TestFacts(t *testing.T) {
	tests := []struct {
		name   string
		recipe recipe
		want   string // JSON of the facts without the digests
	}{
		{"Debian with node", nodeDebian, `{"config":{"entrypoint":["docker-entrypoint.sh"],"cmd":["node"],"env":["PATH=/usr/local/bin:/usr/bin:/bin","NODE_VERSION=20.19.5","YARN_VERSION=1.22.22"],"source":"config"},
			"distro":{"id":"debian","version":"12","codename":"bookworm","family":"debian","archive":"served","source":"history"},
			"accounts":{"users":[{"name":"node","uid":1000,"gid":1000,"home":"/home/node","shell":"/bin/bash"}],"groups":[{"name":"node","gid":1000}],"complete":false,"source":"history"},
			"versions":{"node":"20.19.5","yarn":"1.22.22","source":"config"}}`},
		{"Alpine with node", nodeAlpine, `{"config":{"entrypoint":["docker-entrypoint.sh"],"cmd":["node"],"env":["NODE_VERSION=20.19.5"],"source":"config"},
			"distro":{"id":"alpine","version":"3.20.3","family":"alpine","archive":"served","source":"history"},
			"accounts":{"users":[{"name":"node","uid":1000,"gid":1000,"home":"/home/node","shell":"/bin/sh"}],"groups":[{"name":"node","gid":1000}],"complete":false,"source":"history"},
			"versions":{"node":"20.19.5","source":"config"}}`},
		{"every setting", recipe{config: v1.Config{
			User: "app:app", WorkingDir: "/srv", Shell: []string{"/bin/bash", "-c"}, OnBuild: []string{"COPY . ."},
			Volumes: map[string]struct{}{"/z": {}, "/data": {}}, ExposedPorts: map[string]struct{}{"9000/tcp": {}, "53/udp": {}},
		}}, `{"config":{"user":"app:app","workingDir":"/srv","shell":["/bin/bash","-c"],"onBuild":["COPY . ."],"volumes":["/data","/z"],"exposedPorts":["53/udp","9000/tcp"],"source":"config"}}`},
		{"Ubuntu by its labels", recipe{
			config:  v1.Config{Labels: map[string]string{"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": "24.04"}},
			history: []string{`-/bin/sh -c #(nop)  ARG RELEASE`, `/bin/sh -c #(nop) ADD file:6df775300d76441aa in / `},
		}, `{"config":{"source":"config"},"distro":{"id":"ubuntu","version":"24.04","family":"debian","archive":"served","source":"config"}}`},
		{"built on Ubuntu, with a version of its own", recipe{
			config: v1.Config{Labels: map[string]string{"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": "1.2.3"}},
		}, `{"config":{"source":"config"},"distro":{"id":"ubuntu","family":"debian","source":"config"}}`},
		{"UBI with Node.js", recipe{
			config: v1.Config{User: "1001", Labels: map[string]string{"com.redhat.component": "nodejs-20-container", "name": "ubi9/nodejs-20", "version": "1"}},
		}, `{"config":{"user":"1001","source":"config"},"distro":{"id":"rhel","version":"9","family":"rhel","source":"config"}}`},
		{"UBI", recipe{
			config: v1.Config{Labels: map[string]string{"com.redhat.component": "ubi9-container", "name": "ubi9", "version": "9.4"}},
		}, `{"config":{"source":"config"},"distro":{"id":"rhel","version":"9.4","family":"rhel","source":"config"}}`},
		{"an archive without a name, and apk", recipe{
			history: []string{`/bin/sh -c #(nop) ADD file:ba2637314e600db5a in / `, `/bin/sh -c apk add --no-cache ca-certificates`},
		}, `{"config":{"source":"config"},"distro":{"family":"alpine","source":"history"}}`},
		{"distroless", recipe{
			config:  v1.Config{User: "65532", Entrypoint: []string{"/nodejs/bin/node"}},
			history: []string{"bazel build @base", "bazel build @node"},
		}, `{"config":{"user":"65532","entrypoint":["/nodejs/bin/node"],"source":"config"}}`},
		{"Windows", recipe{os: "windows", config: v1.Config{Cmd: []string{`c:\windows\system32\cmd.exe`}}, history: []string{"Apply image 10.0.20348.2113"}},
			`{"config":{"cmd":["c:\\windows\\system32\\cmd.exe"],"source":"config"},"distro":{"id":"windows","family":"windows","source":"config"}}`},
		{"no history", recipe{}, `{"config":{"source":"config"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			digest := h.push("team/app:1", tt.recipe.build(t))
			in := inspector(t, registry.Options{Transport: h})
			f, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/app:1", Platform: "linux/amd64"})
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(strings.NewReplacer("\n", "", "\t", "").Replace(tt.want), "{",
				`{"image":"registry.example.com/team/app:1","platform":"linux/amd64","digest":"`+digest+`","manifest":"`+digest+`",`, 1)
			if got := toJSON(t, f); got != want {
				t.Errorf("facts\n got %s\nwant %s", got, want)
			}
		})
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
