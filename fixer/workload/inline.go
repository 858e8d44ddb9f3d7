package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the code that a command line has in its arguments: node -e "…".

// inlineOptions are the options of interpreters that are followed by code.
var inlineOptions = map[string][]string{"node": {"-e", "-p", "-pe", "--eval", "--print"}, "nodejs": {"-e", "-p", "-pe", "--eval", "--print"}, "bun": {"-e", "--eval"}, "python": {"-c"}, "python3": {"-c"}}

// inline returns what the code contains that a launch has in its arguments, nil for none.
// Its place is that of the command line.
func (w *Workload) inline(l Launch) *Sources {
	at := slices.IndexFunc(l.Args, func(a shell.Word) bool { return slices.Contains(inlineOptions[l.Name], a.Text) })
	if at < 0 || at+1 >= len(l.Args) || !l.Args[at+1].Known || len(l.Args[at+1].Text) > MaxSourceFile {
		return nil
	}
	lang := JavaScript
	if strings.HasPrefix(l.Name, "python") {
		lang = Python
	}
	r := &reader{files: w.in.Files, out: &Sources{}, counts: map[Language]int{}}
	place := w.startPlace()
	// The lines before it give what is found the line of the command.
	r.code(place.File, lang, strings.Repeat("\n", max(0, place.Line-1))+l.Args[at+1].Text)
	r.out.resolveConstants(&Sources{})
	return r.out
}
