package repository

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds, in any text that is read, what does something in running containers, to their
// files, or to what runs them: a look at a container by itself does not show it.

var (
	// touchCommand matches commands in containers of Docker, copies into and out of them, and what
	// runs a Compose file by other rules.
	touchCommand = lazyregexp.New(`(?mi)^.*(?:\b(?:docker|podman|nerdctl)\b[^\n&|;]{0,80}?\b(?:exec|cp)\b|compose\b[^\n&|;]{0,200}?\b(?:exec|run|cp)\b|\bstack\s+(?:deploy|up)\b).*$`)
	// touchPod matches the same for Kubernetes, and what changes its objects.
	touchPod = lazyregexp.New(`(?m)^.*\b(?:kubectl|oc|k)\s[^\n&|;]{0,200}?\b(?:exec|cp|debug|patch|set|edit|drain|rsync)\b.*$`)
	// editsObject matches what changes a manifest before it is applied.
	editsObject = lazyregexp.New(`(?m)^.*\byq\b[^\n]{0,200}?(?:-i|--inplace|\beval\b).*$`)
)

// startWords are what a patch has that changes what a container starts, or what is mounted.
var startWords = []string{"volumes", "volumeMounts", "env", "envFrom", "args", "command", "$patch", "op:", "patches"}

// syncers are the files of tools that copy sources into running containers, and the word by which
// they do, "" for always.
var syncers = map[string]string{"tiltfile": "live_update", "devspace.yaml": "", "okteto.yml": "", "okteto.yaml": "", "skaffold.yaml": "sync:", "skaffold.yml": "sync:", "garden.yml": "sync", "garden.yaml": "sync"}

// touching records the lines of a text. lines is the text with a command that goes on in the next
// line in one.
func (r *reader) touching(name string, text, lines []byte) {
	base := strings.ToLower(path.Base(name))
	if word, ok := syncers[base]; ok && bytes.Contains(text, []byte(word)) {
		place := workload.Place{File: name, Line: 1 + bytes.Count(text[:bytes.Index(text, []byte(word))], []byte("\n"))}
		r.podTouched = cmp.Or(r.podTouched, place)
		r.everyTouched = cmp.Or(r.everyTouched, place)
	}
	if containsAny(lines, "docker", "podman", "nerdctl", "ompose", "OMPOSE", "stack") {
		r.touchCommands = appendLines(r.touchCommands, name, lines, touchCommand.FindAllSubmatchIndex(lines, maxHints))
	}
	if isDocs(base) || !isYAML(base) && !containsAny(lines, "kubectl", "oc ", "yq ") {
		return // the objects of an example are not these
	}
	for _, line := range appendLines(nil, name, lines, touchPod.FindAllSubmatchIndex(lines, 1)) {
		r.podTouched = cmp.Or(r.podTouched, line.Place)
	}
	for _, line := range appendLines(nil, name, lines, editsObject.FindAllSubmatchIndex(lines, 1)) {
		r.podTouched = cmp.Or(r.podTouched, line.Place)
	}
	if isYAML(base) && overlays.Match(text) && slices.ContainsFunc(startWords, func(word string) bool { return bytes.Contains(text, []byte(word)) }) {
		r.podTouched = cmp.Or(r.podTouched, workload.Place{File: name, Line: 1})
	}
}

// containsAny reports whether a text has one of the words.
func containsAny(text []byte, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(text, []byte(word)) })
}

// PodTouched returns the first place of what does something in pods, or changes objects before they
// are applied, so that their containers run otherwise than the manifests say; the zero Place for
// nothing.
func (l *Links) PodTouched() workload.Place { return l.podTouched }

// Touched returns the first place of what does something in the containers of a service, or to their
// files; the zero Place for nothing.
func (c *ContainerCommands) Touched(service string) workload.Place {
	lines := meant(c.touching, service)
	if c.every != (workload.Place{}) || len(lines) == 0 {
		return c.every
	}
	return lines[0].Place
}
