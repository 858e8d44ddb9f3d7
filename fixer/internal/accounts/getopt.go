package accounts

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// grammar is the command line of a tool: its options, each with its dashes, and their
// meanings; "" for one without interest. An option that it lacks, or one that leads
// elsewhere (--root, --conf, --help), means that the command line can't be followed.
type grammar struct {
	values map[string]string // options with a value
	flags  map[string]string // options without one
}

// newGrammar parses lines "meaning: -o --option", of options with a value and without.
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

// line is a parsed command line. Operands are known words.
type line struct {
	values   map[string]shell.Word // by meaning, the last of each
	flags    map[string]bool       // by meaning
	options  int                   // how many there are
	operands []shell.Word
}

// parse parses a command line as getopt_long does: options may come in any order, be
// joined and carry their value. An unknown word may only be the value of an option.
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

// rest adds the operands after "--".
func (l line) rest(words []shell.Word) (line, error) {
	for _, w := range words {
		if !w.Known {
			return l, errUnknownWord
		}
	}
	l.operands = append(l.operands, words...)
	return l, nil
}

// option parses an option, or a cluster of short ones, and returns how many words it
// used.
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

// harmlessKey reports whether -K KEY=VALUE, which overrides a line of /etc/login.defs,
// has no effect on what is read here.
func harmlessKey(w shell.Word) bool {
	return w.Known && !strings.HasPrefix(w.Text, "CREATE_HOME") && !strings.HasPrefix(w.Text, "USERGROUPS_ENAB")
}

// cutOption cuts "--name=value" and "-nREST"; joined reports whether there is a
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

// id returns the number in a value, Unknown if there is none.
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

// home sets the stated home directory.
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

// group sets the stated primary group.
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
