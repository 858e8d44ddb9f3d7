package compose

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

func TestMain(m *testing.M) {
	logrus.SetOutput(&logged)
	os.Exit(m.Run())
}

// logged is what compose-go logs to the process's standard error.
var logged bytes.Buffer

// complete is a project in which everything is known.
const complete = `== p/compose.yaml
version: "3.8"
name: shop
include: [../other/compose.yaml]
x-base: &base
  environment: {A: 1, SHARED: "x"}
services:
  web:
    <<: *base
    build: {context: ., target: prod, args: ["V=${TAG}", W=w]}
    image: shop/web:${TAG}
    command: node server.js --name 'a b'
    entrypoint: []
    user: ${U:-1000}
    working_dir: /app
    init: "yes"
    env_file: [web.env, {path: none.env, required: false}]
    ports: ["3000:3000", 8080, "9000-9002:9000-9002", {target: 443, published: "8443"}]
    expose: ["81"]
    volumes: [".:/app:z", "data:/data", /anon, {type: bind, source: ./x, target: /x, read_only: true}]
    tmpfs: /tmp
    depends_on: [db]
    profiles: [a]
  db:
    extends: {file: base/base.yml, service: db}
    volumes: ["./db:/db"]
    healthcheck: {test: [CMD, "true"]}
  last:
    extends: web
    command: ["x"]
    environment: [B=2, "A=$$x"]
volumes: {data: {external: {name: other}}}
== p/compose.override.yaml
services:
  web:
    ports: !override ["1:1"]
    tmpfs: !reset null
    environment: [OVER=1, SHARED=over]
    volumes: ["./over:/x"]
  db: {build: {dockerfile: Other}}
== p/.env
TAG=1.2
REF=${TAG}-x
== p/web.env
SHARED=file
REF=$REF
export FROM="a\nb" # c
== p/base/base.yml
services:
  db:
    extends: root
    build: ctx
    volumes: ["./base:/base"]
  root: {image: "pg:${TAG}", command: "a b", environment: {ROOT: 1}}
== other/compose.yaml
services:
  cache: {image: "redis:${VERSION}", volumes: ["./c:/c"], build: .}
== other/.env
VERSION=7
`

// TestReference compares the result with that of compose-go's own loader for
// the same files on a disk.
func TestReference(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range files(complete) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	env, err := dotenv.Read(filepath.Join(dir, "p/.env"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  filepath.Join(dir, "p"),
		ConfigFiles: types.ToConfigFiles([]string{filepath.Join(dir, "p/compose.yaml"), filepath.Join(dir, "p/compose.override.yaml")}),
		Environment: env,
	}, func(o *loader.Options) { o.Profiles = []string{"*"} })
	if err != nil {
		t.Fatal(err)
	}
	set, err := Load(os.DirFS(dir), "p")
	if err != nil {
		t.Fatal(err)
	}
	got := set.Projects[0]
	if len(got.Gaps) > 0 || len(got.Services) != len(want.Services) {
		t.Fatalf("%d services, not %d; %v", len(got.Services), len(want.Services), got.Gaps)
	}
	for _, s := range got.Services {
		g, w := ours(dir, s), theirs(want.Services[s.Name])
		if !slices.Equal(g, w) {
			t.Errorf("%s:\ngot  %q\nwant %q", s.Name, g, w)
		}
		if len(s.Deployment.Gaps) > 0 {
			t.Errorf("%s: %v", s.Name, s.Deployment.Gaps)
		}
	}
}

// ours describes a service in the format of theirs.
func ours(dir string, s *Service) []string {
	d := s.Deployment
	list := []string{s.Image, d.User, d.WorkingDir, fmt.Sprint(d.Init), fmt.Sprintf("%#v", d.Command), fmt.Sprintf("%#v", d.Entrypoint)}
	if b := s.Build; b != nil {
		list = append(list, filepath.Join(dir, b.Context), b.Target, filepath.Join(dir, b.Dockerfile))
		for _, a := range b.Args {
			list = append(list, a.Name+"="+a.Value)
		}
	}
	for _, v := range d.Env {
		list = append(list, v.Name+"="+v.Value)
	}
	for _, m := range d.Mounts {
		source := m.Source
		if strings.HasPrefix(source, ".") {
			source = filepath.Join(dir, filepath.Dir(m.Place.File), source)
		}
		list = append(list, fmt.Sprintf("%s:%s:%v", source, m.Target, m.ReadOnly))
	}
	return append(list, fmt.Sprint(d.Ports))
}

// theirs describes a service of compose-go.
func theirs(s types.ServiceConfig) []string {
	list := []string{s.Image, s.User, s.WorkingDir, fmt.Sprint(s.Init != nil && *s.Init), fmt.Sprintf("%#v", []string(s.Command)), fmt.Sprintf("%#v", []string(s.Entrypoint))}
	variables := func(m types.MappingWithEquals) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			list = append(list, name+"="+*m[name])
		}
	}
	if b := s.Build; b != nil {
		list = append(list, b.Context, b.Target, filepath.Join(b.Context, b.Dockerfile))
		variables(b.Args)
	}
	variables(s.Environment)
	for _, v := range s.Volumes {
		list = append(list, fmt.Sprintf("%s:%s:%v", v.Source, v.Target, v.ReadOnly))
	}
	for _, v := range s.Tmpfs {
		list = append(list, fmt.Sprintf(":%s:false", v))
	}
	var ports []int
	for _, p := range s.Ports {
		ports = append(ports, int(p.Target))
	}
	for _, e := range s.Expose {
		from, to, _ := portRange(e)
		ports = appendRange(ports, from, to)
	}
	return append(list, fmt.Sprint(sorted(ports)))
}

// TestSilent: compose-go warns of a version, of external.name, of "yes" and of
// variables without a value in the log of the process.
func TestSilent(t *testing.T) {
	logged.Reset()
	for _, text := range []string{complete, "== compose.yaml\nservices: {a: {image: \"${A}${B:-$C}\"}}\n== .env\nX=$Y\n"} {
		root := files(text)
		for _, dir := range []string{".", "p"} {
			if _, err := fs.Stat(root, dir); err != nil {
				continue
			}
			if _, err := Load(root, dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	if logged.Len() > 0 {
		t.Error(logged.String())
	}
}

// FuzzExpand compares values with those of compose-go, if all is known.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{
		"", "a", "$", "$$", "$A", "${A}", "$A$B", "${A:-x}", "${N:-x}", "${N-x}", "${E:-x}", "${E-x}", "${A:+x}", "${A+x}", "${E:+x}",
		"${N:+x}", "${A:?x}", "${E?x}", "${N:-${A}}", "${N:-${B:-c}}d", "${N:-$A}-${B}", "${", "${}", "${1}", "$1", "${A", "${A:-}}", "${A:-{}",
		"${A!}", "${A:x}", "${A:-a\nb}", "x${A}y$${B}z", "${N:-a:b/c}", "${N:-{}}", "$Aé", "${a}", "${_x-y}",
	} {
		f.Add(s)
	}
	values := map[string]string{"A": "a", "B": "b$c", "E": "", "a": "lower"}
	lookup := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "ſ\u212a\ufffd") {
			return // case folds of compose-go's expression
		}
		u := &unknowns{numbers: map[string]int{}}
		got, err := u.expand(s, lookup)
		want, wantErr := template.Substitute(s, lookup)
		if err != nil || wantErr != nil {
			required := wantErr != nil && strings.Contains(wantErr.Error(), "required variable")
			if (err == nil) != (wantErr == nil) && !required && !strings.Contains(fmt.Sprint(err), "nested") {
				t.Errorf("%q: %v, not %v", s, err, wantErr)
			}
			return
		}
		if !isUnknown(got) && got != want {
			t.Errorf("%q is %q, not %q", s, got, want)
		}
	})
}

// FuzzEnvFile compares environment files with those of compose-go.
func FuzzEnvFile(f *testing.F) {
	for _, s := range []string{
		"", "A=1\n", "A=1", "export A=1\n", "A: 1\n", "# c\nA=1 # d\n\nB='x y'\n", "A=\"a\\nb\\\"c\"\n", "A='it'\\''s'\n", "A=\"a\nb\"\nB=2\n",
		"A\nB=1\n", "A B=1\n", "\ufeffA=1\r\nB=2\r\n", "A=\n", "A=#x\n", "A.b-c[0]=1\n", "1A=x\n", "=x\n", "A=\"x\n", "export\tA=1\n", "A = 1\n", "A='x' B=2\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "$") || len(s) > 1<<12 {
			return
		}
		want, wantErr := dotenv.Parse(strings.NewReader(s + "\n"))
		list, err := parseEnv(s + "\n")
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, not %v", s, err, wantErr)
		}
		if err != nil {
			return
		}
		u := &unknowns{numbers: map[string]int{}}
		got, err := u.assign(list, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	})
}
