package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// install is a call, in a RUN, that installs what package.json lists.
type install struct {
	step chain.Step
	at   int // of the step, among those of the chain
	call shell.Call
	tool string     // npm, yarn or pnpm
	word shell.Word // the subcommand, or the program where there is none
	// frozen: it takes the lock file at its word.
	frozen bool
	// withoutDev: it leaves dev dependencies out; withDev: it says that it wants
	// them.
	withoutDev, withDev bool
	legacyPeers         bool
}

// installNames are the subcommands that install what package.json lists, with
// whether they take the lock file at its word (npm documentation, "npm install",
// "npm ci"; Yarn 1 and pnpm: "install").
var installNames = map[string]map[string]bool{
	"npm":  {"install": false, "i": false, "in": false, "ci": true, "clean-install": true},
	"yarn": {"install": false, "": false},
	"pnpm": {"install": false, "i": false},
}

// plainFlags change nothing that matters of what is installed, nor where.
var plainFlags = strings.Fields(`--no-optional --optional=false --no-audit --audit=false --no-fund --fund=false --silent -s --quiet -q -d --verbose
	--unsafe-perm --unsafe-perm=true --ignore-scripts --no-progress --progress=false --prefer-offline --no-color --force -f --strict-ssl=false
	--no-bin-links --build-from-source --foreground-scripts --loglevel=error --loglevel=warn --loglevel=verbose --non-interactive --no-cache
	--ignore-engines --ignore-optional --ignore-platform --network-timeout=100000 --network-timeout=600000 --network-timeout=1000000 --no-update-notifier`)

// readInstalls are the installs of a step that can be read. Anything that is not
// known for certain, a flag or another directory, makes an install none.
func readInstalls(steps []chain.Step, at int) (list []install) {
	s := steps[at]
	if s.In.Name() != "RUN" || changesDirectory(s) || slices.ContainsFunc(s.In.Flags, func(w dockerfile.Word) bool { return strings.Contains(w.Text, "node_modules") }) {
		return nil
	}
	script, err := s.Script()
	if err != nil || script == nil {
		return nil
	}
	for _, c := range script.Calls {
		if in, ok := readInstall(c); ok {
			in.step, in.at = s, at
			list = append(list, in)
		}
	}
	return list
}

func readInstall(c shell.Call) (in install, ok bool) {
	names, ok := installNames[c.Name]
	if !ok || !c.Certain || !c.Known() || slices.ContainsFunc(c.Args, func(w shell.Word) bool { return w.Raw != w.Text }) {
		return in, false
	}
	in = install{call: c, tool: c.Name, word: c.Program}
	name := ""
	for _, a := range c.Args {
		switch {
		case !strings.HasPrefix(a.Text, "-") && name == "":
			name, in.word = a.Text, a
		case !in.flag(a.Text):
			return in, false
		}
	}
	frozen, ok := names[name]
	in.frozen = in.frozen || frozen
	return in, ok
}

// flag notes a flag, and reports whether it is known to be harmless.
func (in *install) flag(text string) bool {
	switch text {
	case "--production", "--production=true", "--prod", "-P", "--only=production", "--only=prod", "--omit=dev":
		in.withoutDev = true
	case "--production=false", "--prod=false", "--also=dev", "--also=development", "--include=dev":
		in.withDev = true
	case "--frozen-lockfile", "--immutable", "--frozen-lockfile=true":
		in.frozen = true
	case "--pure-lockfile":
	case "--legacy-peer-deps", "--legacy-peer-deps=true":
		in.legacyPeers = true
	default:
		return slices.Contains(plainFlags, text) || strings.HasPrefix(text, "--registry=")
	}
	return true
}

// production reports whether dev dependencies are left out, by a flag or by the
// environment.
func (in install) production() bool {
	if in.withDev || in.withoutDev {
		return in.withoutDev
	}
	v, _ := in.step.Before.Getenv("NODE_ENV")
	return v == "production"
}

// knownNodeEnv reports whether NODE_ENV is the same in every build.
func (in install) knownNodeEnv() bool { return !in.step.Before.DependsOnArg("${NODE_ENV}") }

// mayInstall reports whether a RUN speaks of an install at all.
func mayInstall(in *dockerfile.Instruction) bool {
	return in.Name() == "RUN" && (strings.Contains(in.Logical, "npm") || strings.Contains(in.Logical, "yarn"))
}

// rewritesManifest finds what may change or remove package.json or its lock file.
var rewritesManifest = lazyregexp.New(`\bpackage(\.json|-lock|\*)|\*\.json|shrinkwrap|yarn\.lock|yarnrc|pnpm-lock|\bnpm (pkg|version|set-script|init)\b|\byarn (set version|policies)\b`)

// rewritten tells which command in front of an install may have changed the files
// that it reads, "" for none.
func rewritten(run *chain.Run, in install) string {
	for _, s := range run.Steps[:in.at] {
		if s.In.Name() != "RUN" || !rewritesManifest.MatchString(wholeText(s.In)) {
			continue
		}
		if script, err := s.Script(); err != nil || script == nil || len(script.Writes) > 0 || slices.ContainsFunc(script.Calls, rewritesFiles) {
			return fmt.Sprintf("line %d", s.In.Line)
		}
	}
	for _, c := range earlierCalls(in) {
		if rewritesFiles(c) {
			return orSomething(c.Name) + " in front of it"
		}
	}
	return ""
}

func rewritesFiles(c shell.Call) bool {
	words := []string{c.Path}
	for _, a := range c.Args {
		words = append(words, a.Raw)
	}
	reads := slices.Contains([]string{"chown", "chgrp", "chmod", "cat", "ls", "test", "[", "echo", "grep"}, c.Name)
	return !reads && rewritesManifest.MatchString(strings.Join(words, " "))
}

// onlyGlobal reports whether all that a RUN does with package managers concerns
// programs for the whole image, or settings.
func onlyGlobal(s chain.Step) bool {
	script, err := s.Script()
	if err != nil || script == nil {
		return false
	}
	return !slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
		switch c.Name {
		case "npm", "yarn", "pnpm", "npx", "bun":
			return !c.Has("-g", "--global", "global", "config", "set", "cache", "--version", "-v")
		case "", "sh", "bash", "make":
			return true
		}
		return false
	})
}

// wholeContext reports whether a copy brings all of the build context.
func wholeContext(c chain.Copy) bool {
	return c.From == "" && slices.ContainsFunc(c.Sources, func(src string) bool {
		return slices.Contains([]string{"", ".", "*"}, strings.Trim(src, "/")) || path.Clean("/"+src) == "/"
	})
}
