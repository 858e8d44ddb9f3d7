package repository

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds, in any text that is read, what concerns the rights of running containers:
// commands as root in them, signals, and OpenShift.

// Line is a line of a file.
type Line struct {
	Place workload.Place
	Text  string
}

// maxHints bounds the lines of each kind.
const maxHints = 200

var (
	// rootCommand matches docker exec and its like with root as the user, however it is spelled:
	// in a shell, as a list of words, by a variable for docker compose; and what a development
	// container says.
	rootCommand = lazyregexp.New(`(?m)^.*(?:(?i:exec)\b.{0,200}?["' ]-{1,2}(?:[a-zA-Z]*u|user)[ \t"',=:]*(?:root|0)\b|\bexec\w*\b.{0,200}?\b[uU]ser["']?\s?[:=]\s?["'](?:root|0)["']|"(?:remoteUser|containerUser)"\s*:\s*"root").*$`)
	openShift   = lazyregexp.New(`(?m)^.*(?:\bopenshift\.io/|(?:^|[ \t;&|(])oc (?:apply|create|new-app|rollout|process|start-build|replace|set)\b).*$`)
	// signalCommand matches docker kill and its like with a signal other than those that end a
	// program.
	signalCommand = lazyregexp.New(`(?m)^.*\bkill\b.{0,100}?(?:-s|--signal)[ ="',]*(?:SIG)?(?:HUP|USR1|USR2|WINCH|QUIT)\b.*$`)
	// rootUser matches a setting of runners, which run commands in containers.
	rootUser     = lazyregexp.New(`(?m)^.*\buser\b["']?\s?[:=]\s?["']?(?:root|0)\b.*$`)
	workloadKind = lazyregexp.New(`(?m)^kind: *(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|DeploymentConfig)\b`)
	objectName   = lazyregexp.New(`(?m)^ {2}name: *["']?([\w.-]+)`)
	// kubectlPatch matches a command that changes the rights of pods.
	kubectlPatch = lazyregexp.New(`(?m)^.*\b(?:patch|yq|jq|sed)\b.*(?:securityContext|privileged|runAsUser|hostNetwork).*$`)
)

// runners are words of the files of programs that run commands in containers: the labels and the
// settings of Ofelia and Chadburn, Ansible's module, Dip and Lando.
var runners = []string{"job-exec", "docker_container_exec", "dip.yml", ".lando.yml"}

// hints looks at a text that was read.
func (r *reader) hints(name string, text []byte) {
	if r.hinted[name] {
		return
	}
	r.hinted[name] = true
	if isYAML(strings.ToLower(path.Base(name))) && workloadKind.Match(text) && !bytes.Contains(text, []byte("image:")) && hasRights(string(text)) {
		for _, m := range objectName.FindAllSubmatch(text, maxHints) { // a patch without containers
			r.securityPatch(string(m[1]), rightsPlace(name, text))
		}
	}
	if base := strings.ToLower(path.Base(name)); base == "kustomization.yaml" || base == "kustomization.yml" {
		r.retag(name, text)
	}
	if slices.ContainsFunc(runners, func(word string) bool {
		return strings.Contains(path.Base(name), word) || bytes.Contains(text, []byte(word))
	}) {
		r.rootCommands = appendLines(r.rootCommands, name, text, rootUser.FindAllSubmatchIndex(text, maxHints))
	}
	if base := path.Base(name); isYAML(strings.ToLower(base)) && !isCompose(strings.ToLower(base)) && !compose.IsNamedAlike(base) && discover.IsCompose(text) {
		// A part of services under a name of its own, which somebody merges.
		r.rootCommands = appendLines(r.rootCommands, name, text, rootUser.FindAllSubmatchIndex(text, maxHints))
	}
	// A command goes on in the next line; offsets stay.
	text = bytes.ReplaceAll(text, []byte("\\\n"), []byte("  "))
	if bytes.Contains(text, []byte("kill")) {
		r.signalCommands = appendLines(r.signalCommands, name, text, signalCommand.FindAllSubmatchIndex(text, maxHints))
	}
	if bytes.Contains(text, []byte("exec")) || bytes.Contains(text, []byte("EXEC")) || bytes.Contains(text, []byte(`User"`)) {
		r.rootCommands = appendLines(r.rootCommands, name, text, rootCommand.FindAllSubmatchIndex(text, maxHints))
	}
	if r.openShift == (workload.Place{}) && (bytes.Contains(text, []byte("openshift.io/")) || bytes.Contains(text, []byte("oc "))) && !isDocs(strings.ToLower(path.Base(name))) {
		for _, line := range appendLines(nil, name, text, openShift.FindAllSubmatchIndex(text, 1)) {
			r.openShift = line.Place
		}
	}
	if bytes.Contains(text, []byte("kubectl")) || bytes.Contains(text, []byte("securityContext")) {
		for _, line := range appendLines(nil, name, text, kubectlPatch.FindAllSubmatchIndex(text, 1)) {
			r.securityPatch("", line.Place)
		}
	}
	if isYAML(strings.ToLower(path.Base(name))) && isOverlay(text) {
		r.securityPatch("", rightsPlace(name, text))
	}
}

// appendLines adds the lines at spans of a text, up to maxHints of them.
func appendLines(list []Line, name string, text []byte, spans [][]int) []Line {
	for _, at := range spans {
		if len(list) < maxHints {
			line := string(text[at[0]:at[1]])
			list = append(list, Line{workload.Place{File: name, Line: 1 + bytes.Count(text[:at[0]], []byte("\n"))}, line[:min(len(line), 500)]})
		}
	}
	return list
}

// RootCommands returns the lines of the repository that run a command as root in a container of a
// Compose file in dir: those in a directory above or below it, or in one for the repository, that
// name one of these words, a service or a container; or none of the others, and may mean all.
func (l *Links) RootCommands(dir string, names, others []string) []Line {
	return meant(l.rootCommands, dir, names, others)
}

// SignalCommands is RootCommands for lines that send a signal to a container.
func (l *Links) SignalCommands(dir string, names, others []string) []Line {
	return meant(l.signalCommands, dir, names, others)
}

// meant returns the lines that may mean a container.
func meant(lines []Line, dir string, names, others []string) (list []Line) {
	has := func(text string, words []string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			return word != "" && regexp.MustCompile(`(?:^|\W|[-_])`+regexp.QuoteMeta(word)+`(?:[-_]\d+)?(?:$|[^\w-])`).MatchString(text)
		})
	}
	for _, line := range lines {
		from, own := path.Join("/", strings.TrimSuffix(path.Dir(line.Place.File), ".devcontainer")), path.Join("/", dir)
		if !workload.Within(from, own) && !workload.Within(own, from) && !isOfRepository(from) {
			continue
		}
		if has(line.Text, names) || !has(line.Text, others) && (strings.ContainsAny(line.Text, "$<{") || !isDocs(strings.ToLower(path.Base(line.Place.File)))) {
			list = append(list, line)
		}
	}
	return list
}

// isOfRepository reports whether a directory has what is for a whole repository: its scripts, its
// jobs of CI.
func isOfRepository(dir string) bool {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(dir, "/"), "/"); first {
	case "bin", "scripts", "script", "tools", "hack", "ci", "docs", "doc":
		return true
	default:
		return strings.HasPrefix(first, ".")
	}
}

// OpenShift returns where the repository says that it is deployed to OpenShift, the zero Place
// for nowhere.
func (l *Links) OpenShift() workload.Place { return l.openShift }
