package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the paths that shell scripts write.

// shellDefault matches "${VARIABLE:-/path}" and similar forms.
var shellDefault = lazyregexp.New(`\$\{([A-Za-z_]\w*):?[-=](/[\w./@+-]+)\}`)

// shellScript reports what a script writes.
func (s *Sources) shellScript(name, text string) {
	u := &unit{name: name, lang: Shell, src: text, lines: lines{text: text}, used: map[int]bool{}, out: s}
	for _, m := range shellDefault.FindAllStringSubmatchIndex(text, maxMatches) {
		variable, p := text[m[2]:m[3]], path.Clean(text[m[4]:m[5]])
		if !isKernels(p) && p != "/tmp" && (namesData(variable) || isSystemPath(p)) {
			s.path(SourcePath{Path: p, Kind: Default, Variable: variable, Evidence: u.lines.evidence(name, m[0])})
		}
	}
	script, err := shell.Parse(text, nil)
	if err != nil {
		s.gap(Gap{Place{File: name}, "the script can't be read: " + printable(err.Error())})
		return
	}
	for _, w := range script.Writes {
		u.shellWrite(w.Word)
	}
	for _, c := range script.Calls {
		if slices.Contains([]string{"mkdir", "touch", "tee", "truncate"}, c.Name) {
			_, files := c.Options(func(o string) bool { return o == "-m" || o == "-d" || o == "-s" || o == "-r" || o == "-t" })
			for _, w := range files {
				u.shellWrite(w)
			}
		}
	}
}

func (u *unit) shellWrite(w shell.Word) {
	p := pathOf(value{known: w.Known, path: w.Text})
	e := u.lines.evidence(u.name, w.Start)
	switch {
	case p == "" || isKernels(p):
	case strings.HasPrefix(p, "/"):
		u.out.path(SourcePath{Path: p, Kind: Written, Evidence: e})
	case !strings.HasPrefix(p, ".."):
		u.out.relative(RelativeWrite{Path: p, Kind: Written, Evidence: e})
	}
}
