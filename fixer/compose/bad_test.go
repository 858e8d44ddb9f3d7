package compose

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// TestRefused has files that are a gap as a whole, with its place.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no YAML", "services: ]\n", "compose.yaml:1 did not find expected node content"},
		{"empty", "", "compose.yaml an empty file"},
		{"only comments", "# x\n", "compose.yaml an empty file"},
		{"a list", "- a\n", "compose.yaml:1 not a Compose file: its top level is no mapping"},
		{"a tag at the top", "!reset\nservices: {a: {image: a}}\n", "compose.yaml:1 not a Compose file: its top level has the tag !reset"},
		{"two documents", "services: {a: {image: a}}\n---\nservices: {}\n", "compose.yaml:3 a second YAML document is not read"},
		{"duplicate keys", "services:\n  a: {image: a}\n  a: {image: b}\n", "compose.yaml:3 key \"a\" is in line 2 already"},
		{"tab", "services:\n\ta: b\n", "compose.yaml:2 a tab in the indentation"},
		{"template", "services:\n  a:\n    image: {{ .Values.image }}\n", "compose.yaml:3 a template, which is not YAML until it is rendered"},
		{"not UTF-8", "services:\n  a: \xff\n", "compose.yaml:2 not UTF-8"},
		{"2 MiB", "x-a: " + strings.Repeat("x", 2<<20), "compose.yaml larger than 1048576 bytes"},
		{"alias bomb", bomb(), "compose.yaml:7 more than 100000 values, each use of an anchor counted"},
		{"cycle of anchors", "x-a: &a\n  b: *a\nservices: {}\n", "compose.yaml:2 anchor \"a\" contains an alias to itself"},
		{"version 1", "# old\nweb:\n  build: .\n", "compose.yaml:2 a Compose file of version 1, without services:, which docker compose refuses"},
		{"unknown attribute", "services:\n  a: {image: a}\n  b:\n    image: b\n    imge: c\n", "compose.yaml:5 docker compose refuses it: services.b.imge is not an attribute"},
		{"wrong type", "services:\n  a:\n    ports: 80\n", "compose.yaml:3 docker compose refuses it: services.a.ports must be a array"},
		{"a service is null", "services:\n  a:\n", "compose.yaml:2 docker compose refuses it: services.a must be a mapping"},
		{"services is a list", "services: [a]\n", "compose.yaml docker compose refuses it: services must be a mapping"},
		{"a key is no string", "services:\n  1: {image: a}\n", "compose.yaml:2 a key that is not a string"},
		{"no image", "services:\n  a: {user: x}\n", "compose.yaml:2 docker compose refuses it: service \"a\" has neither an image nor a build context specified: invalid compose project"},
		{"undefined volume", "services:\n  a: {image: a, volumes: ['data:/data']}\n", "compose.yaml:2 docker compose refuses it: service \"a\" refers to undefined volume data: invalid compose project"},
		{"undefined service", "services:\n  a: {image: a, depends_on: [b]}\n", "compose.yaml:2 docker compose refuses it: service \"a\" depends on undefined service \"b\""},
		{"services wait for each other", "services:\n  a: {image: a, depends_on: [b]}\n  b: {image: a, depends_on: [a]}\n", "compose.yaml docker compose refuses it: dependency cycle detected: service \"a\" waits for itself"},
		{"undefined networks", "services:\n  a:\n    image: a\n    networks: {y: , x: , z: }\n", "compose.yaml:4 docker compose refuses it: service \"a\" refers to undefined network x: invalid compose project"},
		{"bad port", "services:\n  a:\n    image: a\n    ports: ['x:y']\n", "compose.yaml:4 docker compose refuses it: invalid containerPort: y"},
		{"no variable", "services:\n  a:\n    image: ${a b}\n", "compose.yaml:3 \"${a b}\" is no variable; \"$$\" stands for \"$\""},
		{"bad boolean", "services:\n  a:\n    image: a\n    init: \"x\"\n", "compose.yaml:4 services.a.init: invalid boolean: x"},
		{"services extend each other", "services:\n  a: {extends: b}\n  b: {extends: a}\n", "compose.yaml:2 services extend each other: a"},
		{"a service extends itself", "services:\n  a: {extends: {file: compose.yaml, service: a}}\n", "compose.yaml:2 services extend each other: a"},
		{"extends of nothing", "services:\n  a: {extends: b}\n", "compose.yaml:2 extends: there is no service \"b\" in compose.yaml"},
		{"includes itself", "include: [compose.yaml]\n", "compose.yaml:1 files include each other: compose.yaml"},
		{"too many ports", "services:\n  a:\n    image: a\n    ports:\n" + strings.Repeat("    - 1-65535\n", 10_000), "compose.yaml:9 more than 262140 ports"},
		{"10,000 services", "services:\n" + repeat(10_000, "  s%d: {image: a, ports: ['80:80']}\n"), "compose.yaml more than 20000 values: too large to be read"},
		{"extends copies too much", "services:\n  b:\n    image: b\n    environment:\n" + repeat(90, "    - A%d=1\n") + repeat(3000, "  s%d: {extends: b}\n"), "compose.yaml extends copies more than 20000 values"},
		{"long lists", "services:\n  b:\n    image: b\n    volumes:\n" + repeat(9000, "    - a:/A%d\n") + "  c:\n    extends: b\n    volumes:\n" + repeat(9000, "    - a:/B%d\n"), "compose.yaml extends: lists are too long to be merged"},
		{"variables that grow", "services: {a: {image: \"$V29\"}}\n== .env\nV0=xxxx\n" + double(29), "compose.yaml:1 "},
	} {
		start := time.Now()
		set, err := Load(files("== compose.yaml\n"+test.text), ".")
		if err != nil {
			t.Fatal(err)
		}
		p := set.Projects[0]
		if test.name == "variables that grow" {
			if len(p.Gaps) == 0 || !strings.Contains(p.Gaps[0].What, "expand to more than") {
				t.Errorf("%s: %v", test.name, p.Gaps)
			}
			continue
		}
		if p.Services != nil || len(p.Gaps) != 1 {
			t.Errorf("%s: %d services, %v", test.name, len(p.Services), p.Gaps)
			continue
		}
		if got := p.Gaps[0].Place.String() + " " + p.Gaps[0].What; got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: %v", test.name, d)
		}
	}
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// double returns variables of which each is twice the one before.
func double(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "V%d=${V%d}${V%d}\n", i+1, i, i)
	}
	return b.String()
}

func bomb() string {
	var b strings.Builder
	b.WriteString("services: {}\nx-0: &a0 x\n")
	for i := range 9 {
		fmt.Fprintf(&b, "x-%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return b.String()
}

// TestManyServices is a file just within the bound.
func TestManyServices(t *testing.T) {
	set, err := Load(files("== compose.yaml\nservices:\n"+repeat(3000, "  s%d: {image: a, ports: ['80:80']}\n")), ".")
	if err != nil || len(set.Projects[0].Services) != 3000 || len(set.Projects[0].Gaps) > 0 {
		t.Error(err, len(set.Projects[0].Services), set.Projects[0].Gaps)
	}
}

// TestDependencies: there are 2^60 ways through this graph.
func TestDependencies(t *testing.T) {
	var b strings.Builder
	b.WriteString("== compose.yaml\nservices:\n  a0: {image: a}\n  b0: {image: a}\n")
	for i := range 60 {
		for _, name := range []string{"a", "b"} {
			fmt.Fprintf(&b, "  %s%d: {image: a, depends_on: [a%d, b%d]}\n", name, i+1, i, i)
		}
	}
	set, err := Load(files(b.String()), ".")
	if err != nil || len(set.Projects[0].Services) != 122 {
		t.Error(err, set.Projects[0].Gaps)
	}
}

// TestSame: a file is refused for the same reason each time.
func TestSame(t *testing.T) {
	text := "== compose.yaml\nservices:\n" + repeat(20, "  s%d: {image: a, x: 1, y: 2, ports: 1}\n") + "volumes: 1\nsecrets: 2\n"
	first := ""
	for i := range 20 {
		set, err := Load(files(text), ".")
		if err != nil {
			t.Fatal(err)
		}
		if got := describe(set); i == 0 {
			first = got
		} else if got != first {
			t.Fatalf("%s\nnot %s", got, first)
		}
	}
}

// recorder is a file system that records the names that are opened.
type recorder struct {
	fs.FS
	mu    sync.Mutex
	asked []string
}

func (r *recorder) Open(name string) (fs.File, error) {
	r.mu.Lock()
	r.asked = append(r.asked, name)
	r.mu.Unlock()
	return r.FS.Open(name)
}

// TestConfined has files, variables and a home directory outside the repository,
// each with a word that must not be read.
func TestConfined(t *testing.T) {
	top := t.TempDir()
	repository, outside := filepath.Join(top, "repository"), filepath.Join(top, "outside")
	const canary = "CANARY"
	write := func(dir, name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	service := "services: {base: {image: " + canary + ", user: " + canary + "}}\n"
	for _, dir := range []string{outside, top} {
		for _, name := range []string{"x.yaml", "base.yaml", "compose.yaml", "none.yaml"} {
			write(dir, name, service)
		}
		write(dir, "x.env", "X="+canary+"\n")
		write(dir, "none.env", "X="+canary+"\n")
		write(dir, ".env", "A="+canary+"\nX="+canary+"\n")
	}
	write(repository, "app/compose.yaml", `
include: [../../x.yaml, `+outside+`/x.yaml, none.yaml, "file://`+outside+`/x.yaml", link.yaml, ~/x.yaml]
services:
  a: {image: "a${A}", extends: {file: ../../base.yaml, service: base}}
  b: {image: b, extends: {file: `+outside+`/base.yaml, service: base}}
  c: {image: c, extends: {file: none.yaml, service: base}}
  d: {image: d, extends: {file: link.yaml, service: base}}
  e: {image: e, env_file: [../../x.env, `+outside+`/x.env, none.env, ~/x.env, link.env], environment: [X, HOME]}
  f: {image: f, label_file: ../../x.env, develop: {watch: [{path: ../.., action: rebuild}]}}
  g: {build: {context: ../.., args: [X]}, secrets: [s]}
secrets: {s: {environment: X}}
`)
	for _, name := range []string{"link.yaml", "link.env"} {
		if err := os.Symlink(filepath.Join(outside, strings.Replace(name, "link", "x", 1)), filepath.Join(repository, "app", name)); err != nil {
			t.Skip(err)
		}
	}
	t.Chdir(outside)
	t.Setenv("A", canary)
	t.Setenv("X", canary)
	t.Setenv("HOME", outside)
	confined, err := os.OpenRoot(repository)
	if err != nil {
		t.Fatal(err)
	}
	defer confined.Close()
	r := &recorder{FS: confined.FS()}
	set, err := Load(r, "app")
	if err != nil {
		t.Fatal(err)
	}
	got := describe(set)
	if strings.Contains(got, canary) || strings.Contains(got, "=/") {
		t.Error(got)
	}
	if len(set.Projects[0].Services) != 7 || len(set.Projects[0].Gaps) != 6 {
		t.Error(got)
	}
	for _, name := range r.asked {
		if !fs.ValidPath(name) || path.IsAbs(name) {
			t.Errorf("asked for %s", name)
		}
	}
	if len(r.asked) == 0 {
		t.Error("nothing read")
	}
}

// TestLinks: a loop of symbolic links and a directory are errors of files.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for _, link := range [][2]string{{"b.yaml", "a.yaml"}, {"a.yaml", "b.yaml"}, {"a.yaml", "compose.loop.yaml"}} {
		if err := os.Symlink(link[0], filepath.Join(dir, link[1])); err != nil {
			t.Skip(err)
		}
	}
	content := "include: [a.yaml, dir]\nservices:\n  a: {image: a, env_file: [a.yaml, dir]}\n"
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir"), 0o777); err != nil {
		t.Fatal(err)
	}
	set, err := Load(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(set); strings.Count(got, "too many levels of symbolic links") != 3 || strings.Count(got, "not a file") != 2 {
		t.Error(got)
	}
}

func TestNoDirectory(t *testing.T) {
	if _, err := Load(fstest.MapFS{}, "none"); err == nil {
		t.Error("no error")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(complete), []byte(""))
	for _, s := range []string{
		"services: {a: {image: a}}\n", "a: &a [*a]\n", "services:\n  a: !reset\n  b: !override {}\n", "services: {a: {extends: {file: b.yaml, service: a}}}\n",
		"include:\n- b.yaml\n- path: [b.yaml]\n", "services: {a: {volumes: [a, {type: bind}], ports: [1, {target: 1}], command: 1}}\n", "volumes: {a: {external: {name: b}}}\n",
		"services: {a: {image: a, configs: [1], secrets: [{}], env_file: [{}], tmpfs: [1], build: {args: {a: [b]}}}}\n",
	} {
		f.Add([]byte(s), []byte(s))
	}
	f.Fuzz(func(t *testing.T, main, other []byte) {
		if len(main)+len(other) > 1<<13 {
			return
		}
		root := fstest.MapFS{
			"compose.yaml":          {Data: main},
			"compose.override.yaml": {Data: other},
			"compose.x.yaml":        {Data: other},
			"b.yaml":                {Data: other},
			".env":                  {Data: other},
		}
		first, err := Load(root, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range first.Projects {
			if p.Services == nil && len(p.Gaps) == 0 {
				t.Errorf("%v: neither services nor gaps", p.Files)
			}
			for _, s := range p.Services {
				if s.Place.Line == 0 || s.Deployment.Place != s.Place {
					t.Errorf("%s: no place", s.Name)
				}
			}
		}
		second, err := Load(root, ".")
		if err != nil || describe(first) != describe(second) {
			t.Errorf("%v\n%s\nnot\n%s", err, describe(second), describe(first))
		}
	})
}
