package repository

import (
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads the variables that docker run takes from a file.

// envFile gives a container the variables of a file of the repository, seen from the
// directory that the command runs in: a line is a name, "=" and the literal value (docker
// documentation, "Set environment variables"). Those given by -e come first.
func (c command) envFile(d *run, o option) {
	name := path.Join(c.dir.text, o.text)
	if !o.known || !c.dir.known || path.IsAbs(o.text) || !fs.ValidPath(name) {
		d.gap("its env file is not read")
		return
	}
	text, err := c.reader.text(name)
	if err != nil {
		d.gap("its env file is not read: " + cause(err))
		return
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		variable, literal, known := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		variable = strings.TrimSpace(variable)
		if variable == "" || strings.HasPrefix(variable, "#") || d.sets(variable) || !c.reader.spend(d.Place.File, 1) || len(d.Env) >= maxValues {
			continue
		}
		d.Env = append(d.Env, workload.Variable{Name: variable, Value: literal, Known: known, Place: workload.Place{File: name, Line: number}})
	}
}

// sets reports whether a container has a variable already.
func (d *run) sets(name string) bool {
	for _, v := range d.Env {
		if v.Name == name {
			return true
		}
	}
	return false
}
