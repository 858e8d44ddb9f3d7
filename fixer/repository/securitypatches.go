package repository

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
	"go.yaml.in/yaml/v4"
)

// This file finds what changes the rights of pods that a manifest describes: overlays, patches, and
// kustomizations that name other images.

// rightsWords are what a patch has that changes the rights of a container.
var rightsWords = []string{"securityContext", "runAsUser", "runAsNonRoot", "privileged", "capabilities", "hostNetwork", "hostPID"}

var (
	workloadKind = lazyregexp.New(`(?m)^kind: *(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|DeploymentConfig)\b`)
	objectName   = lazyregexp.New(`(?m)^ {2}name: *["']?([\w.-]+)`)
	// kubectlPatch matches a command that changes the rights of pods.
	kubectlPatch = lazyregexp.New(`(?m)^.*\b(?:patch|yq|jq|sed)\b.*(?:securityContext|privileged|runAsUser|hostNetwork).*$`)
)

// patchesOfRights records the patches in a text. lines is the text with a command that goes on in
// the next line in one.
func (r *reader) patchesOfRights(name string, text, lines []byte) {
	base := strings.ToLower(path.Base(name))
	if isYAML(base) && workloadKind.Match(text) && !bytes.Contains(text, []byte("image:")) && hasRights(string(text)) {
		for _, m := range objectName.FindAllSubmatch(text, maxHints) { // a patch without containers
			r.securityPatch(string(m[1]), rightsPlace(name, text))
		}
	}
	if base == "kustomization.yaml" || base == "kustomization.yml" {
		r.retag(name, text)
	}
	if bytes.Contains(lines, []byte("kubectl")) || bytes.Contains(lines, []byte("securityContext")) {
		for _, line := range appendLines(nil, name, lines, kubectlPatch.FindAllSubmatchIndex(lines, 1)) {
			r.securityPatch("", line.Place)
		}
	}
	if isYAML(base) && isOverlay(lines) {
		r.securityPatch("", rightsPlace(name, lines))
	}
}

// retag records the images to which a kustomization gives another name, tag or digest.
func (r *reader) retag(name string, text []byte) {
	list, err := documents(text)
	if err != nil {
		return // a finding of its own where it matters
	}
	for _, doc := range list {
		for _, image := range items(get(doc, "images")) {
			if key := imageName(scalar(get(image, "name")).text); key != "" && len(r.retagged) < maxHints {
				r.retagged[key] = at(name, image)
			}
		}
	}
}

// Retagged returns where a kustomization gives an image another name, tag or digest; the zero
// Place for nowhere.
func (l *Links) Retagged(image string) workload.Place { return l.retagged[imageName(image)] }

// overlays matches the kinds of objects that have patches within: of Kustomize, Flux and Argo CD.
var overlays = lazyregexp.New(`(?m)^kind:\s*["']?(?:Kustomization|HelmRelease|Application|ApplicationSet)\b|^patches(?:StrategicMerge|Json6902)?:|^- op:`)

// isOverlay reports whether a file of YAML has patches within that change the rights of pods.
func isOverlay(text []byte) bool {
	return overlays.Match(text) && hasRights(string(text))
}

// rightsPlace returns the place of the first of rightsWords in a text that has one.
func rightsPlace(name string, text []byte) workload.Place {
	first := len(text)
	for _, word := range rightsWords {
		if i := bytes.Index(text, []byte(word)); i >= 0 {
			first = min(first, i)
		}
	}
	return workload.Place{File: name, Line: 1 + bytes.Count(text[:first], []byte("\n"))}
}

func hasRights(text string) bool {
	return slices.ContainsFunc(rightsWords, func(word string) bool { return strings.Contains(text, word) })
}

// patchOf records that a part of an object changes the rights of its pods: one without the image
// of a container is merged into another object of that name.
func (r *reader) patchOf(name string, object, pod *yaml.Node) {
	if !mentionsRights(pod) {
		return
	}
	whole := false
	for _, c := range items(get(pod, "containers")) {
		whole = true
		if scalar(get(c, "image")).text == "" {
			whole = false
			break
		}
	}
	if !whole {
		r.securityPatch(scalar(get(object, "metadata", "name")).text, at(name, pod))
	}
}

// mentionsRights reports whether a node has a key of rightsWords.
func mentionsRights(root *yaml.Node) bool {
	for left := []*yaml.Node{root}; len(left) > 0; {
		n := left[len(left)-1]
		left = append(left[:len(left)-1], n.Content...)
		if n.Kind == yaml.ScalarNode && slices.Contains(rightsWords, n.Value) {
			return true
		}
	}
	return false
}

// securityPatch records a patch of the rights of an object, of any for "".
func (r *reader) securityPatch(object string, place workload.Place) {
	if _, known := r.securityPatches[object]; !known && len(r.securityPatches) < maxHints {
		r.securityPatches[object] = place
	}
}

// SecurityPatch returns the place of a patch that changes the rights of an object's pods, by the
// name of that; the zero Place for none.
func (l *Links) SecurityPatch(object string) workload.Place {
	if at, ok := l.securityPatches[object]; ok {
		return at
	}
	return l.securityPatches[""]
}
