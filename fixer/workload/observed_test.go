package workload

import (
	"strings"
	"testing"
)

// TestDeploymentStart: what a deployment states of its start tells it apart, its user and its ports do not.
func TestDeploymentStart(t *testing.T) {
	variable := func(value string) []Variable { return []Variable{{Name: "A", Value: value, Known: true}} }
	if got, unknown := (Deployment{User: "1000", Ports: []int{80}, Init: true, Command: []string{}}).Start(); got != "" || unknown != "" {
		t.Errorf("%q %q", got, unknown)
	}
	seen := map[string]string{"": "the image's own"}
	for name, d := range map[string]Deployment{
		"a command":           {Command: []string{"node", "job.js"}},
		"another":             {Command: []string{"node", "a.js"}},
		"an entrypoint":       {Entrypoint: []string{"node", "job.js"}},
		"a directory":         {WorkingDir: "/srv"},
		"a variable":          {Env: variable("1")},
		"another value":       {Env: variable("2")},
		"no entrypoint":       {Entrypoint: []string{}},
		"words, cut other ":   {Command: []string{"node job.js"}},
		"a health check":      {HealthCheck: []string{"curl", "localhost"}},
		"no health check":     {HealthCheck: []string{}},
		"a volume":            {Mounts: []Mount{{Target: "/data", Kind: Volume, Source: "data"}}},
		"a volume, only read": {Mounts: []Mount{{Target: "/data", Kind: Volume, Source: "data", ReadOnly: true}}},
		"a tmpfs":             {Mounts: []Mount{{Target: "/data", Kind: Tmpfs}}},
		"the user's tmpfs":    {Mounts: []Mount{{Target: "/data", Kind: Tmpfs, Options: "uid=1000"}}},
	} {
		got, unknown := d.Start()
		if unknown != "" || seen[got] != "" {
			t.Errorf("%s: %q %q, as %s", name, got, unknown, seen[got])
		}
		seen[got] = name
	}
	for name, c := range map[string]struct {
		d   Deployment
		why string
	}{
		"a file of variables":     {Deployment{EnvFiles: []string{".env"}}, "its environment is in .env"},
		"a value from elsewhere":  {Deployment{Env: []Variable{{Name: "A"}}}, "the value of A"},
		"a variable's value":      {Deployment{Variable: Place{"compose.yaml", 4, 5}}, "compose.yaml:4 takes a value from a variable"},
		"a variable, its command": {Deployment{Command: []string{"node", "${FILE}"}}, "${FILE}"},
		"a directory of the host": {Deployment{Mounts: []Mount{{Target: "/data", Kind: Bind, Source: "./data", Place: Place{"compose.yaml", 5, 7}}}}, "./data is mounted over it in compose.yaml:5"},
		"a secret":                {Deployment{Mounts: []Mount{{Target: "/run/secrets/a", Kind: Config, Source: "a"}}}, "a is mounted over it"},
		"a volume from elsewhere": {Deployment{Mounts: []Mount{{Target: "/data", Kind: Volume, Source: "data", Existing: true}}}, "data is mounted over it"},
	} {
		if got, unknown := c.d.Start(); got != "" || !strings.Contains(unknown, c.why) {
			t.Errorf("%s: %q, %q", name, got, unknown)
		}
	}
}

// TestSeen: what was seen counts for the start and the user with which it was seen, and where it was
// seen twice, the worse counts.
func TestSeen(t *testing.T) {
	one := Observed{UID: 1000, GID: 1000, Wrote: []string{"/tmp/a"}, Mounts: []string{"/tmp"}}
	again := one
	again.Wrote, again.ReadOnly = []string{"/tmp/b"}, "it failed"
	elsewhere := one
	elsewhere.Mounts = []string{"/run", "/tmp"}
	c := Container{Observed: []Observed{one}}
	if _, ok := c.Seen("", nil, 1001, 1000); ok {
		t.Error("seen as another user")
	}
	if _, ok := c.Seen("sha256:1", nil, 1000, 1000); ok {
		t.Error("seen with another start")
	}
	if _, ok := c.Seen("", []string{"db"}, 1000, 1000); ok {
		t.Error("seen beside another service")
	}
	if seen, ok := c.Seen("", nil, 1000, 1000); !ok || seen.ReadOnly != "" {
		t.Errorf("%+v %t", seen, ok)
	}
	c.Observed = append(c.Observed, again)
	if seen, _ := c.Seen("", nil, 1000, 1000); seen.ReadOnly != "it failed" || len(seen.Wrote) != 2 {
		t.Errorf("%+v", seen)
	}
	if list := ofBoth([]Observed{one}, []Observed{elsewhere}); len(list) != 1 || !strings.Contains(list[0].ReadOnly, "different directories") {
		t.Errorf("%+v", list)
	}
	if list := ofBoth([]Observed{one}, []Observed{{UID: 5}}); list != nil {
		t.Errorf("%+v", list)
	}
}
