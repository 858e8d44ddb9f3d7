package repository

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// packageJSON reads the scripts of package.json, which run in its directory (npm
// documentation, "npm run"), and the package's name.
func (r *reader) packageJSON(name string, text []byte) {
	dir := path.Dir(name)
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return
		}
		switch key {
		case "name":
			var pkg string
			if d.Decode(&pkg) == nil {
				r.names[dir] = pkg[strings.LastIndex(pkg, "/")+1:]
			}
		case "scripts":
			r.npmScripts(name, text, d)
		default:
			var skip json.RawMessage
			if d.Decode(&skip) != nil {
				return
			}
		}
	}
}

// npmScripts reads the value of "scripts".
func (r *reader) npmScripts(name string, text []byte, d *json.Decoder) {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return
	}
	line, from := 1, 0
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return
		}
		to := min(int(d.InputOffset()), len(text))
		line, from = line+bytes.Count(text[from:to], []byte("\n")), to
		var command any
		if d.Decode(&command) != nil {
			return
		}
		id, _ := key.(string)
		if s, ok := command.(string); ok && mentions(s) {
			r.script(script{
				place: workload.Place{File: name, Line: line}, text: s, dir: literal(path.Dir(name)), own: path.Dir(name), by: "script " + id,
			})
		}
	}
	d.Token() // the closing brace
}
