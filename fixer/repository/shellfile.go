package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// shellFile reads a script file. Its directory is unknown, unless it changes to its
// own directory.
func (r *reader) shellFile(name string, text []byte) {
	s := script{
		place: workload.Place{File: name, Line: 1}, block: true, text: strings.ReplaceAll(string(text), "\r\n", "\n"),
		dir: anywhere, own: path.Dir(name), by: "script " + name,
	}
	if s.own == "." {
		s.dir = literal(".")
	}
	r.script(s)
}
