package workload

import (
	"slices"
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

// TestBesideAll: a need that is another one, or is met in another way, is not the one that was seen.
func TestBesideAll(t *testing.T) {
	db := func(change func(*Need)) []Need {
		n := Need{Name: "db", Image: "postgres:17", Hosts: []string{"db"}, Deployment: &Deployment{
			Env: []Variable{{Name: "POSTGRES_DB", Value: "a", Known: true}}, HealthCheck: []string{"pg_isready", "-U", "$USER"}, Literal: true,
		}}
		change(&n)
		return []Need{n, {Name: "cache", Image: "redis"}}
	}
	same, unknown := BesideAll(db(func(*Need) {}))
	if again, _ := BesideAll(db(func(n *Need) { n.Deployment.Place.Line = 7 })); unknown != "" || len(same) != 2 || same[0].String() != "cache (redis)" || !slices.Equal(same, again) {
		t.Errorf("%v, %v %q", same, again, unknown)
	}
	for name, change := range map[string]func(*Need){
		"its image":      func(n *Need) { n.Image = "postgres:18" },
		"its name":       func(n *Need) { n.Name = "pg" },
		"its hosts":      func(n *Need) { n.Hosts = append(n.Hosts, "pg") },
		"its command":    func(n *Need) { n.Deployment.Command = []string{"postgres", "-c", "fsync=off"} },
		"a value":        func(n *Need) { n.Deployment.Env[0].Value = "b" },
		"its user":       func(n *Need) { n.Deployment.User = "70" },
		"a health check": func(n *Need) { n.Healthy = true },
		"a job":          func(n *Need) { n.Completed = true },
		"a restart":      func(n *Need) { n.Stays = true },
	} {
		if other, _ := BesideAll(db(change)); slices.Equal(same, other) {
			t.Errorf("%s does not count", name)
		}
	}
	if _, unknown := BesideAll(db(func(n *Need) { n.Unknown = "init.sql is mounted over it" })); unknown != "db, which it depends on, can't be started: init.sql is mounted over it" {
		t.Errorf("%q", unknown)
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
	if _, ok := c.Seen("", []Beside{{Name: "db"}}, 1000, 1000); ok {
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
