package stage

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

func resolve(t *testing.T, src string, o Options) *Graph {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	g, err := Resolve(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// bases shows each stage's base: the image, "< stage" or "! error".
func bases(g *Graph) string {
	var out []string
	for _, n := range g.Nodes {
		switch {
		case n.Err != nil:
			out = append(out, "! "+n.Err.Error())
		case n.Parent != nil:
			out = append(out, "< "+n.Parent.Stage.Name)
		default:
			out = append(out, n.Image)
		}
	}
	return strings.Join(out, "\n")
}

func TestBases(t *testing.T) {
	for _, c := range []struct {
		name, src string
		o         Options
		want      string
	}{
		{"plain", "FROM node:20\n", Options{}, "node:20"},
		{"stage", "FROM a AS Base\nFROM base\n", Options{}, "a\n< base"},
		{"a stage named like an image", "FROM node AS node\nFROM node\n", Options{}, "node\n< node"},
		{"the last of a name", "FROM a AS x\nFROM b AS x\nFROM x\n", Options{}, "a\nb\n< x"},
		{"a later stage is an image", "FROM x\nFROM a AS x\n", Options{}, "x\na"},
		{"a number is an image", "FROM a\nFROM 0\n", Options{}, "a\n0"},
		{"default", "ARG V=20\nFROM node:$V-slim\n", Options{}, "node:20-slim"},
		{"default of a default", "ARG V=20\nARG T=${V}-slim\nFROM node:${T}\n", Options{}, "node:20-slim"},
		{"an inline default for one of two", "ARG V\nFROM node:${V:-20}$V\n", Options{}, "! the variable V has no default: give it one, or pass --build-arg V=…"},
		{"inline default for both", "ARG V\nFROM node:${V:-20}-${V-slim}\n", Options{}, "node:20-slim"},
		{"inline default, and a name that begins the same", "ARG V\nARG VX=1\nFROM node:${V:-20}-$VX\n", Options{}, "node:20-1"},
		{"inline default", "ARG V\nFROM node:${V:-20}\n", Options{}, "node:20"},
		{"build argument", "ARG V=20\nFROM node:$V\n", Options{BuildArgs: map[string]string{"V": "18"}}, "node:18"},
		{"no default", "ARG V\nFROM node:$V\n", Options{}, "! the variable V has no default: give it one, or pass --build-arg V=…"},
		{"stage by argument", "ARG S=dev\nFROM a AS dev\nFROM b AS prod\nFROM $S\n", Options{}, "a\nb\n< dev"},
		{"a bomb", "ARG A=xxxxxxxx\n" + strings.Repeat("ARG A=$A$A$A$A\n", 40) + "FROM node:$A\n", Options{}, "! the variable A has no default: give it one, or pass --build-arg A=…"},
		{"quotes", "FROM \"node:20\"\n", Options{}, "node:20"},
		{"registry with a port", "FROM localhost:5000/team/app:1.2\n", Options{}, "localhost:5000/team/app:1.2"},
		{"digest", "FROM node:20@sha256:" + strings.Repeat("0", 64) + "\n", Options{}, "node:20@sha256:" + strings.Repeat("0", 64)},
		{"no reference", "FROM UPPER\n", Options{}, "! \"UPPER\" is no image reference"},
		{"automatic argument", "FROM node:20-$TARGETARCH\n", Options{Platform: "linux/arm64/v8"}, "node:20-arm64"},
		{"an ARG of a stage is no global", "FROM a\nARG V=1\nFROM b:$V\n", Options{}, "a\n! the variable V has no default: give it one, or pass --build-arg V=…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := bases(resolve(t, c.src, c.o)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestPlatform(t *testing.T) {
	g := resolve(t, "FROM --platform=$BUILDPLATFORM a AS x\nFROM --platform=linux/s390x b\nFROM c\n", Options{Platform: "linux/arm64"})
	for i, want := range []string{"linux/amd64", "linux/s390x", "linux/arm64"} {
		if got := g.Nodes[i].Platform; got != want {
			t.Errorf("stage %d is for %s, want %s", i, got, want)
		}
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct{ name, src, target, want string }{
		{"one", "FROM a AS x\n", "", "x"},
		{"built from", "FROM a AS x\nFROM x AS y\n", "", "y"},
		{"copied from, by name and index", "FROM a AS x\nFROM b AS y\nFROM c AS z\nCOPY --from=X p q\nCOPY --from=1 p q\n", "", "z"},
		{"mounted from", "FROM a AS x\nFROM b AS y\nRUN --mount=type=bind,from=x,target=/x true\n", "", "y"},
		{"a leaf in the middle", "FROM a AS x\nFROM x AS app\nFROM x AS test\n", "", "app test"},
		{"the last, although copied from", "FROM a AS x\nCOPY --from=y p q\nFROM b AS y\n", "", "x y"},
		{"named", "FROM a AS x\nFROM x AS y\n", "X", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var names []string
			for _, n := range resolve(t, c.src, Options{Target: c.target}).Targets() {
				names = append(names, n.Stage.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestResolveErrors(t *testing.T) {
	for src, want := range map[string]string{
		"FROM a AS final\nFROM b AS other\n":                        `Dockerfile: no stage is named "fianl"; there are final, other`,
		"FROM x AS s\n" + strings.Repeat("FROM s AS s\n", MaxDepth): "Dockerfile:65:1: more than 64 stages are built from one another",
		strings.Repeat("FROM a\n", MaxTargets+1):                    "Dockerfile: 101 stages become images, more than 100",
	} {
		f, err := dockerfile.Parse("Dockerfile", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		target := ""
		if strings.Contains(want, "fianl") {
			target = "fianl"
		}
		if _, err := Resolve(f, Options{Target: target}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

var testBase = &baseimage.Facts{
	Image: "node:20",
	Config: &baseimage.Config{
		Env: []string{"PATH=/usr/bin", "NODE_VERSION=20.1.0"}, Entrypoint: []string{"docker-entrypoint.sh"}, Cmd: []string{"node"},
		WorkingDir: "/base", Volumes: []string{"/v"},
	},
	Distro: &baseimage.Distro{ID: "debian", Family: baseimage.Debian},
	Accounts: &baseimage.Accounts{
		Users:    []baseimage.User{{Name: "root", Home: "/root"}, {Name: "node", UID: 1000, GID: 1000, Home: "/home/node"}},
		Groups:   []baseimage.Group{{Name: "root"}, {Name: "node", GID: 1000}},
		Complete: true,
	},
}

func final(t *testing.T, src string, base *baseimage.Facts, o Options) State {
	t.Helper()
	nodes := resolve(t, src, o).Nodes
	return nodes[len(nodes)-1].Eval(base).Final
}

func TestState(t *testing.T) {
	show := func(c *Command) string {
		if c == nil {
			return "none"
		}
		if c.Shell {
			return "shell " + strings.Join(c.Argv, " ")
		}
		return strings.Join(c.Argv, " ")
	}
	for _, c := range []struct{ name, src, user, dir, entrypoint, cmd string }{
		{"inherited", "FROM a\n", "", "/base", "docker-entrypoint.sh", "node"},
		{"ENTRYPOINT clears the inherited CMD", "FROM a\nENTRYPOINT [\"x\"]\n", "", "/base", "x", "none"},
		{"but not one of the same stage", "FROM a\nCMD [\"y\"]\nENTRYPOINT [\"x\"]\n", "", "/base", "x", "y"},
		{"and does of the parent stage", "FROM a AS p\nCMD [\"y\"]\nFROM p\nENTRYPOINT [\"x\"]\n", "", "/base", "x", "none"},
		{"CMD [] clears", "FROM a\nENTRYPOINT []\nCMD [\"y\"]\n", "", "/base", "none", "y"},
		{"shell form", "FROM a\nCMD a && b\n", "", "/base", "docker-entrypoint.sh", "shell a && b"},
		{"relative WORKDIR", "FROM a\nWORKDIR x\nWORKDIR ../y/\n", "", "/base/y", "docker-entrypoint.sh", "node"},
		{"WORKDIR by variable", "FROM a\nENV D=/d\nARG S=s\nWORKDIR $D/${S}\n", "", "/d/s", "docker-entrypoint.sh", "node"},
		{"parent stage", "FROM a AS p\nUSER u\nWORKDIR /p\nENV V=v\nFROM p\nUSER $V\n", "v", "/p", "docker-entrypoint.sh", "node"},
		{"ARG of the global scope", "ARG U=g\nFROM a\nARG U\nUSER $U\n", "g", "/base", "docker-entrypoint.sh", "node"},
		{"ENV sees the values from before", "FROM a\nENV A=1\nENV A=2 B=$A\nUSER $B\n", "1", "/base", "docker-entrypoint.sh", "node"},
		{"unknown user", "FROM a\nARG U\nUSER $U\n", "?", "/base", "docker-entrypoint.sh", "node"},
		{"ONBUILD is somebody else's", "FROM a\nONBUILD USER x\n", "", "/base", "docker-entrypoint.sh", "node"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := final(t, c.src, testBase, Options{})
			user := s.User.Text
			if !s.User.Known {
				user = "?"
			}
			got := strings.Join([]string{user, s.Workdir.Text, show(s.Entrypoint), show(s.Cmd)}, " | ")
			if want := strings.Join([]string{c.user, c.dir, c.entrypoint, c.cmd}, " | "); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestSharedStates: a state that was looked at earlier is not changed by what
// follows.
func TestSharedStates(t *testing.T) {
	run := resolve(t, "FROM a\nENV A=1\nENV B=2\nVOLUME /x\nVOLUME /y\nRUN useradd u\nRUN userdel node\nRUN userdel u\n", Options{}).Nodes[0].Eval(testBase)
	for i, want := range []struct{ env, volumes, created int }{{2, 1, 0}, {3, 1, 0}, {4, 1, 0}, {4, 2, 0}, {4, 3, 0}, {4, 3, 1}, {4, 3, 1}} {
		s := run.Steps[i].Before
		if len(s.Env) != want.env || len(s.Volumes) != want.volumes || len(s.Accounts.Created) != want.created {
			t.Errorf("step %d: %d variables, %d volumes, %d users", i, len(s.Env), len(s.Volumes), len(s.Accounts.Created))
		}
	}
	if _, ok := run.Steps[5].Before.Accounts.User("node"); !ok {
		t.Error("node is gone before it is deleted")
	}
	if _, ok := run.Final.Accounts.User("node"); ok {
		t.Error("node is there after it was deleted")
	}
	if len(testBase.Accounts.Users) != 2 {
		t.Error("the base image's own list was changed")
	}
}

func TestBuilds(t *testing.T) {
	const src = "FROM a AS base\nFROM base AS build\nFROM b AS tool\nFROM base AS web\nCOPY --from=build /x /x\nFROM base AS worker\nRUN --mount=from=tool,target=/t true\n"
	for target, want := range map[string]string{
		"": "base build tool web worker", "web": "base build web", "worker": "base tool worker", "base": "base",
	} {
		var got []string
		g := resolve(t, src, Options{Target: target})
		for _, n := range g.Nodes {
			if g.Builds(n.Stage) {
				got = append(got, n.Stage.Name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("target %q builds %q, want %s", target, got, want)
		}
	}
}

// TestTakes: which files of the context the stages take.
func TestTakes(t *testing.T) {
	for _, c := range []struct {
		src  string
		want string
	}{
		{"FROM a\nCOPY apps/web ./\nCOPY package*.json lib/*.js /x/\n", "apps/web/a.js lib/a.js package.json"},
		{"FROM a\nCOPY . .\n", "apps/api/a.js apps/web/a.js lib/a.js lib/b/a.js package.json"},
		{"FROM a\nARG X\nCOPY $X .\n", "apps/api/a.js apps/web/a.js lib/a.js lib/b/a.js package.json"},
		{"FROM a\nRUN --mount=type=bind,source=apps/api,target=/x make\n", "apps/api/a.js"},
		{"FROM a\n", ""},
	} {
		takes := resolve(t, c.src, Options{}).Takes()
		var got []string
		for _, name := range []string{"apps/api/a.js", "apps/web/a.js", "lib/a.js", "lib/b/a.js", "package.json"} {
			if takes(name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q, want %q", c.src, got, c.want)
		}
	}
}
