package compose

import (
	"slices"
	"testing"
	"testing/fstest"
)

// TestFromVariable: a value of a build or a start that another machine may replace is found, whatever
// its default is; what means the container's own variable, or changes neither, is not.
func TestFromVariable(t *testing.T) {
	const head = "services:\n  a:\n    image: a\n    "
	for text, line := range map[string]int{
		"command: node a.js":                                 0,
		"command: node $$FILE":                               0,
		"ports: ['${PORT:-80}:80']":                          0,
		"environment: {A: b}":                                0,
		"environment: [A=b]":                                 0,
		"environment: {A: \"${B:-c}\"}":                      4,
		"environment: {A: }":                                 4,
		"environment: [A]":                                   4,
		"environment:\n      A: b\n      C: $D":              6,
		"command: [node, $FILE]":                             4,
		"build:\n      context: .\n      args: {A: $B}":      6,
		"build:\n      context: .\n      args: [A]":          6,
		"build:\n      context: .\n      args: {A: b}":       0,
		"healthcheck: {test: 'curl localhost:${PORT}'}":      4,
		"volumes: ['${DIR:-./data}:/data']":                  4,
		"tmpfs: '/tmp:size=${SIZE}'":                         4,
		"entrypoint: &e [$A]\n    command: *e":               4,
		"working_dir: /app/$DIR":                             4,
		"x-more: $A":                                         0,
		"healthcheck: {test: 'curl localhost:$${PORT}'}":     0,
		"environment:\n      <<: {A: $B}\n      C: d":        5,
		"build: .\n    environment: {A: b}\n    user: '$ID'": 0,
	} {
		set, err := Load(fstest.MapFS{"compose.yaml": {Data: []byte(head + text + "\n")}, ".env": {Data: []byte("A=1\n")}}, ".")
		if err != nil || len(set.Projects) != 1 || len(set.Projects[0].Services) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		if got := set.Projects[0].Services[0].Deployment.Variable; got.Line != line {
			t.Errorf("%s: got %q, want line %d", text, got, line)
		}
	}
}

// TestHealthCheck: what a service says of its health check, nil for nothing, and its tmpfs.
func TestHealthCheck(t *testing.T) {
	set, err := Load(fstest.MapFS{"compose.yaml": {Data: []byte(`services:
  a: {image: a, healthcheck: {test: [CMD, node, check.js]}}
  b: {image: a, healthcheck: {test: curl localhost}}
  c: {image: a, healthcheck: {disable: true}}
  d: {image: a, healthcheck: {test: [NONE]}}
  e: {image: a, healthcheck: {interval: 5s}}
  f: {image: a, tmpfs: '/tmp:uid=5,mode=700'}
  g: {image: a, volumes: [{type: tmpfs, target: /tmp, tmpfs: {mode: 0700}}]}
`)}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"node", "check.js"}, {"/bin/sh", "-c", "curl localhost"}, {}, {}, nil, nil, nil} {
		got := set.Projects[0].Services[i].Deployment.HealthCheck
		if (got == nil) != (want == nil) || !slices.Equal(got, want) {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	for i, want := range map[int]string{5: "uid=5,mode=700", 6: "mode=0700"} {
		if got := set.Projects[0].Services[i].Deployment.Mounts; len(got) != 1 || got[0].Options != want {
			t.Errorf("%d: %+v, want %q", i, got, want)
		}
	}
}
