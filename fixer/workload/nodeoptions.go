package workload

import (
	"path"
	"slices"
	"strings"
)

// This file knows the options by which Node.js itself writes files.

// nodeOutputs are the options of Node.js for a file or directory that it writes
// (nodejs.org, "Command-line API").
var nodeOutputs = strings.Fields("--report-directory --report-dir --diagnostic-dir --cpu-prof-dir --heap-prof-dir --redirect-warnings --tls-keylog --trace-event-file-pattern")

// nodeWrites returns what those options among the words name, from a directory.
func nodeWrites(words []string, dir, by string, place Place) (list []Write) {
	for i, word := range words {
		name, value, joined := strings.Cut(word, "=")
		if !joined && i+1 < len(words) {
			value = words[i+1]
		}
		if !slices.Contains(nodeOutputs, name) || value == "" || !path.IsAbs(value) && dir == "" {
			continue
		}
		if !path.IsAbs(value) {
			value = path.Join(dir, value)
		}
		if path.Ext(value) != "" || name == "--trace-event-file-pattern" {
			value = path.Dir(value)
		}
		variable := by
		if variable == "" {
			variable = name
		}
		list = append(list, Write{Path: path.Clean(value), Tree: true, By: variable, Variable: variable, Place: place})
	}
	return list
}

// nodeOptionWrites returns what Node.js itself writes where it starts, and where
// deployments start it.
func (w *Workload) nodeOptionWrites() (list []Write) {
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		for _, l := range as.Launches() {
			if !IsNode(l.Name) {
				continue
			}
			var words []string
			for _, a := range l.Args {
				words = append(words, a.Text)
			}
			list = append(list, nodeWrites(words, l.Dir, "", as.startPlace())...)
		}
	}
	return list
}

// startPlace returns where the start is written: a deployment, or an instruction.
func (w *Workload) startPlace() Place {
	final := w.in.Run.Final
	if w.place.File != "" {
		return w.place
	}
	place := Place{File: w.in.Run.Node.Graph().File.Name()}
	if c := final.Entrypoint; c != nil && c.In != nil {
		place.Line = c.In.Line
	}
	if c := final.Cmd; c != nil && c.In != nil {
		place.Line = c.In.Line
	}
	return place
}
