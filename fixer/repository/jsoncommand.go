package repository

import (
	"bytes"
	"encoding/json"
	"path"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// jsonCommand finds how the settings of an editor or a client start a container, as those
// of the Model Context Protocol do (modelcontextprotocol.io, "mcpServers").
var jsonCommand = lazyregexp.New(`"command"\s*:\s*"(docker|podman)"\s*,\s*"args"\s*:\s*(\[[^\]]*\])|"args"\s*:\s*(\[[^\]]*\])\s*,\s*"command"\s*:\s*"(docker|podman)"`)

// clientSettings reads the settings of a client of that protocol.
func (r *reader) clientSettings(name string, text []byte) {
	r.jsonCommands(name, text, script{dir: anywhere, own: path.Dir(name), documented: true})
}

// jsonCommands reads the JSON command lines in documentation.
func (r *reader) jsonCommands(name string, text []byte, s script) {
	line, from := 1, 0
	for _, m := range jsonCommand.FindAllSubmatchIndex(text, maxValues) {
		line, from = line+bytes.Count(text[from:m[0]], []byte("\n")), m[0]
		part := func(a, b int) string {
			if m[2*a] < 0 {
				a = b
			}
			return string(text[m[2*a]:m[2*a+1]])
		}
		var args []string
		if json.Unmarshal([]byte(part(2, 3)), &args) != nil || !r.spend(name, len(args)) {
			continue
		}
		call := shell.Call{Name: part(1, 4), Args: shell.Words(args)}
		command{script: &s, reader: r, dir: s.dir, call: call, place: workload.Place{File: name, Line: line}}.read()
	}
}
