package command

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

func TestOnlyRuns(t *testing.T) {
	for _, c := range []struct {
		shell []string
		env   []string
		want  bool
	}{
		{[]string{"/bin/sh", "-c"}, nil, true},
		{[]string{"/bin/bash", "-ec"}, nil, true},
		{[]string{"/bin/bash", "-o", "pipefail", "-c"}, nil, true},
		{[]string{"/bin/bash", "-euo", "pipefail", "-c"}, nil, true},
		{[]string{"/bin/bash", "-l", "-c"}, nil, false},
		{[]string{"/bin/bash", "-lc"}, nil, false},
		{[]string{"/bin/bash", "--login", "-c"}, nil, false},
		{[]string{"/bin/bash", "-xc"}, nil, false},
		{[]string{"/bin/bash", "-o", "posix", "-c"}, nil, false},
		{[]string{"/bin/bash", "-o", "-c"}, nil, false},
		{[]string{"/bin/sh"}, nil, false},
		{[]string{"pwsh", "-c"}, nil, false},
		{[]string{"/bin/bash", "-c"}, []string{"BASH_ENV=/etc/env"}, false},
		{[]string{"/bin/sh", "-c"}, []string{"BASH_ENV=/etc/env"}, true},
		{[]string{"/bin/sh", "-c"}, []string{"ENV=production"}, true},
		{[]string{"/bin/sh", "-c"}, []string{"ENV=/etc/shinit"}, false},
	} {
		if err := OnlyRuns(stateWith(t, c.shell, c.env)); (err == nil) != c.want {
			t.Errorf("%q with %q: %v", c.shell, c.env, err)
		}
	}
}

// stateWith returns the state of an image with that SHELL and environment.
func stateWith(t *testing.T, shell, env []string) stage.State {
	t.Helper()
	file, err := dockerfile.Parse("Dockerfile", []byte("FROM a\n"))
	if err != nil {
		t.Fatal(err)
	}
	graph, err := stage.Resolve(file, stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return graph.Nodes[0].Eval(&baseimage.Facts{Config: &baseimage.Config{Shell: shell, Env: env}}).Final
}

func TestExecForm(t *testing.T) {
	argv := []string{"node", `a"b\c`, "<&>", ""}
	for like, want := range map[string]string{
		"npm start":            `["node", "a\"b\\c", "<&>", ""]`,
		`["npm", "start"]`:     `["node", "a\"b\\c", "<&>", ""]`,
		`["npm","start"]`:      `["node","a\"b\\c","<&>",""]`,
		`[ "npm", "start" ]`:   `[ "node", "a\"b\\c", "<&>", "" ]`,
		`[ "npm","run" , "" ]`: `[ "node","a\"b\\c","<&>","" ]`,
	} {
		if got := ExecForm(argv, like); got != want {
			t.Errorf("like %s: %s, want %s", like, got, want)
		}
	}
}
