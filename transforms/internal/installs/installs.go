// Package installs reads the RUN instructions that call npm, Yarn or pnpm: what they
// install, from which package.json and lock file, by which settings.
package installs

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Install is a call, in a RUN, that installs the packages in package.json.
type Install struct {
	Step stage.Step
	At   int // of the step, among those of the chain
	Call shell.Call
	Tool string     // npm, yarn or pnpm
	Word shell.Word // the subcommand, or the program if there is none
	// Frozen reports whether it takes the lock file at its word.
	Frozen bool
	// WithoutDev: it leaves dev dependencies out; WithDev: it requests them.
	WithoutDev, WithDev bool
	LegacyPeers         bool
}

// installNames are the subcommands that install the packages in package.json, with
// whether they take the lock file at its word (npm documentation, "npm install",
// "npm ci"; Yarn 1 and pnpm: "install").
var installNames = map[string]map[string]bool{
	"npm":  {"install": false, "i": false, "in": false, "ci": true, "clean-install": true},
	"yarn": {"install": false, "": false},
	"pnpm": {"install": false, "i": false},
}

// plainFlags do not affect which packages are installed, nor where.
var plainFlags = strings.Fields(`--no-optional --optional=false --no-audit --audit=false --no-fund --fund=false --silent -s --quiet -q -d --verbose
	--unsafe-perm --unsafe-perm=true --ignore-scripts --no-progress --progress=false --prefer-offline --no-color --force -f --strict-ssl=false
	--no-bin-links --build-from-source --foreground-scripts --loglevel=error --loglevel=warn --loglevel=verbose --non-interactive --no-cache
	--ignore-engines --ignore-optional --ignore-platform --network-timeout=100000 --network-timeout=600000 --network-timeout=1000000 --no-update-notifier`)

// Read returns the installs of a step that can be read. It skips calls with anything
// unknown, such as a flag or another directory.
func Read(list []stage.Step, at int) (found []Install) {
	s := list[at]
	if s.In.Name() != "RUN" || steps.ChangesDirectory(s) || slices.ContainsFunc(s.In.Flags, func(w dockerfile.Word) bool { return strings.Contains(w.Text, "node_modules") }) {
		return nil
	}
	script, err := s.Script()
	if err != nil || script == nil {
		return nil
	}
	for _, c := range script.Calls {
		if in, ok := ReadCall(c); ok {
			in.Step, in.At = s, at
			found = append(found, in)
		}
	}
	return found
}

// ReadCall parses one call of a package manager. It is false if that installs
// something other than the packages in package.json, or in an unknown way.
func ReadCall(c shell.Call) (in Install, ok bool) {
	names, ok := installNames[c.Name]
	if !ok || !c.Certain || !c.Known() || slices.ContainsFunc(c.Args, func(w shell.Word) bool { return w.Raw != w.Text }) {
		return in, false
	}
	in = Install{Call: c, Tool: c.Name, Word: c.Program}
	name := ""
	for _, a := range c.Args {
		switch {
		case !strings.HasPrefix(a.Text, "-") && name == "":
			name, in.Word = a.Text, a
		case !in.flag(a.Text):
			return in, false
		}
	}
	frozen, ok := names[name]
	in.Frozen = in.Frozen || frozen
	return in, ok
}

// flag records a flag, and reports whether it is known to be harmless.
func (in *Install) flag(text string) bool {
	switch text {
	case "--production", "--production=true", "--prod", "-P", "--only=production", "--only=prod", "--omit=dev":
		in.WithoutDev = true
	case "--production=false", "--prod=false", "--also=dev", "--also=development", "--include=dev":
		in.WithDev = true
	case "--frozen-lockfile", "--immutable", "--frozen-lockfile=true":
		in.Frozen = true
	case "--pure-lockfile":
	case "--legacy-peer-deps", "--legacy-peer-deps=true":
		in.LegacyPeers = true
	default:
		return slices.Contains(plainFlags, text) || strings.HasPrefix(text, "--registry=")
	}
	return true
}

// Production reports whether dev dependencies are left out, by a flag or by the
// environment.
func (in Install) Production() bool {
	if in.WithDev || in.WithoutDev {
		return in.WithoutDev
	}
	v, _ := in.Step.Before.Getenv("NODE_ENV")
	return v == "production"
}

// KnownNodeEnv reports whether NODE_ENV is the same in every build.
func (in Install) KnownNodeEnv() bool { return !in.Step.Before.DependsOnArg("${NODE_ENV}") }

// MayInstall reports whether a RUN mentions an install at all.
func MayInstall(in *dockerfile.Instruction) bool {
	return in.Name() == "RUN" && (strings.Contains(in.Logical, "npm") || strings.Contains(in.Logical, "yarn"))
}

// rewritesManifest matches commands that may change or remove package.json or its lock
// file.
var rewritesManifest = lazyregexp.New(`\bpackage(\.json|-lock|\*)|\*\.json|shrinkwrap|yarn\.lock|yarnrc|pnpm-lock|\bnpm (pkg|version|set-script|init)\b|\byarn (set version|policies)\b`)

// RewrittenBy returns which command before an install may have changed the files
// that it reads, "" for none.
func RewrittenBy(run *stage.Evaluation, in Install) string {
	for _, s := range run.Steps[:in.At] {
		if s.In.Name() != "RUN" || !rewritesManifest.MatchString(steps.Text(s.In)) {
			continue
		}
		if script, err := s.Script(); err != nil || script == nil || len(script.Writes) > 0 || slices.ContainsFunc(script.Calls, rewritesFiles) {
			return fmt.Sprintf("line %d", s.In.Line)
		}
	}
	for _, c := range Earlier(in) {
		if rewritesFiles(c) {
			return ProgramName(c.Name) + " before it"
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

// OnlyGlobal reports whether a RUN uses package managers only for programs of the
// whole image, or for settings.
func OnlyGlobal(s stage.Step) bool {
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

// CopiesContext reports whether a copy brings all of the build context.
func CopiesContext(c stage.Copy) bool {
	return c.From == "" && slices.ContainsFunc(c.Sources, func(src string) bool {
		return slices.Contains([]string{"", ".", "*"}, strings.Trim(src, "/")) || path.Clean("/"+src) == "/"
	})
}

// Earlier returns the calls of the same RUN before an install.
func Earlier(in Install) []shell.Call {
	script, err := in.Step.Script()
	if err != nil || script == nil {
		return nil
	}
	i := slices.IndexFunc(script.Calls, func(c shell.Call) bool { return c.Program.Start == in.Call.Program.Start })
	return script.Calls[:max(i, 0)]
}

// ProgramName returns the name of a program for a message.
func ProgramName(name string) string {
	if name == "" {
		return "an unknown program"
	}
	return name
}
