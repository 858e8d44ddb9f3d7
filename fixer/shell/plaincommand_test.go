package shell

import (
	"slices"
	"testing"
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
		// Scripts for which a shell does more:
		"": nil, "node a; ": nil, "node a &": nil, "node a && b": nil, "node a | b": nil, "(node a)": nil, "! node a": nil,
		"node a > b": nil, "A=b node a": nil, "node a # b": nil, "node $A": nil, `node "$A"`: nil, "node $(a)": nil, "node `a`": nil,
		"node *": nil, "node ?": nil, "node [a]": nil, "node {a,b}": nil, "node ~": nil, "node a:~": nil, `node a\ b`: nil,
		`node "a\\b"`: nil, "node $'a'": nil, `node $"a"`: nil, "node 'a": nil, "node a\nnode b": nil, "node\u00a0a": nil, "node\ra": nil,
		"cd a": nil, "echo a": nil, "exec": nil, "exec cd": nil, "exec -a x node": nil, ". a": nil, "[ a ]": nil, "time node a": nil,
		"-x": nil, `"" a`: nil, `"A=b" node`: nil, "if a; then b; fi": nil, "export A=b": nil, "node <(a)": nil, "node @(a)": nil,
	} {
		got, err := Plain(script)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %q, %v; want %q", script, got, err, want)
		}
	}
}
