package transforms

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file removes the package lists that a RUN has fetched.

const aptLists = "/var/lib/apt/lists"

// cleanLists adds the removal of the lists to a RUN that ends with apt-get install.
// later are the RUNs of the file that need lists they did not fetch.
func cleanLists(p *fixer.Pass, s chain.Step, later []chain.Step) {
	if s.In.Name() != "RUN" {
		return
	}
	script, err := s.Script()
	if err != nil || script == nil || len(script.Calls) == 0 || !updates(script.Calls) || strings.Contains(wholeText(s.In), aptLists) || mountsApt(s) {
		return
	}
	last := script.Calls[len(script.Calls)-1]
	if aptInstall(last) < 0 || !last.Succeeded {
		return
	}
	word := last.Args[len(last.Args)-1]
	if _, ok := s.Place(word); !ok || word.End != len(s.In.Body()) {
		return
	}
	if slices.ContainsFunc(later, func(l chain.Step) bool { return l.In.Index > s.In.Index && derives(l.Node, s.Node) }) {
		return
	}
	edit, err := s.In.Append("&& rm -rf " + aptLists + "/*")
	if err != nil {
		return
	}
	p.Report(s.In.Span, "the lists of apt-get update stay in the image: rm -rf "+aptLists+"/*", edit)
}

// derives reports whether n is the stage parent, or built on it.
func derives(n, parent *chain.Node) bool {
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
func mountsApt(s chain.Step) bool {
	for _, f := range s.In.Flags {
		if strings.HasPrefix(f.Text, "--mount=") && strings.Contains(f.Text, "apt") {
			return true
		}
	}
	return false
}

// needsLists reports whether a RUN may read package lists that it did not fetch.
func needsLists(s chain.Step) bool {
	if s.In.Name() != "RUN" || !strings.Contains(wholeText(s.In), "apt") {
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
