package workspace

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/transforms"
)

const podOf = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: shop\n        image: "

// users is a Dockerfile that had its user before the run.
const users = "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD [\"node\", \"server.js\"]\n"

// checkoutOf writes a repository with a Dockerfile that runs as root, and finds its files.
func checkoutOf(t *testing.T, files map[string]string, s Search) []*File {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{
		".git/HEAD": "", "Dockerfile": "FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nCMD [\"node\", \"server.js\"]\n",
		"server.js": "require('http').createServer((req, res) => res.end()).listen(3000);\n", "Makefile": "image:\n\tdocker build -t acme/shop .\n",
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list, _, err := Find(t.Context(), []string{dir}, s)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// repairAll repairs the files in their order, and returns the text of the last one and its
// findings. unwritten: no Dockerfile can be written.
func repairAll(t *testing.T, files []*File, threshold fixer.Safety, unwritten bool) (text, findings string) {
	t.Helper()
	return repairWith(t, files, threshold, unwritten, baseimage.Table{})
}

// repairWith is repairAll with another inspector.
func repairWith(t *testing.T, files []*File, threshold fixer.Safety, unwritten bool, inspector baseimage.Inspector) (text, findings string) {
	t.Helper()
	for _, f := range files {
		r, err := fixWith(t.Context(), f, threshold, inspector)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if unwritten {
			f.Unwritten()
		}
		var all []string
		for _, finding := range r.Findings {
			all = append(all, finding.Sentence())
		}
		text, findings = string(r.After), strings.Join(all, "\n")
	}
	return text, findings
}

func fixOne(ctx context.Context, f *File, threshold fixer.Safety) (fixer.Result, error) {
	return fixWith(ctx, f, threshold, baseimage.Table{})
}

func fixWith(ctx context.Context, f *File, threshold fixer.Safety, inspector baseimage.Inspector) (fixer.Result, error) {
	r, err := f.Repair(ctx, nil, Request{
		Transforms: transforms.All(), Inspector: inspector, Options: fixer.Options{KnownIDs: transforms.IDs(), Threshold: threshold},
	})
	return r.Result, err
}

// TestManifestEvidence: a manifest says what the Dockerfile of its image says in the end, and
// nothing where that is not known.
func TestManifestEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		files     map[string]string
		threshold fixer.Safety
		unwritten bool
		user      string // that the manifest gets; "" for none
		says      string // a part of its findings
	}{
		"of the repaired Dockerfile":  {map[string]string{"pod.yaml": podOf + "acme/shop\n"}, fixer.Safe, false, "", "build it first, or run dockmend again then"},
		"of the repaired one, unsafe": {map[string]string{"pod.yaml": podOf + "acme/shop\n"}, fixer.Unsafe, false, "1000", "/Dockerfile:5)"},
		"that can't be written":       {map[string]string{"pod.yaml": podOf + "acme/shop\n"}, fixer.Safe, true, "", "runs as root"},
		"a version that had the user": {map[string]string{
			"pod.yaml": podOf + "acme/shop:1.2\n", "Dockerfile": "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD [\"node\", \"server.js\"]\n",
		}, fixer.Safe, false, "", "which may have been built before its Dockerfile had this user"},
		"a Dockerfile that stays root's": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": "# dockmend ignore=nonroot-user it must\nFROM node:20-slim\nCOPY server.js /\nCMD [\"node\", \"/server.js\"]\n",
		}, fixer.Safe, false, "", "/Dockerfile has no USER"},
		"two builds with two users": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "old/Dockerfile": "FROM debian:12\nUSER 999\n", "Makefile": "a:\n\tdocker build -t acme/shop .\nb:\n\tdocker build -t acme/shop old\n",
		}, fixer.Safe, false, "", "its builds have different users"},
		"a patch of the object": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "overlay/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: shop\n        securityContext:\n          privileged: true\n",
		}, fixer.Safe, false, "", "overlay/patch.yaml:10 changes the rights of its containers"},
		"a patch of another object": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "overlay/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: other\nspec:\n  template:\n    spec:\n      containers:\n      - name: shop\n        securityContext:\n          privileged: true\n",
		}, fixer.Safe, false, "1000", ""},
		"a patch in a kustomization": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "overlay/kustomization.yaml": "resources: [..]\npatches:\n- patch: |-\n    - op: add\n      path: /spec/template/spec/securityContext\n      value: {runAsUser: 0}\n",
		}, fixer.Safe, false, "", "overlay/kustomization.yaml:5 changes the rights"},
		"a kustomization without one": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "overlay/kustomization.yaml": "resources: [..]\npatches:\n- patch: |-\n    - op: add\n      path: /spec/replicas\n      value: 2\n",
		}, fixer.Safe, false, "1000", ""},
		"another tag by a kustomization": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "overlay/kustomization.yaml": "resources: [..]\nimages:\n- name: acme/shop\n  newTag: 1.2.3\n",
		}, fixer.Safe, false, "", "which may have been built before"},
		"an argument that is not known": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Makefile": "a:\n\tdocker build --build-arg ID=$(shell id -u) -t acme/shop .\n",
			"Dockerfile": "FROM node:20-slim\nARG ID=1234\nUSER $ID\nCMD [\"node\", \"-e\", \"1\"]\n",
		}, fixer.Safe, false, "", "its user depends on the build argument ID"},
		"OpenShift": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "deploy.sh": "#!/bin/sh\noc apply -f pod.yaml\n",
		}, fixer.Safe, false, "", "deploy.sh:2 deploys to OpenShift"},
		"another Dockerfile by Tilt": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, "Dockerfile.dev": users, "Tiltfile": "docker_build('acme/shop', '.', dockerfile='Dockerfile.dev')\n",
		}, fixer.Safe, false, "", "Tiltfile:1 may build it from another Dockerfile"},
		"a login to OpenShift": {map[string]string{
			"pod.yaml": podOf + "acme/shop\n", "Dockerfile": users, ".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n    - uses: redhat-actions/oc-login@v1\n",
		}, fixer.Safe, false, "", "a.yml:4 deploys to OpenShift"},
		"an image of somebody": {map[string]string{"pod.yaml": podOf + "acme/other\n"}, fixer.Safe, false, "", "no build of the repository names acme/other, and"},
		"a well-known image":   {map[string]string{"pod.yaml": podOf + "nginxinc/nginx-unprivileged:1.27\n"}, fixer.Safe, false, "101", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := checkoutOf(t, c.files, Search{Manifests: true})
			text, findings := repairAll(t, files, c.threshold, c.unwritten)
			got := ""
			for line := range strings.Lines(text) {
				if of, ok := strings.CutPrefix(strings.TrimSpace(line), "runAsUser: "); ok {
					got = of
				}
			}
			if got != c.user || !strings.Contains(findings, c.says) {
				t.Errorf("user %q, want %q; findings:\n%s\nwant %q", got, c.user, findings, c.says)
			}
		})
	}
}

// TestManifestAlone: a Dockerfile that is not repaired in the run counts as it is.
func TestManifestAlone(t *testing.T) {
	files := checkoutOf(t, map[string]string{"pod.yaml": podOf + "acme/shop\n"}, Search{Manifests: true, Include: nil})
	var alone []*File
	for _, f := range files {
		if f.Kind != "Dockerfile" {
			alone = append(alone, &File{Path: f.Path, Name: f.Name, Kind: f.Kind, Tree: f.Tree})
		}
	}
	if _, findings := repairAll(t, Link(alone), fixer.Safe, false); !strings.Contains(findings, "/Dockerfile has no USER") {
		t.Errorf("findings:\n%s", findings)
	}
}

// TestImages: what the caller says that an image is built from counts, with its target.
func TestImages(t *testing.T) {
	const two = "FROM node:20-slim AS small\nUSER 1234:5\nCMD [\"node\", \"-e\", \"1\"]\nFROM node:20-slim\nUSER node\nCMD [\"node\", \"-e\", \"1\"]\n"
	for image, c := range map[string]struct{ says, user, reason string }{
		"plain":                  {"api/Dockerfile", "1000", ""},
		"docker.io/acme/api:1":   {"api/Dockerfile", "1000", ""},
		"of a target":            {"api/Dockerfile#small", "1234", ""},
		"that is not there":      {"none/Dockerfile", "", "none/Dockerfile"},
		"of a target of nothing": {"api/Dockerfile#none", "", "is not among those that are known"},
	} {
		name := "acme/api"
		if strings.Contains(image, "/") {
			name = image
		}
		t.Run(image, func(t *testing.T) {
			list := checkoutOf(t, map[string]string{
				"pod.yaml": podOf + "acme/api\n", "api/Dockerfile": two,
				"compose.yaml": "services:\n  a:\n    build: {context: api, target: small}\n  b:\n    build: api\n",
			}, Search{Manifests: true})
			pod := list[len(list)-1]
			file := &File{Path: pod.Path, Name: pod.Name, Kind: pod.Kind, Tree: pod.Tree, Images: map[string]string{name: filepath.Join(filepath.Dir(pod.Path), c.says)}}
			text, findings := repairAll(t, Link([]*File{file}), fixer.Safe, false)
			if strings.Contains(text, "runAsUser: "+c.user+"\n") != (c.user != "") || !strings.Contains(findings, c.reason) {
				t.Errorf("%s\n%s", text, findings)
			}
		})
	}
}
