package compose

import (
	"fmt"
	"testing"
	"testing/fstest"
)

// TestLimits has what binds users other than root alone, in all forms.
func TestLimits(t *testing.T) {
	const text = `services:
  a:
    image: x
    ulimits: {nproc: 20, nofile: 4}
    sysctls:
      net.ipv4.ip_unprivileged_port_start: 1024
  b:
    image: x
    ulimits:
      nproc: {soft: 30, hard: 40}
    sysctls: [net.ipv4.ip_unprivileged_port_start=0]
  c:
    image: x
    sysctls: [net.core.somaxconn=1024]
`
	set, err := Load(fstest.MapFS{"compose.yaml": {Data: []byte(text)}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"a": "{20 compose.yaml:4} {1024 compose.yaml:6}", "b": "{30 compose.yaml:10} {0 compose.yaml:11}", "c": "none none",
	}
	for _, s := range set.Projects[0].Services {
		processes, port := "none", "none"
		if l := s.Deployment.UserProcesses; l != nil {
			processes = fmt.Sprint(*l)
		}
		if l := s.Deployment.FirstPort; l != nil {
			port = fmt.Sprint(*l)
		}
		if got := processes + " " + port; got != want[s.Name] {
			t.Errorf("%s: got %s, want %s", s.Name, got, want[s.Name])
		}
	}
}

// TestIsLoaded: what Load merges by the names of a directory needs no command that says so.
func TestIsLoaded(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  bool
	}{
		{[]string{"compose.yaml"}, true},
		{[]string{"a/docker-compose.prod.yml"}, true},
		{[]string{"a/compose.yaml", "a/compose.prod.yaml"}, true},
		{[]string{"compose.yaml", "a/compose.prod.yaml"}, false},
		{[]string{"compose.yaml", "compose.a.yaml", "compose.b.yaml"}, false},
		{[]string{"deploy/prod.yaml"}, false},
	} {
		if got := IsLoaded(c.files); got != c.want {
			t.Errorf("%v: got %v", c.files, got)
		}
	}
}
