package compose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/workload"
)

// files returns a file system from a text: a line "== path" starts a file.
func files(text string) fstest.MapFS {
	root := fstest.MapFS{}
	for _, part := range strings.Split("\n"+text, "\n== ")[1:] {
		name, content, _ := strings.Cut(part, "\n")
		if content != "" && !strings.HasSuffix(content, "\n") {
			content += "\n"
		}
		root[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return root
}

// describe returns a set in lines: all non-zero values, with their places.
func describe(set *Set) string {
	var b strings.Builder
	for _, p := range set.Projects {
		fmt.Fprintf(&b, "project %q of %s\n", p.Name, strings.Join(p.Files, " "))
		for _, s := range p.Services {
			describeService(&b, s)
		}
		gaps(&b, "", p.Gaps)
	}
	gaps(&b, "", set.Gaps)
	return b.String()
}

func gaps(b *strings.Builder, indent string, list []workload.Gap) {
	for _, g := range list {
		fmt.Fprintf(b, "%sgap %s %s\n", indent, g.Place, g.What)
	}
}

func describeService(b *strings.Builder, s *Service) {
	fmt.Fprintf(b, " %s %s", s.Name, s.Place)
	if s.Image != "" {
		fmt.Fprintf(b, " image %s", s.Image)
	}
	b.WriteByte('\n')
	if c := s.Build; c != nil {
		fmt.Fprintf(b, "  build %s context %q dockerfile %q", c.Place, c.Context, c.Dockerfile)
		for _, extra := range []struct{ name, value string }{{"inline", c.Inline}, {"target", c.Target}, {"why", c.Why}} {
			if extra.value != "" {
				fmt.Fprintf(b, " %s %q", extra.name, extra.value)
			}
		}
		for _, a := range c.Args {
			fmt.Fprintf(b, " %s=%s", a.Name, known(a.Value, a.Known))
		}
		for _, name := range slices.Sorted(maps.Keys(c.Contexts)) {
			fmt.Fprintf(b, " %s by %s", name, c.Contexts[name])
		}
		b.WriteByte('\n')
	}
	d := s.Deployment
	for _, w := range []struct {
		name  string
		words []string
	}{{"entrypoint", d.Entrypoint}, {"command", d.Command}} {
		if w.words != nil {
			fmt.Fprintf(b, "  %s %q\n", w.name, w.words)
		}
	}
	if d.User != "" || d.WorkingDir != "" || d.Init {
		fmt.Fprintf(b, "  user %q dir %q init %v\n", d.User, d.WorkingDir, d.Init)
	}
	for _, v := range d.Env {
		fmt.Fprintf(b, "  env %s %s=%s\n", v.Place, v.Name, known(v.Value, v.Known))
	}
	for _, m := range d.Mounts {
		fmt.Fprintf(b, "  mount %s %s %q at %s%s\n", m.Place, m.Kind, m.Source, m.Target, map[bool]string{true: " ro"}[m.ReadOnly]+map[bool]string{true: " existing"}[m.Existing])
	}
	if d.Ports != nil {
		fmt.Fprintf(b, "  ports %v\n", d.Ports)
	}
	if d.Rights != (workload.Place{}) || d.HostNetwork {
		fmt.Fprintf(b, "  rights %s privileged %v devices %q cap_add %q host network %v pid %v\n", d.Rights, d.Privileged, d.Devices, d.CapAdd, d.HostNetwork, d.HostPID)
	}
	if d.NoProcessOne != (workload.Place{}) {
		fmt.Fprintf(b, "  not PID 1 by %s\n", d.NoProcessOne)
	}
	gaps(b, "  ", d.Gaps)
}

func known(value string, known bool) string {
	if !known {
		return "?"
	}
	return value
}

// check compares the meaning of the files of a directory with want.
func check(t *testing.T, text, dir, want string) {
	t.Helper()
	set, err := Load(files(text), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(set); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:%s", got, want)
	}
}

func TestFiles(t *testing.T) {
	const web = "services: {web: {image: a}}\n"
	check(t, "== readme\n", ".", "")
	check(t, "== compose.yml\n"+web+"== compose.yaml\n"+web+"== docker-compose.yml\n"+web, ".", `
project "" of compose.yaml
 web compose.yaml:1 image a
`)
	check(t, "== compose.override.yml\n"+web, ".", "") // of nothing
	check(t, `== docker-compose.yml
services: {web: {image: a, user: "1", command: x}}
== compose.override.yaml
services: {web: {user: "2"}, db: {image: pg}}
== docker-compose.override.yml
services: {web: {user: "3"}}
== docker-compose-dev.yaml
services: {web: {user: "4"}}
== compose.prod.yml
services: {web: {user: "5"}}
== docker-compose.test.yml
services: {web: {volumes: "no list"}}
== other.yml
services: {web: {image: b}}
`, ".", `
project "" of docker-compose.yml compose.override.yaml
 db compose.override.yaml:1 image pg
 web docker-compose.yml:1 image a
  command ["x"]
  user "2" dir "" init false
project "prod" of docker-compose.yml compose.prod.yml
 web docker-compose.yml:1 image a
  command ["x"]
  user "5" dir "" init false
project "dev" of docker-compose.yml docker-compose-dev.yaml
 web docker-compose.yml:1 image a
  command ["x"]
  user "4" dir "" init false
project "test" of docker-compose.test.yml
gap docker-compose.test.yml:1 docker compose refuses it: services.web.volumes must be a array
`)
	check(t, `== a/compose.yaml
services: {web: {image: a}}
== a/.env
COMPOSE_FILE=one.yml:../b/two.yml
== a/one.yml
services: {web: {image: one, volumes: ["./x:/x"], build: x}}
== b/two.yml
services: {web: {image: two}}
`, "a", `
project "" of a/one.yml b/two.yml
 web a/one.yml:1 image two
  build a/one.yml:1 context "a/x" dockerfile "a/x/Dockerfile"
  mount a/one.yml:1 bind "./x" at /x
`)
}

// TestAlone has files that do not merge with the default one.
func TestAlone(t *testing.T) {
	check(t, `== compose.yaml
web:
  image: v1
== compose.dev.yaml
services: {web: {image: dev}}
`, ".", `
project "" of compose.yaml
gap compose.yaml:1 a Compose file of version 1, without services:, which docker compose refuses
project "dev" of compose.dev.yaml
 web compose.dev.yaml:1 image dev
`)
}

// TestNamedAlike has files that docker compose does not read.
func TestNamedAlike(t *testing.T) {
	check(t, `== compose.yaml
services: {web: {image: a, user: "1"}}
== compose-dev.yml
services: {web: {image: dev}}
== podman-compose.yaml
services: {web: {image: podman}}
== stack.yml
services: {web: {image: stack}}
== compose-lint.yml
rules: {services: none}
== my-stack.yml
apiVersion: v1
== other.yml
services: {web: {image: other}}
`, ".", `
project "" of compose.yaml
 web compose.yaml:1 image a
  user "1" dir "" init false
project "compose-dev" of compose-dev.yml
 web compose-dev.yml:1 image dev
project "podman-compose" of podman-compose.yaml
 web podman-compose.yaml:1 image podman
project "stack" of stack.yml
 web stack.yml:1 image stack
`)
}

func TestBuild(t *testing.T) {
	check(t, `== app/.env
X_DOCKERFILE=docker/App.Dockerfile
TAG=1.2
== app/compose.yaml
services:
  short: {build: .}
  default:
    build: {target: prod}
  long:
    build:
      context: ${CTX:-./web}
      dockerfile: ${X_DOCKERFILE}
      args:
        - B=${TAG}
        - A
        - TAG
        - U=x${NOPE}
  parent: {build: {context: .., dockerfile: app/Dockerfile, args: {N: 1, E: }}}
  inline: {build: {dockerfile_inline: "FROM a\n"}}
  outside: {build: ../..}
  absolute: {build: /src}
  url: {build: "https://github.com/a/b.git#main"}
  git: {build: "git@github.com:a/b"}
  unknown: {build: "${NOPE}/x"}
  file: {build: {context: ., dockerfile: ../../Dockerfile}}
  aim: {build: {context: ., target: "${STAGE:?set it}"}}
  list:
    build:
      context: .
      additional_contexts:
        - node:20=docker-image://acme/node
        - base=${NOPE}/x
  map: {build: {context: ., additional_contexts: {base: ./base}, x-bake: {contexts: {alpine: "target:alpine"}}}}
`, "app", `
project "" of app/compose.yaml
 absolute app/compose.yaml:17
  build app/compose.yaml:17 context "" dockerfile "" why "context /src is outside the repository"
  gap app/compose.yaml:17 build: context /src is outside the repository
 aim app/compose.yaml:22
  build app/compose.yaml:22 context "app" dockerfile "app/Dockerfile" why "target ${STAGE:?set it} has a variable without a value"
  gap app/compose.yaml:22 build: target ${STAGE:?set it} has a variable without a value
 default app/compose.yaml:3
  build app/compose.yaml:4 context "app" dockerfile "app/Dockerfile" target "prod"
 file app/compose.yaml:21
  build app/compose.yaml:21 context "app" dockerfile "" why "dockerfile ../../Dockerfile is outside the repository"
  gap app/compose.yaml:21 build: dockerfile ../../Dockerfile is outside the repository
 git app/compose.yaml:19
  build app/compose.yaml:19 context "" dockerfile "" why "context git@github.com:a/b is a URL"
  gap app/compose.yaml:19 build: context git@github.com:a/b is a URL
 inline app/compose.yaml:15
  build app/compose.yaml:15 context "app" dockerfile "" inline "FROM a\n"
 list app/compose.yaml:23
  build app/compose.yaml:24 context "app" dockerfile "app/Dockerfile" base by app/compose.yaml:28 node:20 by app/compose.yaml:27
 long app/compose.yaml:5
  build app/compose.yaml:6 context "app/web" dockerfile "app/web/docker/App.Dockerfile" A=? B=1.2 TAG=1.2 U=?
 map app/compose.yaml:29
  build app/compose.yaml:29 context "app" dockerfile "app/Dockerfile" alpine by app/compose.yaml:29 base by app/compose.yaml:29
 outside app/compose.yaml:16
  build app/compose.yaml:16 context "" dockerfile "" why "context ../.. is outside the repository"
  gap app/compose.yaml:16 build: context ../.. is outside the repository
 parent app/compose.yaml:14
  build app/compose.yaml:14 context "." dockerfile "app/Dockerfile" E=? N=1
 short app/compose.yaml:2
  build app/compose.yaml:2 context "app" dockerfile "app/Dockerfile"
 unknown app/compose.yaml:20
  build app/compose.yaml:20 context "" dockerfile "" why "context ${NOPE}/x has a variable without a value"
  gap app/compose.yaml:20 build: context ${NOPE}/x has a variable without a value
 url app/compose.yaml:18
  build app/compose.yaml:18 context "" dockerfile "" why "context https://github.com/a/b.git#main is a URL"
  gap app/compose.yaml:18 build: context https://github.com/a/b.git#main is a URL
`)
}

func TestCommand(t *testing.T) {
	check(t, `== compose.yaml
services:
  words: {image: a, command: "node 'a b' --x=1", entrypoint: "sh -c"}
  list: {image: a, command: [sh, -c, "a && b"], entrypoint: [tini, --]}
  none: {image: a, command: null, entrypoint: }
  empty: {image: a, command: [], entrypoint: ""}
  unknown: {image: "a:${TAG}", command: "node ${MAIN}", user: "${UID}:${GID-1}", working_dir: "/${DIR}", init: "${INIT}"}
  set: {image: "a:${TAG:-1}", user: 1000:1000, working_dir: /app, init: "yes"}
`, ".", `
project "" of compose.yaml
 empty compose.yaml:5 image a
  entrypoint []
  command []
 list compose.yaml:3 image a
  entrypoint ["tini" "--"]
  command ["sh" "-c" "a && b"]
 none compose.yaml:4 image a
 set compose.yaml:7 image a:1
  user "1000:1000" dir "/app" init true
 unknown compose.yaml:6
  command ["node" "${MAIN}"]
  user "${UID}:1" dir "/${DIR}" init false
  gap compose.yaml:6 init: ${INIT} has no value
  gap compose.yaml:6 image: a:${TAG} has no value
  gap compose.yaml:6 command: ${MAIN} has no value
  gap compose.yaml:6 working_dir: /${DIR} has no value
  gap compose.yaml:6 user: ${UID}:1 has no value
 words compose.yaml:2 image a
  entrypoint ["sh" "-c"]
  command ["node" "a b" "--x=1"]
`)
}

func TestMounts(t *testing.T) {
	check(t, `== compose.yaml
services:
  web:
    image: a
    volumes:
      - .:/app:z
      - ${DATA:-./data}:/data:ro
      - "${HOST}:/host"
      - "./a:${TARGET}"
      - named:/named/
      - /anonymous
      - ~/.aws:/root/.aws
      - C:\x:/win
      - {type: bind, source: ./x, target: /x, read_only: true}
      - {type: volume, target: /v}
      - {type: tmpfs, target: /t}
      - bound:/bound
      - memory:/memory
    tmpfs: [/tmp, "/run:ro,size=1m"]
    configs: [c, {source: c, target: /etc/c}]
    secrets: [s, {source: s, target: other}, {source: s, target: /abs}]
  flow: {image: a, volumes: ["./y:/y", "./y2:/y2"], tmpfs: /z}
  from: {image: a, volumes_from: ["flow:ro", "container:x"], volumes: ["/y"]}
volumes:
  named:
  bound: {driver_opts: {type: none, o: "bind,ro", device: ./bound}}
  memory: {driver: local, driver_opts: {type: tmpfs, device: tmpfs}}
configs: {c: {file: ./c}}
secrets: {s: {file: ./s}}
`, ".", `
project "" of compose.yaml
 flow compose.yaml:21 image a
  mount compose.yaml:21 bind "./y" at /y
  mount compose.yaml:21 bind "./y2" at /y2
  mount compose.yaml:21 tmpfs "" at /z
 from compose.yaml:22 image a
  mount compose.yaml:22 anonymous "" at /y
  mount compose.yaml:21 bind "./y2" at /y2 ro
  mount compose.yaml:21 tmpfs "" at /z ro
  gap compose.yaml:22 volumes_from: what container:x mounts is not known
 web compose.yaml:2 image a
  mount compose.yaml:5 bind "." at /app
  mount compose.yaml:6 bind "./data" at /data ro
  mount compose.yaml:7 bind "${HOST}" at /host
  mount compose.yaml:9 volume "named" at /named
  mount compose.yaml:10 anonymous "" at /anonymous
  mount compose.yaml:11 bind "~/.aws" at /root/.aws
  mount compose.yaml:12 bind "C:\\x" at /win
  mount compose.yaml:13 bind "./x" at /x ro
  mount compose.yaml:14 anonymous "" at /v
  mount compose.yaml:15 tmpfs "" at /t
  mount compose.yaml:16 bind "./bound" at /bound
  mount compose.yaml:17 tmpfs "" at /memory
  mount compose.yaml:18 tmpfs "" at /tmp
  mount compose.yaml:18 tmpfs "" at /run ro
  mount compose.yaml:19 config "c" at /c ro
  mount compose.yaml:19 config "c" at /etc/c ro
  mount compose.yaml:20 config "s" at /run/secrets/s ro
  mount compose.yaml:20 config "s" at /run/secrets/other ro
  mount compose.yaml:20 config "s" at /abs ro
  gap compose.yaml:7 volumes: ${HOST}, which is mounted at /host, has no value
  gap compose.yaml:8 volumes: the target ${TARGET} is not known
`)
}

func TestPorts(t *testing.T) {
	check(t, `== compose.yaml
services:
  web:
    image: a
    ports:
      - "3000:3000"
      - 8080
      - "${P}:80/udp"
      - "127.0.0.1:9000-9002:9000-9002"
      - {target: 443, published: "${Q}"}
      - "80:${R}"
      - {target: "${S}"}
    expose: ["80", "5000-5001/tcp", 3000]
  wide: {image: a, ports: ["10000-10200:10000-10200/udp"]}
`, ".", fmt.Sprintf(`
project "" of compose.yaml
 web compose.yaml:2 image a
  ports [80 443 3000 5000 5001 8080 9000 9001 9002]
  gap compose.yaml:10 ports: 80:${R} has no value
  gap compose.yaml:11 ports: an entry without a known target
 wide compose.yaml:13 image a
  ports %v
`, appendRange(nil, 10000, 10200)))
}

func TestEnvironment(t *testing.T) {
	check(t, `== .env
FROM_DOTENV=dot
QUOTED='$x'
BASED=${FROM_DOTENV}/y
OPEN=${NOPE}
== compose.yaml
services:
  web:
    image: a
    environment:
      A: ${FROM_DOTENV}
      B: 1
      C: "$$HOME ${BASED} ${QUOTED}"
      D: ${NOPE}
      E: ${OPEN}
      FROM_DOTENV:
      F:
    env_file: [one.env, {path: two.env, required: false}, {path: none.env, required: false}, none.env, ../up.env]
  list: {image: a, environment: [A=1, "B=x=y", FROM_DOTENV, F, G=]}
  raw: {image: a, env_file: [{path: raw.env, format: raw}]}
  sole: {image: a, env_file: one.env}
== one.env
A=overridden
export ONE=1 # comment
REF=${ONE}-${FROM_DOTENV}-${B:-none}
LOST=${LOST_TOO}

== two.env
ONE="a
b"
BAD NAME
== raw.env
# comment
R="$x" # no comment
`, ".", `
project "" of compose.yaml
 list compose.yaml:13 image a
  env compose.yaml:13 A=1
  env compose.yaml:13 B=x=y
  env compose.yaml:13 F=?
  env compose.yaml:13 FROM_DOTENV=dot
  env compose.yaml:13 G=
 raw compose.yaml:14 image a
  env raw.env:2 R="$x" # no comment
 sole compose.yaml:15 image a
  env one.env:1 A=overridden
  env one.env:4 LOST=?
  env one.env:2 ONE=1
  env one.env:3 REF=1-dot-none
 web compose.yaml:2 image a
  env compose.yaml:5 A=dot
  env compose.yaml:6 B=1
  env compose.yaml:7 C=$HOME dot/y $x
  env compose.yaml:8 D=?
  env compose.yaml:9 E=?
  env compose.yaml:11 F=?
  env compose.yaml:10 FROM_DOTENV=dot
  env one.env:4 LOST=?
  env one.env:2 ONE=1
  env one.env:3 REF=1-dot-1
  gap compose.yaml:12 env_file two.env line 3: a name of a variable has no space
  gap compose.yaml:12 env_file none.env file does not exist
  gap compose.yaml:12 env_file ../up.env is outside the repository
`)
}

func TestAnchors(t *testing.T) {
	check(t, `== compose.yaml
x-base: &base
  image: a
  user: "1"
  environment: &env {A: 1}
  volumes: ["./base:/base"]
x-more: &more {init: true, user: "2"}
services:
  web:
    <<: *base
    environment:
      <<: *env
      B: 2
  both:
    <<: [*more, *base]
  same: *base
`, ".", `
project "" of compose.yaml
 both compose.yaml:13 image a
  user "2" dir "" init true
  env compose.yaml:4 A=1
  mount compose.yaml:5 bind "./base" at /base
 same compose.yaml:15 image a
  user "1" dir "" init false
  env compose.yaml:4 A=1
  mount compose.yaml:5 bind "./base" at /base
 web compose.yaml:8 image a
  user "1" dir "" init false
  env compose.yaml:4 A=1
  env compose.yaml:12 B=2
  mount compose.yaml:5 bind "./base" at /base
`)
}

func TestOverride(t *testing.T) {
	check(t, `== compose.yaml
services:
  web:
    image: a
    build: ./web
    user: "1"
    volumes: ["./a:/a", "./b:/b"]
    environment: {A: 1, B: 1}
    env_file: a.env
    ports: ["80:80"]
  gone: {image: a}
  anew: {image: a, user: "1", volumes: ["/a"]}
== compose.override.yaml
services:
  web:
    build: {target: dev}
    user: !reset null
    volumes: ["./c:/b:ro"]
    environment: [B=2]
    env_file: !reset []
    ports: !override ["81:81"]
  gone: !reset null
  anew: !override
    image: b
== a.env
FILE=1
`, ".", `
project "" of compose.yaml compose.override.yaml
 anew compose.yaml:11 image b
 web compose.yaml:2 image a
  build compose.override.yaml:3 context "web" dockerfile "web/Dockerfile" target "dev"
  env compose.yaml:7 A=1
  env compose.override.yaml:6 B=2
  mount compose.yaml:6 bind "./a" at /a
  mount compose.override.yaml:5 bind "./c" at /b ro
  ports [81]
`)
}

func TestExtends(t *testing.T) {
	check(t, `== app/compose.yaml
services:
  web:
    extends: {file: base/common.yml, service: web}
    volumes: ["./web:/web"]
  worker:
    extends: web
    command: work
  lost:
    extends: {file: ../../common.yml, service: web}
    image: b
  remote:
    extends: {file: "https://example.com/x.yml", service: web}
  open:
    extends: {file: "${NOPE}.yml", service: web}
  missing:
    extends: {file: none.yml, service: web}
== app/base/common.yml
services:
  web:
    extends: {service: root}
    build: ./ctx
    env_file: web.env
  root:
    extends: {file: ../../root.yaml, service: root}
    user: "1"
== app/base/web.env
W=1
== root.yaml
services:
  root:
    working_dir: /root
    volumes: ["./root:/root"]
`, "app", `
project "" of app/compose.yaml
 lost app/compose.yaml:8 image b
  gap app/compose.yaml:9 extends: ../../common.yml is outside the repository
 missing app/compose.yaml:15
  gap app/compose.yaml:16 extends: none.yml can't be read: file does not exist
 open app/compose.yaml:13
  gap app/compose.yaml:14 extends: ${NOPE}.yml has a variable without a value
 remote app/compose.yaml:11
  gap app/compose.yaml:12 extends: https://example.com/x.yml is a URL
 web app/compose.yaml:2
  build app/base/common.yml:4 context "app/base/ctx" dockerfile "app/base/ctx/Dockerfile"
  user "1" dir "/root" init false
  env app/base/web.env:1 W=1
  mount root.yaml:4 bind "./root" at /root
  mount app/compose.yaml:4 bind "./web" at /web
 worker app/compose.yaml:5
  build app/base/common.yml:4 context "app/base/ctx" dockerfile "app/base/ctx/Dockerfile"
  command ["work"]
  user "1" dir "/root" init false
  env app/base/web.env:1 W=1
  mount root.yaml:4 bind "./root" at /root
  mount app/compose.yaml:4 bind "./web" at /web
`)
}

func TestInclude(t *testing.T) {
	check(t, `== app/compose.yaml
include:
  - ../db/compose.yaml
  - path: [../cache/compose.yaml, ../cache/more.yaml]
    project_directory: ../cache/dir
    env_file: cache.env
  - oci://example.com/x
  - ../../outside.yaml
  - ${NOPE}/x.yaml
  - none.yaml
services:
  web: {image: "web:${TAG}"}
  db: {user: "1"}
== app/.env
TAG=app
== app/cache.env
CACHE=c
== db/compose.yaml
services:
  db: {image: "db:${TAG}-${OWN}", build: ., volumes: ["./x:/x"]}
== db/.env
TAG=db
OWN=own
== cache/compose.yaml
services:
  cache: {image: "c:${CACHE}", build: .}
== cache/more.yaml
services:
  cache: {user: "2"}
`, "app", `
project "" of app/compose.yaml
 cache cache/compose.yaml:2 image c:c
  build cache/compose.yaml:2 context "cache/dir" dockerfile "cache/dir/Dockerfile"
  user "2" dir "" init false
 db db/compose.yaml:2 image db:app-own
  build db/compose.yaml:2 context "db" dockerfile "db/Dockerfile"
  user "1" dir "" init false
  mount db/compose.yaml:2 bind "./x" at /x
 web app/compose.yaml:11 image web:app
gap app/compose.yaml:6 include: oci://example.com/x is a URL
gap app/compose.yaml:7 include: ../../outside.yaml is outside the repository
gap app/compose.yaml:8 include: ${NOPE}/x.yaml has a variable without a value
gap app/compose.yaml:9 include: none.yaml file does not exist
`)
}

// TestProfiles: services of all profiles are included.
func TestProfiles(t *testing.T) {
	check(t, "== compose.yaml\nservices:\n  web: {image: a, profiles: [dev]}\n", ".", `
project "" of compose.yaml
 web compose.yaml:2 image a
`)
}
