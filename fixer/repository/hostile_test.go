package repository

import (
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/workload"
)

// measured reads a repository, and fails the test if that takes more than some seconds
// or too much memory.
func measured(t *testing.T, root fs.FS) *Links {
	t.Helper()
	const most = 1 << 30 // bytes, garbage included
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l := Read(root)
	runtime.ReadMemStats(&after)
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > most && !raceDetector {
		t.Errorf("%d MB", bytes>>20)
	}
	return l
}

func repeat(n int, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// TestBadFiles: what can't be read is a gap with its place, and the rest counts.
func TestBadFiles(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"skaffold.yaml", "artifacts: [", "skaffold.yaml:2: not read: "},
		{"skaffold.yaml", "build: &a\n  artifacts: *b\n", "skaffold.yaml:2: not read: "},
		{"skaffold.yaml", "\tbuild:\n  artifacts: []\n", "skaffold.yaml:1: not read: "},
		{"skaffold.yaml", "artifacts: \xff\xfe\n", "skaffold.yaml: not read: "},
		{"skaffold.yaml", strings.Repeat("# artifacts\n", maxFile/10), "skaffold.yaml: not read: it has more than 1048576 bytes"},
		{"skaffold.yaml", repeat(maxValues+1, "---\nartifacts: #\n"), "skaffold.yaml: not read: it has more than 1000 documents"},
		{"k8s/x.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers: {{ .Values.x }}\n", "k8s/x.yaml:4: the containers are not a list"},
		{"build.sh", "docker build 'x\n", "build.sh:1: a script is not read: "},
		{"build.sh", "docker " + strings.Repeat("(", 5000), "build.sh:1: a script is not read: "},
		{".gitlab-ci.yml", "a:\n  script:\n  - docker build \"\n", ".gitlab-ci.yml:3: a script is not read: "},
		{"package.json", `{"scripts": {"docker": ["docker build ."], "x": `, ""},
		{"package.json", `["docker"]`, ""},
		{"Makefile", "\tdocker build .\nall:\n\tdocker build '\n", "Makefile:3: a script is not read: "},
		{"docker-bake.hcl", "target \"a\" {\n  context = [\n  tags = [\n\"x\"\n", ""},
		{"docker-bake.hcl", "target \"a\" {\n}}}}\ntarget {\n", ""},
		{"fly.toml", "[mounts\n[[[mounts]]]\nx = [\n[mounts]\ndestination = 5\n", ""},
	} {
		l := measured(t, files(map[string]string{c.name: c.text, "Makefile.good.mk": "x:\n\tdocker build -f Dockerfile .\n"}, "Dockerfile"))
		found := slices.ContainsFunc(l.Gaps(), func(g workload.Gap) bool { return strings.HasPrefix(g.Place.String()+": "+g.What, c.want) })
		if !found && c.want != "" || c.want == "" && len(l.Gaps()) > 0 {
			t.Errorf("%s %.40q: gaps %v, want %q", c.name, c.text, l.Gaps(), c.want)
		}
		if !slices.ContainsFunc(l.Builds("Dockerfile"), func(b Build) bool { return b.By == "make x" }) {
			t.Errorf("%s %.40q: the makefile is not read", c.name, c.text)
		}
	}
}

// unreadable is a file system with directories and files that can't be read.
type unreadable struct {
	fstest.MapFS
	bad map[string]bool
}

func (u unreadable) Open(name string) (fs.File, error) {
	if u.bad[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}

func (u unreadable) ReadDir(name string) ([]fs.DirEntry, error) {
	if u.bad[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadDir(name)
}

func TestUnreadable(t *testing.T) {
	u := unreadable{files(map[string]string{
		"Makefile": "x:\n\tdocker build a\n", "b.sh": "docker build .", "c/x.sh": "docker build .", "node_modules/x/x.sh": "docker build .", "sub/.git": "", "sub/x.sh": "docker build .",
	}, "a/Dockerfile", "node_modules/Dockerfile", "sub/Dockerfile"), map[string]bool{"b.sh": true, "c": true}}
	u.MapFS["pipe.sh"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	u.MapFS["link.sh"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("/etc/passwd")}
	l := Read(u)
	check(t, l, `
Makefile:2: make x: a/Dockerfile in "a"
gap b.sh: not read: permission denied
gap c: not read: permission denied`)
	if got := l.Dockerfiles(); !slices.Equal(got, []string{"a/Dockerfile"}) {
		t.Errorf("Dockerfiles %v", got)
	}
}

// endless is a file system in which each directory has the same entries again, like a
// loop of mounts.
type endless struct{ dirs, files int }

func (e endless) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

func (e endless) ReadDir(name string) (list []fs.DirEntry, err error) {
	m := fstest.MapFS{}
	for i := range e.dirs {
		m[fmt.Sprintf("d%d/x", i)] = &fstest.MapFile{}
	}
	for i := range e.files {
		m[fmt.Sprintf("%d.sh", i)] = &fstest.MapFile{}
	}
	return fs.ReadDir(m, ".")
}

func TestEndless(t *testing.T) {
	for _, c := range []struct {
		e    endless
		want string
	}{
		{endless{1, 0}, "not read: it lies more than 32 directories deep"},
		{endless{3, 5}, "the repository has more than 200000 files and directories: the rest is not read"},
	} {
		gaps := measured(t, c.e).Gaps()
		if !slices.ContainsFunc(gaps, func(g workload.Gap) bool { return g.What == c.want }) {
			t.Errorf("%v: no gap that says %q", c.e, c.want)
		}
	}
}

// TestBombs: reading what is small to write and large to follow ends soon.
func TestBombs(t *testing.T) {
	deep := ""
	for i := range 200 {
		deep += fmt.Sprintf("x%d: &x%d\n  <<: [*x%d, *x%d]\n", i+1, i+1, i, i)
	}
	many := func(head, line string) string { return head + repeat((maxFile-len(head)-4096)/len(line)*8/10, line) }
	for name, text := range map[string]string{
		"skaffold.yaml":                 "x0: &x0 {a: b}\n" + deep + "build:\n  artifacts: [*x200]\n",
		"k8s/a.yaml":                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - &c {name: a, env: [" + repeat(20_000, "{name: E#, value: x},") + "]}\n" + repeat(20_000, "  - *c\n"),
		"k8s/b.yaml":                    many("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n", "  - {name: a#, image: x, volumeMounts: [{name: a, mountPath: /a}]}\n"),
		".github/workflows/alias.yml":   "jobs:\n  a: &j\n    env: {" + repeat(10_000, "A#: docker, ") + "}\n    steps: &s\n" + repeat(10_000, "    - run: docker build .\n") + repeat(300, "  j#: *j\n"),
		".github/workflows/steps.yml":   many("jobs:\n  a:\n    env: {A: b}\n    steps:\n", "    - {env: {B: c}, run: docker build -f a/Dockerfile .}\n"),
		".github/workflows/express.yml": "env: {A: " + strings.Repeat("a", 4096) + "}\njobs:\n  a:\n    steps:\n    - run: docker build " + strings.Repeat("${{ env.A }}", 50_000) + "\n",
		".gitlab-ci.yml":                many("", "j#:\n  variables: {A: b}\n  script: [docker build .]\n"),
		"Makefile":                      "A0 = " + strings.Repeat("a", 64) + "\n" + repeat(100, "A# = $(A0)$(A0)\n") + many("x:\n", "\tdocker build $(A0)$(A1)$(A2)$(A3)\n"),
		"double/Makefile": func() string {
			s := "A0 = aaaaaaaa\n"
			for i := range 60 {
				s += fmt.Sprintf("A%d := $(A%d)$(A%d)\n", i+1, i, i)
			}
			return s + "x:\n\tdocker build $(A60)\n"
		}(),
		"docker-bake.hcl":    many("", "target \"t#\" {\n  inherits = [\"t1\", \"t#\", \"t2\"]\n  tags = [\"a\"]\n}\n"),
		"a/docker-bake.json": `{"target": {` + repeat(15_000, `"t#": {"tags": ["a:b"], "args": {"A": "b"}},`) + `"x": {}}}`,
		"b/package.json":     `{"name": "x", "scripts": {` + repeat(20_000, `"s#": "docker build .",`) + `"x": "docker run x"}}`,
		"README.md":          many("```\n", "docker run -v a:/b x\n"),
		"docs/a.md":          many("```\n", "docker build -t x .\n"),
		"fly.toml":           many("[[mounts]]\ndestination = '/a'\n[processes]\n", "p# = 'node x'\n") + repeat(100, "[[mounts]]\ndestination = '/a'\n"),
		"build.sh":           many("", "docker build -t x .\n"),
		"cd.sh":              many("", "pushd a; (cd b; docker build -f $X .)\n"),
		"long.sh":            "docker build " + strings.Repeat("--build-arg A=b ", 10_000) + ".\n",
	} {
		t.Run(path.Base(name), func(t *testing.T) {
			measured(t, files(map[string]string{name: text, "x.md": ""}, "Dockerfile", "a/Dockerfile"))
		})
	}
}

// TestScriptsInACircle: scripts that call each other are read once each.
func TestScriptsInACircle(t *testing.T) {
	l := measured(t, files(map[string]string{
		"a.sh": "./b.sh; docker build a", "b.sh": "./a.sh; docker build a", "package.json": `{"scripts": {"a": "npm run b && docker build a", "b": "npm run a"}}`,
	}, "a/Dockerfile"))
	if n := len(l.Builds("a/Dockerfile")); n != 3 {
		t.Errorf("%d builds", n)
	}
}

// TestManyLinks: builds times deployments of one image are bounded.
func TestManyLinks(t *testing.T) {
	texts := map[string]string{}
	for i := range 20 {
		texts[fmt.Sprintf("%d/b.sh", i)] = "cd $(dirname $0)/..\n" + repeat(500, "docker build -t acme/x .\n")
		texts[fmt.Sprintf("%d/r.sh", i)] = repeat(500, "docker run --init acme/x\n")
	}
	l := measured(t, files(texts, "Dockerfile"))
	if n := len(l.Builds("Dockerfile")); n != maxLinks {
		t.Errorf("%d builds", n)
	}
}

// FuzzRead: no file makes reading panic.
func FuzzRead(f *testing.F) {
	for i, name := range fuzzed {
		f.Add(uint(i), "docker build -f $(dirname \"$0\")/x "+name)
	}
	f.Add(uint(0), "target \"a\" {\n  args = {\n A = \"${B}\"\n}\n tags = [\"a\",\n]\n}\n")
	f.Add(uint(5), "A := $(B)\nx: y\n\t@docker build $(A) $$(pwd)\n")
	f.Fuzz(func(t *testing.T, i uint, text string) {
		name := fuzzed[i%uint(len(fuzzed))]
		for _, b := range Read(files(map[string]string{name: text}, "Dockerfile")).Builds("Dockerfile") {
			if b.Context != "" && !fs.ValidPath(b.Context) {
				t.Errorf("context %q", b.Context)
			}
		}
	})
}

var fuzzed = []string{"docker-bake.hcl", "docker-bake.json", "skaffold.yaml", ".github/workflows/a.yml", ".gitlab-ci.yml", "Makefile", "package.json", "a.sh", "README.md", "fly.toml", "k8s.yaml"}
