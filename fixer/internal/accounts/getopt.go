package accounts

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// grammar is the command line of a tool: its options, each with its dashes, and
// what they mean; "" for nothing of interest. What is not in it, an option that
// leads elsewhere (--root, --conf, --help) included, makes the command line one
// that can't be followed.
type grammar struct {
	values map[string]string // options with a value
	flags  map[string]string // options without one
}

// newGrammar takes lines "meaning: -o --option", of options with a value and
// without.
func newGrammar(values, flags []string) grammar {
	return grammar{index(values), index(flags)}
}

func index(lines []string) map[string]string {
	m := map[string]string{}
	for _, line := range lines {
		meaning, names, _ := strings.Cut(line, ":")
		for _, name := range strings.Fields(names) {
			m[name] = meaning
		}
	}
	return m
}

// line is what a command line says. Operands are known words.
type line struct {
	values   map[string]shell.Word // by meaning, the last of each
	flags    map[string]bool       // by meaning
	options  int                   // how many there are
	operands []shell.Word
}

// parse reads a command line as getopt_long does: options may come in any order,
// be joined and carry their value. A word that can't be known may only be the
// value of an option.
func (g grammar) parse(c shell.Call) (line, error) {
	l := line{values: map[string]shell.Word{}, flags: map[string]bool{}}
	for i := 0; i < len(c.Args); {
		a := c.Args[i]
		switch {
		case !a.Known:
			return l, errUnknownWord
		case a.Text == "--":
			return l.rest(c.Args[i+1:])
		case a.Text == "-" || !strings.HasPrefix(a.Text, "-"):
			l.operands = append(l.operands, a)
			i++
		default:
			used, err := g.option(c, i, &l)
			if err != nil {
				return l, err
			}
			i += used
		}
	}
	return l, nil
}

// rest adds the operands behind "--".
func (l line) rest(words []shell.Word) (line, error) {
	for _, w := range words {
		if !w.Known {
			return l, errUnknownWord
		}
	}
	l.operands = append(l.operands, words...)
	return l, nil
}

// option reads an option, or a cluster of short ones, and returns how many
// words that took.
func (g grammar) option(c shell.Call, at int, l *line) (used int, err error) {
	arg := c.Args[at]
	for text := arg.Text; ; {
		l.options++
		name, value, joined := cutOption(text)
		if meaning, ok := g.flags[name]; ok && (!joined || !strings.HasPrefix(name, "--")) {
			l.flags[meaning] = true
			if !joined {
				return 1, nil
			}
			text = "-" + value // more of the cluster
			continue
		}
		meaning, ok := g.values[name]
		if !ok {
			return 0, fmt.Errorf("%s is called with an option that is not followed: %.40q", c.Name, name)
		}
		w := shell.Word{Text: value, Known: true, Raw: strings.TrimPrefix(arg.Raw, name+"=")}
		used = 1
		if !joined {
			if used = 2; at+1 == len(c.Args) {
				return 0, fmt.Errorf("%s lacks the value of %s", c.Name, name)
			}
			w = c.Args[at+1]
		}
		if meaning == "key" && !harmlessKey(w) {
			return 0, fmt.Errorf("%s is called with other defaults", c.Name)
		}
		l.values[meaning] = w
		return used, nil
	}
}

// harmlessKey reports whether -K KEY=VALUE, which stands in for a line of
// /etc/login.defs, has no say in what is read here.
func harmlessKey(w shell.Word) bool {
	return w.Known && !strings.HasPrefix(w.Text, "CREATE_HOME") && !strings.HasPrefix(w.Text, "USERGROUPS_ENAB")
}

// cutOption cuts "--name=value" and "-nREST"; joined tells whether there is a
// value, or, for a flag, the rest of a cluster.
func cutOption(arg string) (name, value string, joined bool) {
	if strings.HasPrefix(arg, "--") {
		return strings.Cut(arg, "=")
	}
	return arg[:2], arg[2:], len(arg) > 2
}

// has reports whether a value is stated.
func (l line) has(meaning string) bool {
	_, ok := l.values[meaning]
	return ok
}

// id returns the number that a value is, Unknown when none is stated.
func (l line) id(meaning string) (int, error) {
	w, ok := l.values[meaning]
	if !ok {
		return Unknown, nil
	}
	n, err := strconv.ParseUint(w.Text, 10, 31)
	if err != nil {
		return Unknown, errUnknownWord
	}
	return int(n), nil
}

// home takes over the home directory that is stated.
func (l line) home(change *Change) error {
	w, ok := l.values["home"]
	if !ok {
		return nil
	}
	if !path.IsAbs(w.Text) { // an unknown word has no text
		return errUnknownWord
	}
	change.Home, change.HomeStated = w.Text, true
	return nil
}

// group takes over the primary group that is stated.
func (l line) group(change *Change) error {
	w, ok := l.values["group"]
	if !ok {
		return nil
	}
	if !validName(w.Text) {
		return errUnknownWord
	}
	change.Group, change.OwnGroup = w.Text, false
	return nil
}
