package repository

import (
	"path"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// execLine matches a command of a unit, without the signs before it (systemd.service(5),
// "Command lines").
var execLine = lazyregexp.New(`(?s)^\s*Exec(?:Start|StartPre|StartPost|Reload|Stop|StopPost)\s*=\s*[-@:+!|]*(.*)$`)

// systemd reads the commands of a systemd unit: another machine runs them.
func (r *reader) systemd(name string, text []byte) {
	for _, l := range logicalLines(string(text)) {
		if m := execLine.FindStringSubmatch(l.text); m != nil {
			r.remote(script{place: workload.Place{File: name, Line: l.number}, text: m[1], own: path.Dir(name), by: "unit " + path.Base(name)})
		}
	}
}
