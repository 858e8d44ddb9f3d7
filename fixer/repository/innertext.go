package repository

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds the texts of Dockerfiles within other files.

// innerFrom matches the first instruction of a stage in a heredoc, in a text between quotes
// that a script writes, and in documentation.
var innerFrom = lazyregexp.New(`(?m)(?:^[ \t]*|["']|\\n|\becho[ \t]+)(FROM[ \t]+(?:--\S+[ \t]+)*[^\s"'\\;]+(?:[ \t]+AS[ \t]+[\w.-]+)?[ \t]*(?:["'\\\r\n]|$))`)

// maxInner is how much after such an instruction is read, in bytes.
const maxInner = 600

// innerTexts records the texts of Dockerfiles in a file of another kind.
func (r *reader) innerTexts(name string, text []byte) {
	line, from := 1, 0
	for _, m := range innerFrom.FindAllSubmatchIndex(text, maxValues) {
		if len(r.inner) >= maxLinks {
			return
		}
		line, from = line+bytes.Count(text[from:m[2]], []byte("\n")), m[2]
		end := min(m[2]+maxInner, len(text))
		inside := strings.NewReplacer(`\n`, "\n", `"`, "\n", `'`, "\n").Replace(string(text[m[2]:end]))
		r.inner = append(r.inner, inner{place: workload.Place{File: name, Line: line}, text: inside})
	}
}

// inline records a build whose Dockerfile is part of the file that states it.
func (r *reader) inline(b build, text string, place workload.Place) {
	if len(r.inner) < maxLinks {
		r.inner = append(r.inner, inner{place: place, text: text, by: b})
	}
}

// isIn returns the Dockerfile that a text names, in a directory or, where that is not known,
// in the root of the repository or the file's own; "" for none.
func (r *reader) isIn(dir value, own, text string) string {
	if text == "" {
		return ""
	}
	dirs := []value{dir}
	if dir.floats() {
		dirs = []value{literal(path.Join(".", dir.text[1:])), literal(path.Join(own, dir.text[1:]))}
	}
	for _, d := range dirs {
		if name, why := local(d, literal(text)); why == "" && r.exists[name] {
			return name
		}
	}
	return ""
}
