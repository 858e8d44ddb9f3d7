package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	makeRule     = lazyregexp.New(`^([^\s:=#][^:=#]*?)\s*::?([^=]|$)`)
	makeVariable = lazyregexp.New(`^(?:export\s+|override\s+)*([\w.-]+)\s*(:?:?:?=|\?=|\+=|!=)\s*(.*)$`)
	makeUse      = lazyregexp.New(`\$\$|\$\(([\w.-]+)\)|\$\{([\w.-]+)\}|\$\([^()]*\)|\$[A-Za-z@<^*?+]`)
)

// makefile reads the recipes of a makefile: each line runs in a shell of
// its own, in the makefile's directory (GNU make manual, "Recipe Execution").
func (r *reader) makefile(name string, text []byte) {
	dir := path.Dir(name)
	m := makefile{left: maxFile, vars: map[string]value{"CURDIR": literal(path.Join(checkout, dir))}}
	lines := logicalLines(string(text))
	for _, l := range lines {
		m.assign(l.text)
	}
	target := ""
	for _, l := range lines {
		recipe, isRecipe := strings.CutPrefix(l.text, "\t")
		if !isRecipe {
			if rule := makeRule.FindStringSubmatch(l.text); rule != nil && makeVariable.FindString(l.text) == "" {
				target, _, _ = strings.Cut(rule[1], " ")
			}
			continue
		}
		if target == "" || !mentions(recipe) {
			continue
		}
		r.script(script{
			place: workload.Place{File: name, Line: l.number}, block: true, text: m.expand(strings.TrimLeft(recipe, "@-+ \t")),
			dir: literal(dir), own: dir, by: "make " + target,
		})
	}
}

// mentions reports whether a command line may be one to read.
func mentions(line string) bool {
	for _, c := range commands {
		if strings.Contains(line, c) {
			return true
		}
	}
	// $(DOCKER) build
	return strings.Contains(line, "$(") && strings.Contains(line, "build") || strings.Contains(line, "$(") && strings.Contains(line, " run ")
}

// line is a line of text with its continuations.
type line struct {
	text   string
	number int // of its first line, from 1
}

// logicalLines joins lines that end in a backslash. The line breaks stay.
func logicalLines(text string) (list []line) {
	number, start, joined := 0, 1, strings.Builder{}
	for l := range strings.Lines(text) {
		number++
		l = strings.TrimRight(l, "\r\n")
		if joined.Len() == 0 {
			start = number
		}
		joined.WriteString(l)
		if strings.HasSuffix(l, `\`) {
			joined.WriteByte('\n')
			continue
		}
		list = append(list, line{joined.String(), start})
		joined.Reset()
	}
	if joined.Len() > 0 {
		list = append(list, line{joined.String(), start})
	}
	return list
}

// makefile is the variables of a makefile: known if they are set once, to a text.
type makefile struct {
	vars map[string]value
	left int // bytes that may still be substituted
}

func (m *makefile) assign(text string) {
	set := makeVariable.FindStringSubmatch(text)
	if set == nil || strings.HasPrefix(text, "\t") {
		return
	}
	name, op, v := set[1], set[2], set[3]
	v, _, _ = strings.Cut(v, " #")
	v = m.expand(strings.TrimSpace(v))
	_, twice := m.vars[name]
	m.vars[name] = value{v, !twice && op != "+=" && op != "!=" && !strings.ContainsAny(v, "$`")}
}

// unknownToMake is the value of an unknown make variable: no shell has a value for it.
const unknownToMake = "${__make__}"

// expand substitutes the known variables in the text of a recipe, for the
// shell that runs it.
func (m *makefile) expand(text string) string {
	return makeUse.ReplaceAllStringFunc(text, func(use string) string {
		if use == "$$" {
			return "$"
		}
		name := strings.TrimRight(strings.TrimLeft(use, "$({"), ")}")
		if v := m.vars[name]; v.known && len(v.text) <= min(maxVariable, m.left) {
			m.left -= len(v.text)
			return v.text
		}
		if name == "MAKE" || name == "DOCKER" || name == "PODMAN" {
			return strings.ToLower(name)
		}
		return unknownToMake
	})
}
