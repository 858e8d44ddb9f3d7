package apt

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file removes the package lists that a RUN has fetched.

// Lists is the directory that apt-get update fetches package lists into.
const Lists = "/var/lib/apt/lists"

// DropLists returns the edit that adds the removal of the lists to a RUN that ends with
// apt-get install. later are the RUNs of the file that need lists they did not fetch.
func DropLists(s stage.Step, later []stage.Step) (edit document.Edit, ok bool) {
	if s.In.Name() != "RUN" {
		return edit, false
	}
	script, err := s.Script()
	if err != nil || script == nil || len(script.Calls) == 0 || !updates(script.Calls) || strings.Contains(steps.Text(s.In), Lists) || mountsApt(s) {
		return edit, false
	}
	last := script.Calls[len(script.Calls)-1]
	if Install(last) < 0 || !last.Succeeded {
		return edit, false
	}
	word := last.Args[len(last.Args)-1]
	if _, ok := s.Place(word); !ok || word.End != len(s.In.Body()) {
		return edit, false
	}
	if slices.ContainsFunc(later, func(l stage.Step) bool { return l.In.Index > s.In.Index && derives(l.Node, s.Node) }) {
		return edit, false
	}
	edit, err = s.In.Append("&& rm -rf " + Lists + "/*")
	return edit, err == nil
}

// derives reports whether n is the stage parent, or built from it.
func derives(n, parent *stage.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == parent {
			return true
		}
	}
	return false
}

// updates reports whether the calls have a certain apt-get update.
func updates(calls []shell.Call) bool {
	for _, c := range calls {
		if isApt(c) && c.Certain && c.Has("update") {
			return true
		}
	}
	return false
}

func isApt(c shell.Call) bool { return c.Name == "apt-get" || c.Name == "apt" || c.Name == "aptitude" }

// mountsApt reports whether the RUN keeps apt's files in a cache.
func mountsApt(s stage.Step) bool {
	for _, f := range s.In.Flags {
		if strings.HasPrefix(f.Text, "--mount=") && strings.Contains(f.Text, "apt") {
			return true
		}
	}
	return false
}

// NeedsLists reports whether a RUN may read package lists that it did not fetch.
func NeedsLists(s stage.Step) bool {
	if s.In.Name() != "RUN" || !strings.Contains(steps.Text(s.In), "apt") {
		return false
	}
	script, err := s.Script()
	if err != nil || script == nil {
		return true
	}
	for i, c := range script.Calls {
		reads := isApt(c) && !c.Has("update", "clean", "autoclean", "distclean", "remove", "purge", "autoremove") || strings.HasPrefix(c.Name, "apt-") && !isApt(c)
		if reads && !updates(script.Calls[:i]) {
			return true
		}
	}
	return false
}

// Values are the options of apt-get that are followed by a value.
var Values = strings.Fields("-o --option -c --config-file -t --target-release --default-release -a --host-architecture")

// command returns the index of the command among the arguments of apt-get, -1 if
// there is none.
func command(c shell.Call) int {
	for i := 0; i < len(c.Args); i++ {
		a := c.Args[i]
		switch {
		case a.Known && slices.Contains(Values, a.Text):
			i++
		case !a.Known || !strings.HasPrefix(a.Text, "-"):
			return i
		}
	}
	return -1
}

// Install returns the index of "install" in a call of apt-get that installs
// packages by name; else -1.
func Install(c shell.Call) int {
	i := command(c)
	if c.Name != "apt-get" || i < 0 || c.Args[i].Text != "install" || c.Has("-f", "--fix-broken") {
		return -1
	}
	if len(Packages(c, i)) == 0 && c.Known() {
		return -1
	}
	return i
}

// Packages returns the known packages after "install".
func Packages(c shell.Call, install int) (names []string) {
	for _, a := range c.Args[install+1:] {
		if a.Known && a.Text != "" && a.Text[0] != '-' {
			names = append(names, a.Text)
		}
	}
	return names
}
