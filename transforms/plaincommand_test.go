package transforms

import (
	"slices"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

func TestPlainCommand(t *testing.T) {
	for script, want := range map[string][]string{
		"node server.js":                {"node", "server.js"},
		" node\t server.js  ":           {"node", "server.js"},
		"exec node server.js":           {"node", "server.js"},
		`node 'a b' "c d" e"f"'g'`:      {"node", "a b", "c d", "efg"},
		`node "" ''`:                    {"node", "", ""},
		`node a#b x=y --p=1 a:b @s/c %`: {"node", "a#b", "x=y", "--p=1", "a:b", "@s/c", "%"},
		`"node" server.js`:              {"node", "server.js"},
		"./start.sh":                    {"./start.sh"},
		// What a shell would do more to:
		"": nil, "node a; ": nil, "node a &": nil, "node a && b": nil, "node a | b": nil, "(node a)": nil, "! node a": nil,
		"node a > b": nil, "A=b node a": nil, "node a # b": nil, "node $A": nil, `node "$A"`: nil, "node $(a)": nil, "node `a`": nil,
		"node *": nil, "node ?": nil, "node [a]": nil, "node {a,b}": nil, "node ~": nil, "node a:~": nil, `node a\ b`: nil,
		`node "a\\b"`: nil, "node $'a'": nil, `node $"a"`: nil, "node 'a": nil, "node a\nnode b": nil, "node\u00a0a": nil, "node\ra": nil,
		"cd a": nil, "echo a": nil, "exec": nil, "exec cd": nil, "exec -a x node": nil, ". a": nil, "[ a ]": nil, "time node a": nil,
		"-x": nil, `"" a`: nil, `"A=b" node`: nil, "if a; then b; fi": nil, "export A=b": nil, "node <(a)": nil, "node @(a)": nil,
	} {
		got, err := plainCommand(script)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %q, %v; want %q", script, got, err, want)
		}
	}
}

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
		if err := onlyRuns(stateWith(t, c.shell, c.env)); (err == nil) != c.want {
			t.Errorf("%q with %q: %v", c.shell, c.env, err)
		}
	}
}

// stateWith is the state of an image with that SHELL and environment.
func stateWith(t *testing.T, shell, env []string) chain.State {
	t.Helper()
	file, err := dockerfile.Parse("Dockerfile", []byte("FROM a\n"))
	if err != nil {
		t.Fatal(err)
	}
	graph, err := chain.Resolve(file, chain.Options{})
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
		if got := execForm(argv, like); got != want {
			t.Errorf("like %s: %s, want %s", like, got, want)
		}
	}
}

func TestScriptEnd(t *testing.T) {
	args := []string{"node", "server.js"}
	for script, want := range map[string]struct {
		argv  []string
		looks bool
	}{
		"#!/bin/sh\nset -e\nexec \"$@\"\n":                      {args, false},
		"#!/bin/sh\r\nexec \"$@\"\r\n# end\r\n\r\n":             {args, false},
		"#!/bin/sh\nexec gosu node \"$@\"":                      {args, false},
		"#!/bin/sh\n[ \"$1\" = node ] && id\nexec \"$@\"":       {args, true},
		"#!/bin/sh\nif [ \"${1#-}\" ]; then x; fi\nexec \"$@\"": {args, true},
		"#!/bin/sh\nshift\nexec \"$@\"":                         {args, true},
		"#!/bin/sh\nset -- node \"$@\"\nexec \"$@\"":            {args, true},
		"#!/bin/sh\nid\nexec node worker.js\n":                  {[]string{"node", "worker.js"}, true},
		"#!/bin/sh\n\"$@\"\n":                                   {},
		"#!/bin/sh\nexec \"$@\" &\n":                            {},
		"#!/bin/sh\nexec $@\n":                                  {},
		"#!/bin/sh\nnode server.js\n":                           {},
		"#!/bin/sh\nexec node server.js > /log\n":               {},
		"#!/bin/sh\ntrue && \\\nexec \"$@\"\n":                  {},
		"exec \"$@\"\n":                                         {},
		"":                                                      {},
	} {
		argv, looks, ok := scriptEnd(script, args)
		if ok != (want.argv != nil) || ok && (!slices.Equal(argv, want.argv) || looks != want.looks) {
			t.Errorf("%q: %q, %v, %v; want %q, %v", script, argv, looks, ok, want.argv, want.looks)
		}
	}
}

func TestScriptCall(t *testing.T) {
	for _, c := range []struct {
		argv []string
		name string // "" for an error
		args []string
	}{
		{[]string{"npm", "start"}, "start", nil},
		{[]string{"npm", "--silent", "run", "-s", "serve"}, "serve", nil},
		{[]string{"npm", "run-script", "serve", "--", "-p", "80"}, "serve", []string{"-p", "80"}},
		{[]string{"npm", "start", "a"}, "start", []string{"a"}},
		{[]string{"yarn", "serve", "-p", "80"}, "serve", []string{"-p", "80"}},
		{[]string{"/usr/local/bin/pnpm", "serve"}, "serve", nil},
		{[]string{"npm", "start", "-p", "80"}, "", nil},
		{[]string{"npm", "serve"}, "", nil},
		{[]string{"npm", "-w", "api", "start"}, "", nil},
		{[]string{"npm", "run"}, "", nil},
		{[]string{"yarn", "install"}, "", nil},
		{[]string{"yarn", "start", "--", "-p"}, "", nil},
		{[]string{"pnpm", "exec", "node"}, "", nil},
		{[]string{"npx", "serve"}, "", nil},
	} {
		name, args, err := scriptCall(c.argv)
		if name != c.name || !slices.Equal(args, c.args) || (err == nil) != (c.name != "") {
			t.Errorf("%q: %q %q, %v", c.argv, name, args, err)
		}
	}
}
