package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// TestSmokeNames: no name of a directory is a command, or an expression of a workflow.
func TestSmokeNames(t *testing.T) {
	t.Chdir(t.TempDir())
	for dir, c := range map[string]struct {
		code int
		want string
	}{
		"a b":            {exitOK, "docker build --tag smoke-a-b --file 'a b/Dockerfile' 'a b'\n"},
		"$(touch pwned)": {exitOK, "docker build --tag smoke-touch-pwned --file '$(touch pwned)/Dockerfile' '$(touch pwned)'\n"},
		"'":              {exitOK, `docker build --tag smoke --file ''\''/Dockerfile' ''\'''` + "\n"},
		"${{ x }}":       {exitError, ""},
	} {
		put(t, filepath.Join(dir, "Dockerfile"), "FROM node:20-slim\nUSER node\n", 0o644)
		var out, problems bytes.Buffer
		code := Run([]string{"smoke", "--offline", "--no-cache", "--format=github", filepath.Join(dir, "Dockerfile")}, nil, &out, &problems)
		if code != c.code || !strings.Contains(out.String(), c.want) || c.want == "" && out.Len() > 0 {
			t.Errorf("%s: exit code %d\n%s%s", dir, code, &out, &problems)
		}
	}
}

// TestSmokeSteps lints what is printed for workflows; its scripts too, if there is a shellcheck.
func TestSmokeSteps(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "Dockerfile", "FROM node:20-slim\nUSER node\nCMD [\"node\", \"server.js\"]\n", 0o644)
	put(t, "pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n", 0o644)
	for _, args := range [][]string{{"--format=github", "Dockerfile"}, {"--format=kubernetes", "pod.yaml"}} {
		var out, problems bytes.Buffer
		if code := Run(append([]string{"smoke", "--offline", "--no-cache"}, args...), nil, &out, &problems); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, &problems)
		}
		workflow := "on: push\njobs:\n  smoke:\n    runs-on: ubuntu-latest\n    steps:\n      " + strings.ReplaceAll(out.String(), "\n", "\n      ")
		var lint bytes.Buffer
		options := &actionlint.LinterOptions{Color: actionlint.ColorOptionKindNever}
		if path, err := exec.LookPath("shellcheck"); err == nil {
			options.Shellcheck = path
		}
		linter, err := actionlint.NewLinter(&lint, options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := linter.Lint("smoke.yml", []byte(workflow), nil); err != nil || lint.Len() > 0 {
			t.Errorf("%q: %v\n%s", args, err, &lint)
		}
	}
}
