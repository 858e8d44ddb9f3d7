package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// This file reads the calls of package managers.

// scriptCall reads a call of a package manager that runs a script: its name and
// the arguments that the script gets.
func scriptCall(argv []string) (name string, args []string, err error) {
	manager, rest := path.Base(argv[0]), argv[1:]
	quiet := []string{"-s", "--silent", "-q", "--quiet", "--loglevel=silent", "--loglevel=error", "--loglevel=warn", "--no-update-notifier"}
	other := fmt.Errorf("%s is called in a way that is not followed", strings.Join(argv, " "))
	skip := func() {
		for len(rest) > 0 && slices.Contains(quiet, rest[0]) {
			rest = rest[1:]
		}
	}
	if manager == "npx" || manager == "pnpx" {
		return "", nil, fmt.Errorf("%s finds what it runs in node_modules, or downloads it", manager)
	}
	skip()
	runs := len(rest) > 0 && (rest[0] == "run" || rest[0] == "run-script")
	if runs {
		rest = rest[1:]
		skip()
	}
	if len(rest) == 0 || strings.HasPrefix(rest[0], "-") || !runs && !isScriptName(manager, rest[0]) {
		return "", nil, other
	}
	name, rest = rest[0], rest[1:]
	if manager == "npm" {
		skip() // npm takes them wherever they stand
		if len(rest) > 0 && rest[0] == "--" {
			return name, rest[1:], nil
		}
	}
	if slices.ContainsFunc(rest, func(a string) bool { return a == "--" || manager == "npm" && strings.HasPrefix(a, "-") }) {
		return "", nil, other
	}
	return name, rest, nil
}

// isScriptName reports whether a word, without run in front, is the name of a
// script and no command of the package manager's own.
func isScriptName(manager, word string) bool {
	if word == "start" {
		return true
	}
	own := strings.Fields(`access add audit autoclean bin cache check config create deploy dedupe dlx env exec fetch generate-lock-entry global help
		import info init install install-test i link licenses list login logout ls node outdated owner pack policies prune publish rebuild
		remove restart root server setup stop store tag team test t unlink unplug update up upgrade upgrade-interactive version versions
		view why workspace workspaces c ci dist-tag doctor patch recursive self-update`)
	return manager != "npm" && !slices.Contains(own, word)
}
