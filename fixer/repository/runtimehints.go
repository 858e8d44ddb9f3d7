package repository

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks, in any text that is read, for what concerns the rights of running containers.

// Line is a line of a file.
type Line struct {
	Place workload.Place
	Text  string
}

// maxHints bounds the lines of each kind.
const maxHints = 200

// hints looks at a text that was read, once.
func (r *reader) hints(name string, text []byte) {
	if r.hinted[name] {
		return
	}
	r.hinted[name] = true
	// A command goes on in the next line; offsets stay.
	lines := bytes.ReplaceAll(text, []byte("\\\n"), []byte("  "))
	r.runningCommands(name, text, lines)
	if !compiled[strings.ToLower(path.Ext(name))] { // whose texts are not command lines
		r.patchesOfRights(name, text, lines)
		r.touching(name, text, lines)
		r.openShiftOf(name, lines)
	}
	r.argumentsGiven(name, lines)
	r.otherBuilds(name, text)
}

// compiled are the extensions of sources that no deployment is written in.
var compiled = words(".go .rs .java .kt .swift .c .h .cc .cpp .hpp .cs .fs .scala .m .dart .zig .hs .ml")

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

// openShift matches what is for OpenShift: its annotations, its command line, and the action that
// logs in.
var openShift = lazyregexp.New(`(?m)^.*(?:\bopenshift\.io/|(?:^|[ \t;&|(])oc (?:apply|create|login|new-app|rollout|process|start-build|replace|set)\b|\boc-login\b).*$`)

// openShiftOf records where a text that is no documentation says OpenShift.
func (r *reader) openShiftOf(name string, text []byte) {
	if r.openShift != (workload.Place{}) || isDocs(strings.ToLower(path.Base(name))) || !bytes.Contains(text, []byte("openshift.io/")) && !bytes.Contains(text, []byte("oc ")) && !bytes.Contains(text, []byte("oc-login")) {
		return
	}
	for _, line := range appendLines(nil, name, text, openShift.FindAllSubmatchIndex(text, 1)) {
		r.openShift = line.Place
	}
}

// OpenShift returns where the repository says that it is deployed to OpenShift, the zero Place
// for nowhere.
func (l *Links) OpenShift() workload.Place { return l.openShift }
