package installs

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Names are the names of npm ci and npm install (npm's own list of aliases, without
// misspellings).
var Names = strings.Fields("ci clean-install ic install-clean install i in ins inst add")

// npmValues are the options of npm with a value that may come before the command.
var npmValues = strings.Fields("--prefix -C --registry --cache --loglevel --userconfig --globalconfig -w --workspace")

// Command returns the command in a call of npm or a similar program, "" for none.
func Command(c shell.Call) string {
	for i, a := range c.Args {
		value := i > 0 && slices.Contains(npmValues, c.Args[i-1].Text)
		if a.Known && a.Text != "" && a.Text[0] != '-' && !value {
			return a.Text
		}
	}
	return ""
}

// SwitchesOwner returns why npm, as root, may switch to the owner of the package's
// directory to run its scripts, as the releases 7 and 8 do; "" if it does not. npm 6
// and 9 don't (observed in builds with each; the changelog of npm 9.0.0 names the
// change).
func SwitchesOwner(p *imagebuild.Pass, run *stage.Evaluation) string {
	version := p.Workload(run).NPMAtStart()
	switch {
	case !version.Known:
		return "the version of npm is unknown, and npm 7 and 8"
	case version.Before(7, 0) || version.AtLeast(9, 0):
		return ""
	}
	return "npm 7 and 8"
}
