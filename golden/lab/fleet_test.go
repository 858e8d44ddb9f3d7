package lab_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/golden"
)

// recipe is the directory of the examples under test.
var recipe = filepath.Join("..", "..", ".github", "examples", "fleet")

// TestFleet runs the scripts of the recipe over repositories, by multi-gitter if that
// is on this machine (MULTI_GITTER, else in PATH), and always by a loop with the same
// contract. The loop tests the scripts, not multi-gitter.yaml.
func TestFleet(t *testing.T) {
	t.Setenv("PATH", filepath.Dir(program(t, filepath.Join("..", ".."), "./cmd/dockmend"))+":"+os.Getenv("PATH"))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	git(t, "", "config", "--global", "user.name", "fleet")
	git(t, "", "config", "--global", "user.email", "fleet@example.com")
	t.Run("loop", func(t *testing.T) { tryFleet(t, loop{}) })
	t.Run("multi-gitter", func(t *testing.T) {
		name := os.Getenv("MULTI_GITTER")
		if name == "" {
			name = "multi-gitter"
		}
		program, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("multi-gitter and multi-gitter.yaml are not tried: %v (MULTI_GITTER names the program)", err)
		}
		tryFleet(t, multiGitter{program})
	})
}

// hostile is a repository name that a shell without quotes would interpret.
const hostile = "-it's; $(touch ran) & `touch ran` *"

const (
	plain  = "FROM node:20-slim\nWORKDIR /app\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n"
	server = "require('http').createServer((q, r) => r.end('ok')).listen(3000);\n"
	noFile = "RUNN it\n"
)

// oddPaths are the paths of the hostile repository's Dockerfiles.
var oddPaths = []string{"my app/Dockerfile", "-w/Dockerfile", "ünï;$(touch ran)/api.Dockerfile"}

func tryFleet(t *testing.T, e engine) {
	f := newForge(t)
	before, want := guide(t)
	odd := map[string]string{"-w.txt": "no flag\n"}
	for _, p := range oddPaths {
		odd[p], odd[path.Join(path.Dir(p), "server.js")] = plain, server
	}
	f.add(t, "guide", before)
	f.add(t, "library", map[string]string{"README.md": "no Dockerfile\n"})
	f.add(t, hostile, odd)
	f.add(t, "half", map[string]string{"bad/Dockerfile": noFile, "good/Dockerfile": plain, "good/server.js": server})
	f.add(t, "broken", map[string]string{"Dockerfile": noFile})

	clones, facts := filepath.Join(t.TempDir(), "all of them"), filepath.Join(t.TempDir(), "facts.json")
	t.Setenv("CLONES", clones)
	t.Setenv("FACTS", facts)
	e.collect(t, f, "collect.sh")
	inspect(t, clones, facts)
	f.add(t, "late", map[string]string{"Dockerfile": strings.Replace(plain, "20-slim", "24-alpine", 1)})

	e.run(t, f, "dockmend.sh", "skip")
	checkBranches(t, f, want)
	heads := f.heads(t)
	for _, strategy := range []string{"skip", "replace"} {
		e.run(t, f, "dockmend.sh", strategy)
		if again := f.heads(t); !maps.Equal(again, heads) {
			t.Errorf("a second run (%s) makes of %q\n%q", strategy, heads, again)
		}
		if n := len(f.pulls["guide"]); n != 1 {
			t.Errorf("after a second run (%s) there are %d pull requests", strategy, n)
		}
	}
	git(t, f.bare("guide"), "branch", "--force", "main", "dockmend")
	git(t, f.bare("guide"), "branch", "--delete", "dockmend")
	e.run(t, f, "dockmend.sh", "skip")
	if got := f.heads(t)["guide"]; strings.Contains(got, "dockmend ") {
		t.Errorf("what is merged is repaired again:\n%s", got)
	}
}

// checkBranches checks the branches, and the pull requests from them. want is the
// result for the guide's Dockerfile.
func checkBranches(t *testing.T, f *forge, want string) {
	t.Helper()
	files := map[string]int{"guide": 1, hostile: len(oddPaths), "half": 1}
	for name, heads := range f.heads(t) {
		branched := strings.Contains(heads, "dockmend ")
		if branched != (files[name] > 0) {
			t.Fatalf("%q has the branches\n%s", name, heads)
		}
		if branched {
			checkPull(t, f, name, files[name])
		}
	}
	if got := f.file(t, "guide", "dockmend", "Dockerfile"); got != want {
		t.Errorf("the branch has\n%s", got)
	}
	for _, p := range oddPaths {
		if got := f.file(t, hostile, "dockmend", p); !strings.Contains(got, "\nUSER node\n") {
			t.Errorf("%s is\n%s", p, got)
		}
	}
	if got := f.file(t, "half", "dockmend", "good/Dockerfile"); !strings.Contains(got, "\nUSER node\n") {
		t.Errorf("the file beside the broken one is\n%s", got)
	}
}

// checkPull checks the one pull request of a repository, and how many files
// its branch changes.
func checkPull(t *testing.T, f *forge, name string, files int) {
	t.Helper()
	if len(f.pulls[name]) != 1 {
		t.Fatalf("%q has the pull requests %q", name, f.pulls[name])
	}
	p := f.pulls[name][0]
	if p.Title != "Repair Dockerfiles" || p.Head != "dockmend" || p.Base != "main" {
		t.Errorf("%q has the pull request %q", name, p)
	}
	if !strings.Contains(p.Body, "nonroot-user") {
		t.Errorf("the body is %q", p.Body)
	}
	if got := strings.Count(git(t, f.bare(name), "diff", "--name-only", "main", "dockmend"), "\n"); got != files {
		t.Errorf("%q: %d files are changed", name, got)
	}
	if got := git(t, f.bare(name), "log", "-1", "--format=%at %ct", "dockmend"); got != madeAt+" "+madeAt+"\n" {
		t.Errorf("%q: the commit is of %s, so another run's is another one", name, got)
	}
}

// guide returns a golden case as a repository, and the result for its Dockerfile.
func guide(t *testing.T) (files map[string]string, want string) {
	t.Helper()
	dir := filepath.Join(cases, "all", "guide-node-slim")
	promise, err := golden.ReadBuild(dir)
	if err != nil {
		t.Fatal(err)
	}
	context, err := promise.BuildContext(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{"Dockerfile": string(readFile(t, dir, "Dockerfile"))}
	for name, f := range context {
		files[name] = string(f.Data)
	}
	return files, string(readFile(t, dir, "want.Dockerfile"))
}

// inspect writes the facts of all bases, which the lab's registry has. A file that is
// not a Dockerfile is reported, and does no harm.
func inspect(t *testing.T, clones, facts string) {
	t.Helper()
	cmd := exec.Command("dockmend", slices.Concat([]string{"inspect", "--from", "--json", "--no-cache"}, mirrors(current), []string{clones})...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState.ExitCode() != 2 || strings.Count(stderr.String(), "RUNN") != 2 {
		t.Fatalf("inspect: %v\n%s", err, stderr.Bytes())
	}
	if err := os.WriteFile(facts, stdout.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
