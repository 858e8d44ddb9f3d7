// Package devserver recognizes programs that serve an application while it is developed:
// they start it again, or build it anew, when a file changes.
package devserver

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// forDevelopment matches a part of a name.
var forDevelopment = lazyregexp.New(`(?i)(?:^|[-_./ ])(?:dev|devel|develop|development|devcontainer|local|localhost|debug|watch|test|tests|testing|e2e|ci|storybook)(?:[-_./ \d]|$)|development`)

// Names reports whether the name of a stage, or a path, says that it is for development
// or tests.
func Names(name string) bool { return forDevelopment.MatchString(name) }

// NamesFile reports whether the name of a Dockerfile, or of a directory on the way to it,
// says so. Of an absolute path, the last directory counts alone: those above are the
// machine's.
func NamesFile(name string) bool {
	name = path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if path.IsAbs(name) || strings.HasPrefix(name, "../") || strings.Contains(name, ":") {
		name = path.Join(path.Base(path.Dir(name)), path.Base(name))
	}
	return Names(name)
}

// always are those that do nothing else.
var always = strings.Fields("nodemon ts-node-dev tsnd node-dev webpack-dev-server vite-node-dev")

// commands are the programs that do it by some of their commands or options. "" is the
// program without a command.
var commands = map[string][]string{
	"node":              {"--watch", "--watch-path"},
	"tsx":               {"watch", "--watch"},
	"bun":               {"--hot", "--watch"},
	"next":              {"", "dev"},
	"nuxt":              {"dev"},
	"nuxi":              {"dev"},
	"astro":             {"dev"},
	"remix":             {"dev"},
	"gatsby":            {"develop"},
	"strapi":            {"develop"},
	"webpack":           {"serve", "--watch"},
	"react-scripts":     {"start"},
	"react-app-rewired": {"start"},
	"craco":             {"start"},
	"vue-cli-service":   {"serve"},
	"ng":                {"serve"},
	"nest":              {"start --watch", "start -w"},
	"vite":              {"", "dev", "serve"},
	"wrangler":          {"dev"},
}

// command matches a word that is a command, and no option, nor the port or address of one.
var command = lazyregexp.New(`^[A-Za-z]`)

// Name returns what a call starts, if that is such a server: "nodemon", "next dev",
// "node --watch".
func Name(c shell.Call) (name string, ok bool) {
	if slices.Contains(always, c.Name) {
		return c.Name, true
	}
	first := ""
	for _, a := range c.Args {
		if !a.Known {
			return "", false // it may be another command
		}
		if first == "" && command.MatchString(a.Text) {
			first = a.Text
		}
	}
	if c.Has("--help", "-h", "--version", "-v") {
		return "", false
	}
	for _, way := range commands[c.Name] {
		verb, option, _ := strings.Cut(way, " ")
		switch {
		case strings.HasPrefix(way, "-"):
			ok = precedes(c, way)
		case option != "":
			ok = first == verb && c.Has(option)
		default:
			ok = first == verb
		}
		if ok {
			return strings.TrimSpace(c.Name + " " + way), true
		}
	}
	return "", false
}

// precedes reports whether an option comes before the first operand: after it, it is one
// of the application.
func precedes(c shell.Call, option string) bool {
	for _, a := range c.Args {
		if a.Text == option || strings.HasPrefix(a.Text, option+"=") {
			return true
		}
		if !strings.HasPrefix(a.Text, "-") {
			return false
		}
	}
	return false
}
