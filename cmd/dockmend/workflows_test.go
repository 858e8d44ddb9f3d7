package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"
)

// TestWorkflows lints the workflows, with this repository's action.yml as the one
// that they use, and its steps as those of a workflow; scripts too, if there is
// a shellcheck.
func TestWorkflows(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, ".git", "HEAD"), "", 0o644) // which makes it a repository
	for _, name := range ownWorkflows(t) {
		text := lintable(readOwn(t, name))
		if name == "action.yml" {
			put(t, filepath.Join(root, name), string(readOwn(t, name)), 0o644)
			text = asWorkflow(t, text)
		}
		put(t, filepath.Join(root, ".github", "workflows", path.Base(name)), string(text), 0o644)
	}
	var out bytes.Buffer
	options := &actionlint.LinterOptions{WorkingDir: root, Color: actionlint.ColorOptionKindNever}
	if path, err := exec.LookPath("shellcheck"); err == nil {
		options.Shellcheck = path
	}
	linter, err := actionlint.NewLinter(&out, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := linter.LintRepository(root); err != nil || out.Len() > 0 {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
}

// lintable names actions in the form whose inputs the linter knows: this repository's
// by its path, third-party ones by a major version.
func lintable(workflow []byte) []byte {
	return usesLine.ReplaceAllFunc(workflow, func(line []byte) []byte {
		m := usesLine.FindSubmatch(line)
		repo, name := string(m[1]), string(m[1])+"@"+string(m[2])
		if repo == ownAction {
			return bytes.Replace(line, []byte(name), []byte("./"), 1)
		}
		release := pinned.FindStringSubmatch(string(m[2]) + " " + string(m[3]))
		if release == nil {
			return line
		}
		// A new one, which the linter may not know yet, mostly has the inputs of the
		// one before.
		for major, _ := strconv.Atoi(release[1]); major > 0; major-- {
			known := fmt.Sprintf("%s@v%d", repo, major)
			if actionlint.PopularActions[known] != nil {
				return bytes.Replace(line, []byte(name), []byte(known), 1)
			}
		}
		return line
	})
}

// asWorkflow makes a workflow of a composite action, which the linter does not check:
// its inputs are the workflow's, and its steps those of a job.
func asWorkflow(t *testing.T, action []byte) []byte {
	var a struct {
		Inputs, Outputs map[string]map[string]string
		Runs            struct{ Steps []any }
	}
	if err := yaml.Unmarshal(action, &a); err != nil {
		t.Fatal(err)
	}
	for _, in := range a.Inputs {
		in["type"] = "string"
	}
	outputs := map[string]string{}
	for name, o := range a.Outputs {
		outputs[name] = o["value"]
	}
	text, err := yaml.Marshal(map[string]any{
		"on":   map[string]any{"workflow_call": map[string]any{"inputs": a.Inputs}},
		"jobs": map[string]any{"action": map[string]any{"runs-on": "ubuntu-latest", "outputs": outputs, "steps": a.Runs.Steps}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
