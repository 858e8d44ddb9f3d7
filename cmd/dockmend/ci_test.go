package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/discover"
)

// readOwn reads a file by its path in the repository.
func readOwn(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ownWorkflows returns the paths of the workflows, examples included, and of the
// action.
func ownWorkflows(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../.github/*/*.yml")
	if err != nil || len(files) < 4 {
		t.Fatalf("workflows: %q, %v", files, err)
	}
	list := []string{"action.yml"}
	for _, f := range files {
		list = append(list, strings.TrimPrefix(filepath.ToSlash(f), "../../"))
	}
	return list
}

// usesLine is a step that is an action: its repository and path, its revision, and
// the comment after it. pinned matches the last two: a commit, and for people and for
// update programs, its release.
var (
	usesLine = regexp.MustCompile(`(?m)^ *(?:- )?uses: ([^\s@]+)@(\S+)(?: # (.*))?$`)
	pinned   = regexp.MustCompile(`^[0-9a-f]{40} v([0-9]+)\.[0-9]+\.[0-9]+$`)
)

// ownAction is this repository's action, as other repositories name it.
const ownAction = "dockmend/dockmend"

// TestPinnedActions: third-party actions are named by what can't change.
func TestPinnedActions(t *testing.T) {
	pins := map[string]string{}
	for _, name := range ownWorkflows(t) {
		for _, m := range usesLine.FindAllStringSubmatch(string(readOwn(t, name)), -1) {
			repo, pin := m[1], m[2]+" "+m[3]
			switch {
			case repo == ownAction:
			case !pinned.MatchString(pin):
				t.Errorf("%s: %s is named by %s, which is no commit with its release", name, repo, pin)
			case pins[repo] != "" && pins[repo] != pin:
				t.Errorf("%s: %s is named by %s, and elsewhere by %s", name, repo, pin, pins[repo])
			default:
				pins[repo] = pin
			}
		}
	}
	if len(pins) < 4 {
		t.Errorf("actions of others: %v", pins)
	}
}

// TestOwnDockerfile: dockmend has nothing to fix in its own Dockerfile, and that
// builds with the Go version of go.mod.
func TestOwnDockerfile(t *testing.T) {
	golang := regexp.MustCompile(`(?m)^go (.*)$`).FindSubmatch(readOwn(t, "go.mod"))
	if want := fmt.Sprintf("FROM golang:%s-", golang[1]); !bytes.Contains(readOwn(t, "Dockerfile"), []byte(want)) {
		t.Errorf("Dockerfile has no %s", want)
	}
	t.Chdir("../..")
	for _, flags := range []string{"--offline", "--offline --unsafe", "--offline --unsafe --user-style=numeric"} {
		var out, findings bytes.Buffer
		args := append(strings.Fields(flags), "--no-cache", "--no-config", "Dockerfile")
		if code := Run(args, nil, &out, &findings); code != exitOK || out.Len() > 0 {
			t.Errorf("dockmend %s: exit code %d\n%s%s", strings.Join(args, " "), code, findings.Bytes(), out.Bytes())
		}
	}
}

// TestBuildContext: the ignore file excludes nothing that the build copies, and most
// of the rest.
func TestBuildContext(t *testing.T) {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(readOwn(t, ".dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	const files = `{{with .Module}}{{if .Main}}{{range $.GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range $.EmbedFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	list := exec.Command("go", "list", "-deps", "-f", files, ".")
	list.Env = append(os.Environ(), "GOOS=linux")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, want bool) {
		if ignored, err := matcher.MatchesOrParentMatches(name); err != nil || ignored != want {
			t.Errorf("%s is ignored: %v, %v", name, ignored, err)
		}
	}
	taken := strings.FieldsFunc(string(out), func(c rune) bool { return c == '\n' })
	for _, file := range append(taken, filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum")) {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		check(name, false)
	}
	for _, name := range []string{".git/config", "README.md", "Dockerfile", "bin/dockmend", "dockmend", "golden/lab/lab.go", "golden/all/guide-node-slim/Dockerfile", "cmd/dockmend/ci_test.go", "cmd/dockmend/testdata/check.txtar"} {
		check(name, true)
	}
}

// TestPreCommitHooks: pre-commit accepts the hooks, and passes them the files
// that a search finds.
func TestPreCommitHooks(t *testing.T) {
	var hooks []map[string]any
	if err := yaml.Unmarshal(readOwn(t, ".pre-commit-hooks.yaml"), &hooks); err != nil {
		t.Fatal(err)
	}
	if len(hooks) != 2 || hooks[0]["id"] != "dockmend" || hooks[1]["id"] != "dockmend-check" {
		t.Fatalf("hooks are %v", hooks)
	}
	for _, hook := range hooks {
		for _, key := range []string{"id", "name", "description", "entry", "files", "exclude"} {
			if text, _ := hook[key].(string); text == "" {
				t.Errorf("%s has no %s", hook["id"], key)
			}
		}
		if hook["language"] != "golang" || hook["require_serial"] != true {
			t.Errorf("%s: language %v, require_serial %v", hook["id"], hook["language"], hook["require_serial"])
		}
		// pre-commit searches, with Python's syntax, of which this is a part.
		files, exclude := regexp.MustCompile(hook["files"].(string)), regexp.MustCompile(hook["exclude"].(string))
		for _, path := range hookPaths {
			name, vendored := strings.CutPrefix(path, "!")
			want := discover.IsDockerfile(filepath.Base(name)) && !vendored
			if got := files.MatchString(name) && !exclude.MatchString(name); got != want {
				t.Errorf("%s: %q is taken: %v", hook["id"], name, got)
			}
		}
	}
}

// hookPaths are paths of files. One with "!" is left alone for its path, regardless of
// its name.
var hookPaths = []string{
	"Dockerfile", "dockerfile", "DOCKERFILE", "Containerfile", "a/b c/Dockerfile", "a/-x/Dockerfile",
	"Dockerfile.prod", "Dockerfile.alpine3.19", "Dockerfile.18", "api.Dockerfile", "api.dockerfile", "x/api.CONTAINERFILE",
	".dockerfile", "x/.dockerfile", "Dockerfile.in.prod", "api.j2.Dockerfile", "$(touch pwned)/Dockerfile", "vendors/Dockerfile",
	"NotADockerfile", "Dockerfile2", "my-dockerfile", "Dockerfile/x", "Dockerfile.d/run.sh", "dockerfiles/readme",
	".dockerignore", "Dockerfile.dockerignore", "Dockerfile.containerignore", "Dockerfile.j2", "Dockerfile.prod.J2",
	"Dockerfile.tmpl", "Dockerfile.tpl", "Dockerfile.erb", "Dockerfile.template", "api.Dockerfile.template", "Dockerfile.in",
	"Dockerfile.md", "Dockerfile.orig", "Dockerfile.rej", "Dockerfile.bak", "Dockerfile~", "Dockerfile.swp", "._Dockerfile",
	"._api.Dockerfile", ".#Dockerfile", "Dockerfile.txt", "Dockerfile.sh", "dockerfile.go", "Dockerfile.test.js", "Dockerfile.json",
	"!node_modules/x/Dockerfile", "!a/node_modules/Dockerfile", "!vendor/x/Dockerfile", "!.git/Dockerfile",
	"!-Dockerfile.dockerfile", "!--config=x.dockerfile", "!-x/Dockerfile",
}
