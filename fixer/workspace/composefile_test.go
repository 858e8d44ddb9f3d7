package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/transforms"
)

// TestComposeEvidence: a service says what the Dockerfile that it builds says in the end, for
// its own target and arguments, and nothing where that is not known.
func TestComposeEvidence(t *testing.T) {
	const service = "services:\n  shop:\n    build: .\n"
	for name, c := range map[string]struct {
		files     map[string]string
		threshold fixer.Safety
		unwritten bool
		user      string // that the service gets; "" for none
		says      string // a part of the findings
	}{
		"of the repaired Dockerfile":     {map[string]string{"compose.yaml": service}, fixer.Safe, false, "", "build it first, or run dockmend again then"},
		"of the repaired one, unsafe":    {map[string]string{"compose.yaml": service}, fixer.Unsafe, false, `"1000:1000"`, "/Dockerfile:5)"},
		"of one that is always built":    {map[string]string{"compose.yaml": service + "    pull_policy: build\n"}, fixer.Safe, false, `"1000:1000"`, "/Dockerfile:5)"},
		"that can't be written":          {map[string]string{"compose.yaml": service}, fixer.Safe, true, "", "runs as root"},
		"an image that a build names":    {map[string]string{"compose.yaml": "services:\n  shop:\n    image: acme/shop\n"}, fixer.Unsafe, false, `"1000:1000"`, "/Dockerfile:5)"},
		"a Dockerfile that stays root's": {map[string]string{"compose.yaml": service, "Dockerfile": "# dockmend ignore=nonroot-user it must\nFROM node:20-slim\nCOPY server.js /\nCMD [\"node\", \"/server.js\"]\n"}, fixer.Safe, false, "", "/Dockerfile has no USER"},
		"a target of its own": {map[string]string{
			"compose.yaml": "services:\n  shop:\n    build:\n      context: .\n      target: small\n  other:\n    build: .\n    user: root\n",
			"Dockerfile":   "FROM node:20-slim AS small\nUSER 1234:5\nCMD [\"node\", \"-e\", \"1\"]\nFROM node:20-slim\nUSER node\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, `"1234:5"`, ""},
		"arguments of its own": {map[string]string{
			"compose.yaml": "services:\n  shop:\n    build:\n      context: .\n      args:\n        ID: 4321\n",
			"Dockerfile":   "FROM node:20-slim\nARG ID=1234\nUSER $ID\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, `"4321:0"`, ""},
		"an argument from a variable": {map[string]string{
			"compose.yaml": "services:\n  shop:\n    build:\n      context: .\n      args:\n        ID: ${ID:-4321}\n",
			"Dockerfile":   "FROM node:20-slim\nARG ID=1234\nUSER $ID\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "which compose.yaml:3 takes from a variable"},
		"another argument from a variable": {map[string]string{
			"compose.yaml": "services:\n  shop:\n    build:\n      context: .\n      args:\n        VERSION: ${VERSION:-1}\n",
			"Dockerfile":   "FROM node:20-slim\nARG VERSION\nUSER 1234:1\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, `"1234:1"`, ""},
		"root by a variable for compose": {map[string]string{"compose.yaml": service, "Dockerfile": users, "Makefile": "a:\n\t$(DC) exec -u root shop sh\n"}, fixer.Safe, false, `"1000:1000"`, "Makefile:2: a command runs as root in a container"},
		"root by a label":                {map[string]string{"compose.yaml": service + "    labels:\n      ofelia.job-exec.a.user: root\n", "Dockerfile": users}, fixer.Safe, false, `"1000:1000"`, "runs as root in a container"},
		"root in a part of another name": {map[string]string{"compose.yaml": service, "Dockerfile": users, "dev/dev.yml": "services:\n  shop:\n    user: root\n"}, fixer.Safe, false, `"1000:1000"`, "dev/dev.yml:3: a command runs as root in a container"},
		"capabilities by a script": {map[string]string{
			"compose.yaml": service, "setup.sh": "#!/bin/sh\nsetcap cap_net_raw+ep /usr/local/bin/node\n",
			"Dockerfile": "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN ./setup.sh\nUSER node\nCMD [\"node\", \"server.js\"]\n",
		}, fixer.Safe, false, `"1000:1000"`, "setup.sh: setcap gives users more rights"},
		"a signal":                  {map[string]string{"compose.yaml": service, "Dockerfile": users, "logrotate.conf": "postrotate\n  docker compose kill -s HUP shop\nendscript\n"}, fixer.Safe, false, `"1000:1000"`, "logrotate.conf:2 sends it a signal"},
		"an example of an override": {map[string]string{"compose.yaml": service, "Dockerfile": users, "compose.override.yaml.example": "services:\n  shop:\n    user: root\n"}, fixer.Safe, false, "", "user: root in compose.override.yaml.example:3"},
		"root in another service": {map[string]string{
			"compose.yaml": service + "  db:\n    image: postgres\n", "Dockerfile": users, "Makefile": "a:\n\t$(DC) exec -u root db sh\n",
		}, fixer.Safe, false, `"1000:1000"`, "keeps capabilities: drop ALL"},
		"root in a development container":     {map[string]string{"compose.yaml": service, "Dockerfile": users, ".devcontainer/devcontainer.json": `{"remoteUser": "root"}`}, fixer.Safe, false, `"1000:1000"`, "runs as root in a container"},
		"a version of an image that is built": {map[string]string{"compose.yaml": service + "    image: acme/shop:1.2\n", "Dockerfile": users}, fixer.Safe, false, "", "may have been built before"},
		"a development container": {map[string]string{
			"compose.yaml": service, "Dockerfile": users, ".devcontainer/devcontainer.json": `{"dockerComposeFile": ["../compose.yaml"], "service": "shop", "features": {"common-utils": {}}}`,
		}, fixer.Safe, false, "", "makes it a development container"},
		"another service of one": {map[string]string{
			"compose.yaml": service, "Dockerfile": users, ".devcontainer/devcontainer.json": `{"dockerComposeFile": ["../compose.yaml"], "service": "tools"}`,
		}, fixer.Safe, false, `"1000:1000"`, "keeps capabilities: drop ALL"},
		"an argument for the user on a command line": {map[string]string{
			"compose.yaml": service, "README.md": "    docker compose build --build-arg UID=$(id -u)\n",
			"Dockerfile": "FROM node:20-slim\nARG UID=1234\nRUN useradd -u $UID app\nUSER app\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "README.md:1 gives a build the argument UID, which its user depends on"},
		"another argument on one": {map[string]string{
			"compose.yaml": service, "README.md": "    docker compose build --build-arg VERSION=$(git describe)\n",
			"Dockerfile": "FROM node:20-slim\nARG UID=1234\nRUN useradd -u $UID app\nUSER app\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, `"1234:1234"`, ""},
		"a version from a variable": {map[string]string{"compose.yaml": service + "    image: acme/shop:${VERSION:-latest}\n", "Dockerfile": users}, fixer.Safe, false, "", "a variable names its image"},
		"a user without a number": {map[string]string{
			"compose.yaml": service, "Dockerfile": "FROM node:20-slim\nRUN useradd -r app\nUSER app\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "keeps capabilities: drop ALL (USER app in "},
		"a user of whom nothing is known": {map[string]string{
			"compose.yaml": service, "Dockerfile": "FROM acme/base\nUSER app\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "service may run as root"},
		"a number of whose group nothing is known": {map[string]string{
			"compose.yaml": service, "Dockerfile": "FROM acme/base\nUSER 2000\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "service does not state its user (unchanged): which group its user 2000 is in"},
		"a user by long options": {map[string]string{
			"compose.yaml": service, "Dockerfile": "FROM node:20-alpine\nRUN adduser --system --uid 1001 app\nUSER app\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, `"1001:65533"`, ""},
		"root by a variable": {map[string]string{"compose.yaml": service, "Dockerfile": users, "run.sh": "docker compose exec -u \"$AS\" shop sh\n"}, fixer.Safe, false, `"1000:1000"`, "run.sh:1: a command runs as root"},
		"the caller's own number by one": {map[string]string{
			"compose.yaml": service, "Dockerfile": users, "run.sh": "docker compose exec -u \"$(id -u)\" shop sh\n",
		}, fixer.Safe, false, `"1000:1000"`, "keeps capabilities: drop ALL"},
		"a Dockerfile that is not there": {map[string]string{"compose.yaml": "services:\n  shop:\n    build: ./none\n"}, fixer.Safe, false, "", "none/Dockerfile"},
		"an inline Dockerfile":           {map[string]string{"compose.yaml": "services:\n  shop:\n    build:\n      dockerfile_inline: FROM scratch\n"}, fixer.Safe, false, "", "is inline"},
		"a context elsewhere":            {map[string]string{"compose.yaml": "services:\n  shop:\n    build: https://example.org/a.git\n"}, fixer.Safe, false, "", "is a URL"},
		"an image that a variable names": {map[string]string{"compose.yaml": "services:\n  shop:\n    image: $IMAGE\n"}, fixer.Safe, false, "", "depends on a variable"},
		"a file that Compose refuses":    {map[string]string{"compose.yaml": service + "    ports: 3000\n"}, fixer.Safe, false, "", "docker compose refuses it"},
	} {
		t.Run(name, func(t *testing.T) {
			text, findings := repairAll(t, checkoutOf(t, c.files, Search{Compose: true}), c.threshold, c.unwritten)
			got := ""
			for line := range strings.Lines(text) {
				if of, ok := strings.CutPrefix(strings.TrimSpace(line), "user: "); ok && of != "root" {
					got = of
				}
			}
			if got != c.user || !strings.Contains(findings, c.says) {
				t.Errorf("user %s, want %s; findings:\n%s\nwant %q", got, c.user, findings, c.says)
			}
		})
	}
}

// TestComposeRefused: what was named and is no Compose file is an error with its place.
func TestComposeRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"another schema":    {"services:\n  web:\n    image: a\n    ports: 3000\n", ":4:5: "},
		"no YAML":           {"services:\n  web: [\n", ":3:1: "},
		"version 1":         {"web:\n  image: a\n", ":1:1: "},
		"an alias bomb":     {"a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nservices: {}\n", ":6:5: "},
		"several documents": {"services: {}\n---\nservices: {}\n", ":3:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			beside := checkoutOf(t, map[string]string{"compose.yaml": c.text}, Search{})[0].Path
			finder, err := NewFinder(Search{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := finder.Add(t.Context(), filepath.Join(filepath.Dir(beside), "compose.yaml")); err != nil {
				t.Fatal(err)
			}
			_, err = fixOne(t.Context(), Link(finder.Files)[0], fixer.Safe)
			var located *document.Error
			if !errors.As(err, &located) || !strings.Contains(err.Error(), "compose.yaml"+c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// TestComposeCreates: the profile that a Compose file names is written beside it, before the
// file is changed, and a second run changes nothing.
func TestComposeCreates(t *testing.T) {
	const service = "services:\n  shop:\n    build: ..\n"
	seccompOnly := Request{Transforms: []*fixer.Transform{transforms.ComposeSeccomp}, Inspector: baseimage.Table{}, Options: fixer.Options{Threshold: fixer.Unsafe}}
	for name, c := range map[string]struct {
		meanwhile string // a file of the folder that gets another text before Write
		says      string // of the error of Write; "" for none
	}{
		"beside the file":            {},
		"made meanwhile":             {seccomp.Name(), "not written: it is there already"},
		"the file changed meanwhile": {"compose.yaml", errChanged.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			files := checkoutOf(t, map[string]string{"Dockerfile": users, "deploy/compose.yaml": service}, Search{Compose: true})
			f := files[len(files)-1]
			folder := filepath.Dir(f.Path)
			r, err := f.Repair(t.Context(), nil, seccompOnly)
			if err != nil || len(r.Created) != 1 {
				t.Fatalf("%+v, %v", r.Findings, err)
			}
			if c.meanwhile != "" {
				put(t, filepath.Join(folder, c.meanwhile), service+"# x\n", 0o644)
			}
			w, err := f.Write(r.Result)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) || w.Dockerfile != (err == nil) {
				t.Errorf("%+v, %v", w, err)
			}
			text, err := os.ReadFile(f.Path)
			if err != nil || strings.Contains(string(text), "seccomp:./"+seccomp.Name()) != w.Dockerfile {
				t.Errorf("%s%v", text, err)
			}
			if c.says != "" {
				return
			}
			holdsText(t, filepath.Join(folder, seccomp.Name()), string(r.Created[0].Text))
			r, err = again(t, f).Repair(t.Context(), nil, seccompOnly)
			if err != nil || len(r.Findings)+len(r.Created) > 0 || string(r.After) != string(text) {
				t.Errorf("a second run: %+v, %v", r.Findings, err)
			}
		})
	}
}

// again returns a file as another run finds it.
func again(t *testing.T, f *File) *File {
	t.Helper()
	files, _, err := Find(t.Context(), []string{f.Path}, Search{Compose: true})
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}
