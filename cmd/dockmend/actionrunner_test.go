package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// actionFile is the part of action.yml that the tests read.
type actionFile struct {
	Inputs, Outputs map[string]struct{ Default, Value string }
	Runs            struct{ Steps []actionStep }
}

type actionStep struct {
	ID, Name, If, Shell, Run, Uses string
	Env                            map[string]string
}

func readAction(t *testing.T) (a actionFile) {
	t.Helper()
	if err := yaml.Unmarshal(readOwn(t, "action.yml"), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// actionRun is one use of the action, run like by GitHub's runner: scripts run in the
// same shell, expressions are expanded in the same places, and the output of a script
// is searched for commands. Third-party actions are left out.
type actionRun struct {
	t         *testing.T
	action    actionFile
	temp      string // RUNNER_TEMP
	workspace string
	values    map[string]string // by expression, such as inputs.mode
	env       []string

	used     []string // third-party actions
	log      []byte
	commands []string // commands in the log that the runner obeys
	failed   bool
}

// The action may only use these forms of expressions: an operand, or comparisons
// of two that all must hold.
var (
	actionExpression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)
	actionCondition  = regexp.MustCompile(`^(\S+) (==|!=) '([^']*)'$`)
)

// expand expands expressions. An output that no step has set is empty.
func (r *actionRun) expand(text string) string {
	return actionExpression.ReplaceAllStringFunc(text, func(e string) string {
		name := actionExpression.FindStringSubmatch(e)[1]
		value, ok := r.values[name]
		if !ok && !strings.Contains(name, ".outputs.") {
			r.t.Errorf("an expression that is not known: %s", e)
		}
		return value
	})
}

// holds reports whether a step's condition holds.
func (r *actionRun) holds(condition string) bool {
	for c := range strings.SplitSeq(condition, " && ") {
		m := actionCondition.FindStringSubmatch(c)
		if m == nil {
			r.t.Fatalf("a condition that is not known: %s", c)
		}
		if equal := r.expand("${{ "+m[1]+" }}") == m[3]; equal != (m[2] == "==") {
			return false
		}
	}
	return true
}

// only removes all steps but one.
func (r *actionRun) only(name string) {
	r.action.Runs.Steps = slices.DeleteFunc(r.action.Runs.Steps, func(s actionStep) bool { return s.Name != name })
}

// run runs the steps up to the first one that fails.
func (r *actionRun) run() {
	for _, s := range r.action.Runs.Steps {
		switch {
		case r.failed || s.If != "" && !r.holds(s.If):
		case s.Uses != "":
			r.used = append(r.used, s.Uses)
		default:
			r.failed = !r.script(s)
		}
	}
	for name, out := range r.action.Outputs {
		r.values["outputs."+name] = r.expand(out.Value)
	}
}

// script runs a step's script, and reports whether it succeeded.
func (r *actionRun) script(s actionStep) bool {
	if s.Shell != "bash" {
		r.t.Errorf("%q has the shell %q", s.Name, s.Shell)
	}
	if strings.Contains(s.Run, "${{") {
		r.t.Errorf("the script of %q has an expression in it, whose value could be a script", s.Name)
	}
	file := filepath.Join(r.t.TempDir(), "script.sh")
	output, summary := file+".output", filepath.Join(r.temp, "summary")
	if err := errors.Join(os.WriteFile(file, []byte(s.Run), 0o644), os.WriteFile(output, nil, 0o644)); err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file)
	cmd.Dir = r.workspace
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+r.temp, "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+summary)
	cmd.Env = append(cmd.Env, r.env...)
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+r.expand(value))
	}
	log, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	r.log = append(r.log, log...)
	r.commands = append(r.commands, runnerCommands(log)...)
	text, failure := os.ReadFile(output)
	if failure != nil {
		r.t.Fatal(failure)
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		r.values[fmt.Sprintf("steps.%s.outputs.%s", s.ID, name)] = value
	}
	return err == nil
}

// runnerCommand matches what the runner takes for a command, anywhere in a line of a
// log.
var runnerCommand = regexp.MustCompile(`^\s*::([a-z-]+|[0-9a-f]{32})(?: [^:]*)?::(.*)$|##\[`)

// runnerCommands returns the commands of a log that the runner obeys: a script can
// disable that.
func runnerCommands(log []byte) (list []string) {
	resume := ""
	for line := range bytes.Lines(log) {
		line := strings.TrimRight(string(line), "\r\n")
		m := runnerCommand.FindStringSubmatch(line)
		switch {
		case m == nil, resume != "" && m[1] != resume:
		case resume != "":
			resume = ""
		case m[1] == "stop-commands":
			resume = m[2]
		default:
			list = append(list, line)
		}
	}
	return list
}

// do runs a command in the workspace.
func (r *actionRun) do(name string, args ...string) {
	r.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = r.workspace
	cmd.Env = append(os.Environ(), r.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// checkNotObeyed fails if a script executed part of a name.
func (r *actionRun) checkNotObeyed() {
	r.t.Helper()
	if _, err := os.Lstat(filepath.Join(r.workspace, "pwned")); err == nil {
		r.t.Error("a script did what a name says")
	}
}

// out returns an output of the action.
func (r *actionRun) out(name string) string { return r.values["outputs."+name] }

// report returns the text of the report that an output names.
func (r *actionRun) report(name string) string {
	r.t.Helper()
	if r.out(name) == "" {
		r.t.Fatalf("the output %s names no report\n%s", name, r.log)
	}
	text, err := os.ReadFile(r.out(name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}
