package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// installersForAll are the programs that install what all users of the system share, each
// with its subcommands that do ("" for all) and the option that it then needs: npm's global
// prefix, the site-packages of Python, the gems of Ruby belong to root where root installed
// them (docs.npmjs.com, "folders"; pip.pypa.io, "pip install"; guides.rubygems.org).
var installersForAll = []struct{ program, subs, option string }{
	{"npm", "install i add uninstall update link", "-g --global"},
	{"pnpm", "install i add remove update", "-g --global"},
	{"yarn", "global", ""},
	{"pip", "install uninstall", ""},
	{"pip3", "install uninstall", ""},
	{"pipenv", "install", ""},
	{"poetry", "install add", ""},
	{"gem", "install", ""},
	{"bundle", "install update", ""},
	{"apt-get", "install upgrade update", ""},
	{"apt", "install upgrade update", ""},
	{"apk", "add update upgrade", ""},
	{"yum", "install update", ""},
	{"dnf", "install update", ""},
	{"microdnf", "install update", ""},
}

// InstallsForAll returns the program, with its subcommand, if the command installs packages
// for all users of the system; "" for any other.
func (c *Command) InstallsForAll() string {
	for _, in := range installersForAll {
		at := slices.IndexFunc(c.Args, func(w shell.Word) bool { return slices.Contains(strings.Fields(in.subs), w.Text) })
		if c.Name == in.program && at >= 0 && (in.option == "" || c.Has(strings.Fields(in.option)...)) && !c.Has("--user", "--help", "--version") {
			return c.Name + " " + c.Args[at].Text
		}
	}
	return ""
}
