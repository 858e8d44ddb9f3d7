package repository

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

// TestRights has what docker run and Kubernetes let a container do on the host.
func TestRights(t *testing.T) {
	const manifest = `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      %s
      containers:
      - name: web
        image: web
        %s
`
	for _, c := range []struct{ name, text, want string }{
		{"run.sh", "docker run --privileged web", "run.sh:1 privileged"},
		{"run.sh", "docker run --privileged=false web", ""},
		{"run.sh", "docker run --device=/dev/a --device /dev/b:/dev/c web", `run.sh:1 devices ["/dev/a" "/dev/b:/dev/c"]`},
		{"run.sh", "docker run --cap-add NET_ADMIN,SYS_TIME --cap-drop ALL web", `run.sh:1 adds ["NET_ADMIN" "SYS_TIME"] drops ["ALL"]`},
		{"run.sh", "docker run --net host --pid=host web", "run.sh:1 network pid, not PID 1 by run.sh:1"},
		{"run.sh", "docker run --pid container:db web", ", not PID 1 by run.sh:1"},
		{"run.sh", "docker run --pid private web", ""},
		{"run.sh", "docker run --network front web", ""},
		{"run.sh", "docker run -v data:/a:nocopy --mount src=data,dst=/b,volume-nocopy -v d:/c web", " /a existing /b existing /c"},
		{"a.yaml", fmt.Sprintf(manifest, "hostNetwork: true", "securityContext: {privileged: true}"), "a.yaml:10 privileged network"},
		{"a.yaml", fmt.Sprintf(manifest, "hostPID: true", "securityContext: {capabilities: {add: [NET_ADMIN], drop: [ALL]}}"), `a.yaml:10 adds ["NET_ADMIN"] drops ["ALL"] pid, not PID 1 by a.yaml:6`},
		{"a.yaml", fmt.Sprintf(manifest, "hostPID: true", ""), "a.yaml:6 pid, not PID 1 by a.yaml:6"},
		{"a.yaml", fmt.Sprintf(manifest, "shareProcessNamespace: true", ""), ", not PID 1 by a.yaml:6"},
		{"a.yaml", fmt.Sprintf(manifest, "shareProcessNamespace: false", ""), ""},
		{"a.yaml", fmt.Sprintf(manifest, "securityContext: {fsGroup: 1000}", ""), " group"},
		{"a.yaml", fmt.Sprintf(manifest, "hostNetwork: false", "securityContext: {privileged: false}"), ""},
	} {
		l := Read(files(map[string]string{c.name: c.text, "Makefile": "a:\n\tdocker build -t web .\n"}, "Dockerfile"))
		list := l.Deployments("Dockerfile")
		if len(list) != 1 {
			t.Fatalf("%s: %d deployments, %v", c.text, len(list), l.Gaps())
		}
		if got := rights(list[0]); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestContainers has what a manifest takes from a container, and what checks that it is healthy: nothing
// of the image's does.
func TestContainers(t *testing.T) {
	l := Read(files(map[string]string{"a.yaml": `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: hardened
        image: acme/a
        securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}
        livenessProbe: {exec: {command: [node, live.js]}}
        readinessProbe: {exec: {command: [node, ready.js]}}
      - name: plain
        image: acme/b
        securityContext: {readOnlyRootFilesystem: false, allowPrivilegeEscalation: true}
        livenessProbe: {httpGet: {path: /, port: 80}}
      - name: unknown
        image: acme/$(X)
`}))
	var got []string
	for _, c := range l.Containers() {
		got = append(got, fmt.Sprintf("%s %s %v %v %q", c.Name, c.Image, c.ReadOnly, c.NoNewPrivileges, c.HealthCheck))
	}
	want := []string{`container hardened acme/a true true ["node" "ready.js"]`, `container plain acme/b false false []`, `container unknown acme/$(X) false false []`}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// rights returns what a deployment may do on the host, and the volumes that it mounts.
func rights(d workload.Deployment) string {
	var b strings.Builder
	if d.Rights != (workload.Place{}) {
		b.WriteString(d.Rights.String())
	}
	for _, s := range []struct {
		is   bool
		word string
	}{
		{d.Privileged, "privileged"}, {d.Devices != nil, fmt.Sprintf("devices %q", d.Devices)}, {d.CapAdd != nil, fmt.Sprintf("adds %q", d.CapAdd)},
		{d.CapDrop != nil, fmt.Sprintf("drops %q", d.CapDrop)},
		{d.HostNetwork, "network"}, {d.HostPID, "pid"}, {d.FSGroup, "group"},
	} {
		if s.is {
			b.WriteString(" " + s.word)
		}
	}
	if d.NoProcessOne != (workload.Place{}) {
		b.WriteString(", not PID 1 by " + d.NoProcessOne.String())
	}
	for _, m := range d.Mounts {
		b.WriteString(" " + m.Target)
		if m.Existing {
			b.WriteString(" existing")
		}
	}
	return b.String()
}

// TestKubernetesStart: command removes ENTRYPOINT and CMD, args replace CMD, and an
// empty list changes nothing.
func TestKubernetesStart(t *testing.T) {
	for start, want := range map[string]string{
		"command: [node], args: [a.js]": `["node"] ["a.js"]`,
		"command: [node]":               `["node"] []`,
		"args: [a.js]":                  `[] ["a.js"], entrypoint of the image`,
		"command: [], args: []":         "[] [], entrypoint of the image, command of the image",
		"name: x":                       "[] [], entrypoint of the image, command of the image",
	} {
		text := "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: web, " + start + "}]}\n"
		l := Read(files(map[string]string{"pod.yaml": text, "Makefile": "a:\n\tdocker build -t web .\n"}, "Dockerfile"))
		d := l.Deployments("Dockerfile")[0]
		got := fmt.Sprintf("%q %q", d.Entrypoint, d.Command)
		if d.Entrypoint == nil {
			got += ", entrypoint of the image"
		}
		if d.Command == nil {
			got += ", command of the image"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", start, got, want)
		}
	}
}

// TestMountsOfTheCheckout: a path of the checkout is one relative to the file that names
// it, however the file spells it.
func TestMountsOfTheCheckout(t *testing.T) {
	for source, want := range map[string]string{
		"$(CURDIR)": ".", "$(CURDIR)/": ".", "$(CURDIR)/data": "./data", "$(CURDIR)/../data": "../data", "$(CURDIR)/../..": "../..",
		"/srv/data": "/srv/data",
	} {
		text := "a:\n\tdocker build -t web ../..\n\tdocker run -v " + source + ":/data web\n"
		list := Read(files(map[string]string{"deploy/docker/Makefile": text}, "Dockerfile")).Deployments("Dockerfile")
		if len(list) != 1 || len(list[0].Mounts) != 1 {
			t.Fatalf("%s: %v", source, list)
		}
		if got := list[0].Mounts[0].Source; got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
