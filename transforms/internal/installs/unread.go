package installs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Unread is an install that Read skips, and why.
type Unread struct {
	Call shell.Call
	Why  string
}

// Skipped returns the calls of a step that install the packages in a package.json, do not
// take the lock file at its word, and are not among what Read returns.
func Skipped(list []stage.Step, at int) (found []Unread) {
	s := list[at]
	script, err := s.Script()
	if s.In.Name() != "RUN" || err != nil || script == nil {
		return nil
	}
	read := Read(list, at)
	for _, c := range script.Calls {
		isRead := slices.ContainsFunc(read, func(in Install) bool { return in.Call.Program.Start == c.Program.Start })
		if why := skips(c, steps.ChangesDirectory(s)); why != "" && !isRead {
			found = append(found, Unread{c, why})
		}
	}
	return found
}

// skips returns why an install is not read, "" if the call is none, or takes the lock
// file at its word.
func skips(c shell.Call, moves bool) string {
	names, ok := installNames[c.Name]
	if !ok || c.Name == "pnpm" {
		return "" // whose default is the lock file
	}
	name, why, operands := "", "", 0
	for i, a := range c.Args {
		switch in := (&Install{}); {
		case !a.Known:
			why = "its arguments have variables"
		case strings.HasPrefix(a.Text, "-"):
			if a.Text == "--global" || a.Text == "-g" || in.flag(a.Text) && in.Frozen {
				return ""
			}
			if !in.flag(a.Text) && why == "" {
				why = fmt.Sprintf("its option %s is not followed", a.Text)
			}
			if a.Text == "--no-package-lock" || a.Text == "--package-lock=false" || a.Text == "--no-lockfile" {
				why = a.Text + " leaves the lock file aside"
			}
		case name == "" && i == 0 || name == "" && !takesValue(c.Args[i-1]):
			name = a.Text
		case !takesValue(c.Args[i-1]):
			operands++
		}
	}
	frozen, ok := names[name]
	switch {
	case !ok || frozen || operands > 0:
		return "" // another command, or packages of its own
	case why == "" && moves:
		why = "it runs in another directory"
	}
	return why
}

// takesValue reports whether the word is an option of npm or Yarn whose value is the next
// word.
func takesValue(w shell.Word) bool {
	return slices.Contains(strings.Fields("--prefix -C --cwd --workspace -w --registry --cache --loglevel --network-timeout"), w.Text)
}
