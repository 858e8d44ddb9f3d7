package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAction runs the action's scripts on a repository with names that a shell, a
// runner or a command line could interpret.
func TestAction(t *testing.T) {
	r := newActionRun(t, nil)
	const built = 2 // the steps that build dockmend, which is done once
	r.action.Runs.Steps = r.action.Runs.Steps[:built]
	if r.run(); r.failed {
		t.Fatalf("dockmend is not built:\n%s", r.log)
	}
	for _, test := range actionTests {
		t.Run(test.name, func(t *testing.T) {
			c := newActionRun(t, test.inputs)
			c.temp, c.action.Runs.Steps = r.temp, c.action.Runs.Steps[built:]
			if test.prepare != nil {
				test.prepare(t, c)
			}
			c.run()
			if c.failed != test.failed || c.out("exit-code") != test.code || c.out("changed") != test.changed {
				t.Errorf("failed %v, exit code %q, changed %q\n%s", c.failed, c.out("exit-code"), c.out("changed"), c.log)
			}
			for _, line := range c.commands {
				if !strings.HasPrefix(line, "::error ") && !strings.HasPrefix(line, "::warning ") && !strings.HasPrefix(line, "::notice ") {
					t.Errorf("the runner obeys %q", line)
				}
			}
			if test.check != nil {
				test.check(t, c)
			}
			c.checkNotObeyed()
		})
	}
}

// offline returns the inputs of a run that asks no registry, and others.
func offline(more ...string) map[string]string {
	inputs := map[string]string{"args": "--offline\n--no-cache\n\n--only=nonroot-user"}
	for i := 0; i < len(more); i += 2 {
		inputs[more[i]] = more[i+1]
	}
	return inputs
}

// smoking returns the inputs of a run that looks at containers, and others.
func smoking(more ...string) map[string]string {
	return offline(append([]string{"mode", "smoke", "args", "--offline\n--no-cache", "smoke", "--proc\nproc\n"}, more...)...)
}

// startContainer makes a Compose file, and a docker and a kernel by which its service runs, with
// NoNewPrivs as its process has it; "" for one that does not run.
func startContainer(noNewPrivileges string) func(*testing.T, *actionRun) {
	return func(t *testing.T, r *actionRun) {
		t.Helper()
		pid := "10"
		if noNewPrivileges == "" {
			pid = "0"
		}
		bin := t.TempDir()
		put(t, filepath.Join(bin, "docker"), "#!/bin/sh\ncase $1 in compose) echo aaa ;; inspect) echo "+pid+" aaa ;; esac\n", 0o755)
		r.env = append(r.env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		for name, text := range map[string]string{
			"$(touch pwned)/compose.yaml": "services:\n  app:\n    image: nginx:1\n    security_opt: [no-new-privileges:true]\n",
			"proc/self/status":            "Name:\tsh\n",
			"proc/10/status":              "Name:\t##[x\nState:\tS\nPid:\t10\nPPid:\t1\nNoNewPrivs:\t" + noNewPrivileges + "\n",
			"proc/10/mountinfo":           "1 0 0:1 / / rw - tmpfs tmpfs rw\n",
			"proc/10/cgroup":              "0::/docker/aaa\n",
		} {
			put(t, filepath.Join(r.workspace, name), text, 0o644)
		}
	}
}

type actionTest struct {
	name          string
	inputs        map[string]string
	prepare       func(*testing.T, *actionRun)
	failed        bool
	code, changed string
	check         func(*testing.T, *actionRun)
}

var actionTests = []actionTest{
	{name: "check", inputs: offline(), failed: true, code: "1", changed: "true", check: func(t *testing.T, r *actionRun) {
		for _, name := range []string{"a b/Dockerfile", "$(touch pwned)/Dockerfile", "verify/Dockerfile"} {
			if !slices.ContainsFunc(r.commands, func(c string) bool { return strings.Contains(c, "file="+name+",") }) {
				t.Errorf("no annotation of %s\n%s", name, r.log)
			}
		}
		summary, err := os.ReadFile(filepath.Join(r.temp, "summary"))
		if report := r.report("markdown"); err != nil || !strings.Contains(report, "a b/Dockerfile") || !strings.HasSuffix(string(summary), report) {
			t.Errorf("%v: the report is %q, and the summary %q", err, report, summary)
		}
		for _, form := range []string{"diff", "json", "sarif", "rdjson"} {
			if r.out(form) != "" {
				t.Errorf("%s was not asked for, and is there", form)
			}
		}
	}},
	{name: "findings that do not fail", inputs: offline("fail", "false"), code: "1", changed: "true"},
	{name: "nothing to change", inputs: offline("paths", "good"), code: "0", changed: "false"},
	{name: "paths", inputs: offline("paths", "verify\n-x\n$(touch pwned)\n", "formats", "diff"), failed: true, code: "1", changed: "true",
		check: func(t *testing.T, r *actionRun) {
			for name, want := range map[string]bool{"-x": true, "$(touch pwned)": true, "verify": true, "a b": false} {
				if got := strings.Contains(r.report("diff"), "+++ b/"+name+"/Dockerfile"); got != want {
					t.Errorf("%s is looked at: %v", name, got)
				}
			}
		}},
	{name: "a file that is no Dockerfile", inputs: offline("paths", "broken\ngood/Dockerfile", "fail", "false"), failed: true, code: "2", changed: "false"},
	{name: "a file that is no Dockerfile, beside others", inputs: offline("paths", "broken\nverify", "fail", "false"), failed: true, code: "2", changed: "true"},
	{name: "a flag that is none", inputs: map[string]string{"args": "--only=$(touch pwned)"}, failed: true, code: "2", changed: "false"},
	{name: "a flag with blanks", inputs: map[string]string{"args": "--offline; touch pwned"}, failed: true, code: "2", changed: "false"},
	{name: "mode", inputs: offline("mode", "check; touch pwned"), failed: true},
	{name: "a boolean", inputs: offline("sarif", "yes"), failed: true},
	{name: "formats", inputs: offline("formats", "../json"), failed: true},
	{name: "verify in mode check", inputs: offline("verify", "true"), failed: true},
	{name: "a baseline in mode write", inputs: offline("mode", "write", "baseline", "b.json"), failed: true},
	{name: "reports", inputs: offline("formats", "diff\njson\nrdjson", "sarif", "true", "fail", "false"), code: "1", changed: "true",
		check: func(t *testing.T, r *actionRun) {
			for form, want := range map[string]string{"diff": "--- a/", "json": "{", "rdjson": "{", "sarif": "{"} {
				if !strings.HasPrefix(r.report(form), want) {
					t.Errorf("%s is %q", form, r.report(form))
				}
			}
			if len(r.used) != 1 || !strings.Contains(r.used[0], "upload-sarif") {
				t.Errorf("used: %q", r.used)
			}
		}},
	{name: "baseline", inputs: offline("baseline", "my baseline.json"), code: "0", changed: "false", prepare: func(t *testing.T, r *actionRun) {
		r.do(filepath.Join(r.temp, "dockmend", "dockmend"), "fix", "--check", "--offline", "--no-cache", "--only=nonroot-user", "--baseline", "my baseline.json", "--update-baseline", ".")
	}},
	{name: "since", inputs: offline("since", "HEAD", "formats", "diff"), failed: true, code: "1", changed: "true",
		prepare: func(t *testing.T, r *actionRun) {
			r.do("git", "init", "-q")
			r.do("git", "add", ".")
			r.do("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "first")
			file := filepath.Join(r.workspace, "verify", "Dockerfile")
			text, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, append([]byte("# changed\n"), text...), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		check: func(t *testing.T, r *actionRun) {
			if d := r.report("diff"); strings.Count(d, "+++ ") != 1 || !strings.Contains(d, "+++ b/verify/Dockerfile\n") {
				t.Errorf("the diff is\n%s", d)
			}
		}},
	{name: "write", inputs: offline("mode", "write"), code: "0", changed: "true", check: func(t *testing.T, r *actionRun) {
		if d := r.report("diff"); strings.Count(d, "+++ ") != 6 || !strings.Contains(r.report("markdown"), "a b/Dockerfile") {
			t.Errorf("the reports are\n%s\n%s", d, r.report("markdown"))
		}
		for _, dir := range []string{"a b", "$(touch pwned)", "-x", "verify"} {
			text, err := os.ReadFile(filepath.Join(r.workspace, dir, "Dockerfile"))
			if err != nil || !strings.Contains(string(text), "\nUSER node\n") {
				t.Errorf("%s/Dockerfile is not repaired: %v\n%s", dir, err, text)
			}
		}
	}},
	{name: "verify, without a BuildKit", inputs: offline("mode", "write", "verify", "true", "args", "--offline\n--no-cache\n--buildkit=unix:///nosuch"),
		failed: true, code: "2", changed: "false"},
	{name: "smoke", inputs: smoking("paths", "$(touch pwned)/compose.yaml"), code: "0", changed: "false", prepare: startContainer("1"), check: func(t *testing.T, r *actionRun) {
		if !strings.Contains(r.report("markdown"), "    ok    app: no-new-privileges: NoNewPrivs 1 (processes: 1)\n") || !strings.Contains(string(r.log), "ok    app: ") {
			t.Errorf("the report is %q", r.report("markdown"))
		}
	}},
	{name: "smoke, with a lack", inputs: smoking(), failed: true, code: "1", changed: "false", prepare: startContainer("0"), check: func(t *testing.T, r *actionRun) {
		if !strings.Contains(r.report("markdown"), "    FAIL  app: no-new-privileges: ") {
			t.Errorf("the report is %q", r.report("markdown"))
		}
	}},
	{name: "smoke, with a lack that does not fail", inputs: smoking("fail", "false"), code: "1", changed: "false", prepare: startContainer("0")},
	{name: "smoke, with nothing that runs", inputs: smoking("fail", "false"), failed: true, code: "2", changed: "false", prepare: startContainer("")},
	{name: "smoke, with nothing to check", inputs: smoking("paths", "verify", "fail", "false"), failed: true, code: "2", changed: "false"},
	{name: "smoke, with an option that is none", inputs: smoking("smoke", "--secomp; touch pwned"), failed: true, code: "2", changed: "false", prepare: startContainer("1")},
	{name: "smoke and verify", inputs: smoking("verify", "true"), failed: true},
	{name: "smoke and a baseline", inputs: smoking("baseline", "b.json"), failed: true},
	{name: "smoke and formats", inputs: smoking("formats", "json"), failed: true},
	{name: "smoke and a comment", inputs: smoking("comment", "true"), failed: true},
	{name: "smoke and sarif", inputs: smoking("sarif", "true"), failed: true},
	{name: "smoke and since", inputs: smoking("since", "HEAD"), failed: true},
	{name: "write, with nothing to change", inputs: offline("mode", "write", "paths", "good"), code: "0", changed: "false"},
}

// actionRepository is what the action runs on.
const actionRepository = `
-- a b/Dockerfile --
FROM node:20-slim
WORKDIR /app
COPY --chown=1000:1000 . .
CMD ["node", "server.js"]
-- good/Dockerfile --
FROM node:20-slim
WORKDIR /app
COPY --chown=1000:1000 . .
USER node
CMD ["node", "server.js"]
-- broken --
A
`

// newActionRun makes the repository, and a run of the action with the inputs.
func newActionRun(t *testing.T, inputs map[string]string) *actionRun {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	r := &actionRun{t: t, action: readAction(t), temp: filepath.Join(t.TempDir(), "runner temp"), workspace: t.TempDir(),
		values: map[string]string{"github.event_name": "push", "github.token": "token", "github.event.pull_request.number": ""}}
	r.env = []string{"GITHUB_ACTION_PATH=" + root, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GITHUB_SERVER_URL=https://github.com",
		"GITHUB_REPOSITORY=owner/name", "GITHUB_WORKFLOW=a workflow", "GITHUB_JOB=job"}
	for name, in := range r.action.Inputs {
		r.values["inputs."+name] = in.Default
	}
	for name, value := range inputs {
		if _, ok := r.action.Inputs[name]; !ok {
			t.Fatalf("there is no input %s", name)
		}
		r.values["inputs."+name] = value
	}
	files := map[string][]byte{}
	for _, f := range txtar.Parse([]byte(actionRepository)).Files {
		files[f.Name] = f.Data
	}
	for _, dir := range []string{"$(touch pwned)", "-x", "verify", "::set-output name=changed::no", "##[add-mask]a"} {
		files[dir+"/Dockerfile"] = files["a b/Dockerfile"]
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		put(t, filepath.Join(r.workspace, name), string(files[name]), 0o644)
	}
	if err := os.MkdirAll(r.temp, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}
