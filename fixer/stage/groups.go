package stage

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// JoinsGroups reports whether a RUN may add a user to further groups.
func (e *Evaluation) JoinsGroups() bool {
	for _, s := range e.Steps {
		if s.In.Name() != "RUN" {
			continue
		}
		if script, err := s.Script(); err == nil && script != nil && slices.ContainsFunc(script.Calls, joinsGroup) {
			return true
		}
	}
	return false
}

// joinsGroup reports whether a command may add a user to a group.
func joinsGroup(c shell.Call) bool {
	switch c.Name {
	case "usermod", "gpasswd", "groupmems", "newusers":
		return true
	case "useradd":
		return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			return !w.Known || strings.HasPrefix(w.Text, "-") && strings.Contains(w.Text, "G") || strings.HasPrefix(w.Text, "--groups")
		})
	case "adduser", "addgroup":
		return namesGroup(c.Args)
	}
	return false
}

// namesGroup reports whether the arguments of adduser or addgroup may end in a user and
// a group: the word before the last is neither an option nor the value of one.
func namesGroup(args []shell.Word) bool {
	if slices.ContainsFunc(args, func(w shell.Word) bool { return !w.Known }) {
		return true
	}
	n := len(args)
	if n < 2 || strings.HasPrefix(args[n-2].Text, "-") {
		return false
	}
	if _, err := strconv.Atoi(args[n-2].Text); err == nil {
		return false
	}
	valued := strings.Fields("-u -g -G -h -s -k -c --uid --gid --ingroup --home --shell --gecos --comment")
	return n < 3 || !slices.Contains(valued, args[n-3].Text)
}
