package workload

import (
	"path"
	"strings"
)

// This file reads sources that a heredoc of the Dockerfile holds.

// languageOfInterpreter has the languages of sources without an extension, by the end of their first
// line.
var languageOfInterpreter = map[string]Language{"node": JavaScript, "bun": JavaScript, "python": Python, "python3": Python, "ruby": Ruby, "perl": Perl, "php": PHP}

// heredocSources returns what the sources contain that a launch runs and that a heredoc
// holds. Their places are those of the Dockerfile.
func (w *Workload) heredocSources(l Launch) (list []*Sources) {
	for _, word := range append(l.Args[:len(l.Args):len(l.Args)], l.Program) {
		file, known := word.In(l.Dir)
		if word.Text == l.Path {
			file = w.Lookup(l.Path, l.Dir)
		}
		if !known || !path.IsAbs(file) {
			continue
		}
		at, text := w.Origin(file).Heredoc, w.Origin(file).Text
		if made := w.madeScripts()[file]; at == nil {
			at, text = made.in, made.text
		}
		first, _, _ := strings.Cut(text, "\n")
		lang := languageOf[path.Ext(file)]
		if lang == "" && strings.HasPrefix(first, "#!") {
			lang = languageOfInterpreter[path.Base(first[strings.LastIndexAny(first, " /")+1:])]
		}
		if at == nil || lang == "" || lang == Shell || len(text) > MaxSourceFile {
			continue
		}
		r := &reader{files: w.in.Files, out: &Sources{}, counts: map[Language]int{}}
		r.code(w.in.Run.Node.Graph().File.Name(), lang, strings.Repeat("\n", at.Line)+text)
		r.out.resolveConstants(&Sources{})
		list = append(list, r.out)
	}
	return list
}
