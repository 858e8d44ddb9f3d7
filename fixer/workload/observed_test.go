package workload

import "testing"

// TestDeploymentStart: what a deployment states of its start tells it apart, its user and its ports do not.
func TestDeploymentStart(t *testing.T) {
	variable := func(value string) []Variable { return []Variable{{Name: "A", Value: value, Known: true}} }
	if got, known := (Deployment{User: "1000", Ports: []int{80}, Init: true, Command: []string{}}).Start(); got != "" || !known {
		t.Errorf("%q %t", got, known)
	}
	seen := map[string]string{"": "the image's own"}
	for name, d := range map[string]Deployment{
		"a command":         {Command: []string{"node", "job.js"}},
		"another":           {Command: []string{"node", "a.js"}},
		"an entrypoint":     {Entrypoint: []string{"node", "job.js"}},
		"a directory":       {WorkingDir: "/srv"},
		"a variable":        {Env: variable("1")},
		"another value":     {Env: variable("2")},
		"no entrypoint":     {Entrypoint: []string{}},
		"words, cut other ": {Command: []string{"node job.js"}},
	} {
		got, known := d.Start()
		if !known || seen[got] != "" {
			t.Errorf("%s: %q %t, as %s", name, got, known, seen[got])
		}
		seen[got] = name
	}
	for name, d := range map[string]Deployment{"a file of variables": {EnvFiles: []string{".env"}}, "a value from elsewhere": {Env: []Variable{{Name: "A"}}}, "a variable in its command": {Command: []string{"node", "${FILE}"}}} {
		if _, known := d.Start(); known {
			t.Errorf("%s is known", name)
		}
	}
}
