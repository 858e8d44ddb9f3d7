package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the calls of package managers.

// ManagerCall is a parsed call of npm, yarn, pnpm, bun and their companions
// (npm documentation, "npm run"; classic.yarnpkg.com, "CLI"; yarnpkg.com, "CLI";
// pnpm.io, "pnpm CLI"; bun.com, "bun run").
type ManagerCall struct {
	Name string // npm, npx, yarn, pnpm …; of corepack, the one that it starts
	// Script is the script of package.json that it runs, "" for none.
	Script string
	// Args are the arguments of the script, or of Program.
	Args []shell.Word
	// Program is what npx, npm exec and similar commands run: a program of
	// node_modules/.bin, or of a package that they download.
	Program string
	// Line is a command line for a shell, as in npx -c.
	Line string
	// Command is the manager's own command, such as install; "" if it runs a script or
	// a program.
	Command string
	// Where is the packages that it works in.
	Where Where
	// Options are the words before Args that are in no other field, without those that
	// set the verbosity.
	Options []string
	// Corepack reports whether it is run by corepack.
	Corepack bool
	// Unknown is why the call can't be read; "" when it can.
	Unknown string
}

// Where is the packages that a package manager works in.
type Where struct {
	Dirs       []shell.Word // it changes to, one after the other: --prefix, -C, --cwd, --dir
	Workspaces []string     // names or directories
	All        bool         // all workspaces
}

// Here reports whether it works in the directory where it is called.
func (w Where) Here() bool { return len(w.Dirs) == 0 && len(w.Workspaces) == 0 && !w.All }

// quietOptions set the verbosity, or whether more than the script runs.
var quietOptions = strings.Fields("-s --silent -q --quiet --loglevel=silent --loglevel=error --loglevel=warn --no-update-notifier -d --verbose -ddd")

// valueOptions take the next word as their value, unless an = gives it. Only common
// ones, and those that decide what runs, are listed.
var valueOptions = map[string]string{
	"npm":  "--prefix -C -w --workspace --loglevel --script-shell --userconfig --globalconfig --cache --registry --node-options --tag --omit --include --only --scope -p --package -c --call",
	"npx":  "-p --package -c --call --node-options -w --workspace --prefix -C --cache --registry --userconfig --shell",
	"yarn": "--cwd --cache-folder --modules-folder --registry --use-yarnrc --mutex --network-timeout --scripts-prepend-node-path --include --exclude --from -j --jobs",
	"pnpm": "-C --dir --filter -F --filter-prod --loglevel --reporter --script-shell --store-dir --registry --workspace-concurrency --shell-mode --package",
	"bun":  "--cwd --config -c --filter -F --preload -r --env-file --port --define -d --loader --jsx-runtime --tsconfig-override --main-fields --conditions",
}

// managerCommands are the commands of each package manager that do not run a script of
// that name. Yarn, pnpm and bun run a script of any other name.
var managerCommands = strings.Fields(`access add audit autoclean bin cache check config create deploy dedupe dlx env exec fetch generate-lock-entry global help
	import info init install install-test i link licenses list login logout ls node outdated owner pack policies prune publish rebuild
	remove restart root server setup stop store tag team test t unlink unplug update up upgrade upgrade-interactive version versions
	view why workspace workspaces c ci dist-tag doctor patch recursive self-update`)

// ReadManager parses the call of a package manager. env is the environment that it
// runs in. It returns nil for any other program.
func ReadManager(c shell.Call, env shell.Env) *ManagerCall {
	m := &ManagerCall{Name: c.Name}
	args := c.Args
	if c.Name == "corepack" {
		m.Corepack = true
		for len(args) > 0 && strings.HasPrefix(args[0].Text, "-") {
			args = args[1:]
		}
		if len(args) == 0 || !args[0].Known {
			return m
		}
		name, _, _ := strings.Cut(args[0].Text, "@")
		if !slices.Contains([]string{"npm", "npx", "yarn", "pnpm", "pnpx", "yarnpkg"}, name) {
			m.Command = name // enable, prepare, install
			return m
		}
		m.Name, args = name, args[1:]
	}
	switch m.Name {
	case "yarnpkg":
		m.Name = "yarn"
	case "npm", "yarn", "pnpm", "bun", "npx", "pnpx", "bunx":
	default:
		return nil
	}
	m.environment(c, env)
	m.parse(args)
	return m
}

// environment reads the npm settings in the environment that decide where it works.
func (m *ManagerCall) environment(c shell.Call, env shell.Env) {
	if m.Name != "npm" && m.Name != "npx" {
		return
	}
	get := func(setting string) string {
		for _, name := range []string{"npm_config_" + setting, "NPM_CONFIG_" + strings.ToUpper(setting)} {
			for _, v := range slices.Backward(c.Vars) {
				if k, value, _ := strings.Cut(v, "="); k == name {
					return value
				}
			}
			if v, ok := env(name); ok && v != "" {
				return v
			}
		}
		return ""
	}
	if w := get("workspace"); w != "" {
		m.Where.Workspaces = append(m.Where.Workspaces, w)
	}
	if get("workspaces") == "true" {
		m.Where.All = true
	}
	for _, setting := range []string{"prefix", "local_prefix"} {
		if dir := get(setting); dir != "" && setting == "local_prefix" {
			m.Where.Dirs = append(m.Where.Dirs, shell.Word{Text: dir, Known: true})
		}
	}
}

// parse reads the words of a call.
func (m *ManagerCall) parse(args []shell.Word) {
	kind := m.Name
	switch m.Name {
	case "npx", "pnpx", "bunx":
		m.exec(args, map[string]string{"npx": "npx", "pnpx": "pnpm", "bunx": "bun"}[m.Name])
		return
	}
	args = m.options(args, kind)
	if len(args) == 0 {
		if m.Name == "yarn" {
			m.Command = "install"
		}
		return
	}
	if !args[0].Known {
		m.Unknown = "its command is not known"
		return
	}
	word, rest := args[0].Text, args[1:]
	switch {
	case word == "run" || word == "run-script" || word == "rum" || word == "urn":
		m.run(rest)
	case word == "workspace" && m.Name == "yarn" && len(rest) > 0:
		m.Where.Workspaces = append(m.Where.Workspaces, rest[0].Text)
		m.parse(rest[1:])
	case word == "workspaces" && m.Name == "yarn":
		m.eachWorkspace(rest)
	case (word == "recursive" || word == "m" || word == "multi") && m.Name == "pnpm":
		m.Where.All = true
		m.parse(rest)
	case word == "exec" || word == "x" || word == "dlx":
		m.exec(rest, kind)
	case word == "node" && (m.Name == "yarn" || m.Name == "pnpm"):
		m.Program, m.Args = "node", rest
	case m.Name == "bun" && isFile(word):
		m.Args = args // it runs the file itself
	case word == "start" || word == "restart" || word == "stop" || word == "test" || word == "t" || word == "tst":
		m.script(map[string]string{"t": "test", "tst": "test"}[word], word, rest)
	case m.Name == "npm" || slices.Contains(managerCommands, word):
		m.Command, m.Args = word, rest
	default:
		m.script("", word, rest)
	}
}

// spelled returns the command that runs the script, as the manager reads it: "npm preview" is
// none.
func (m *ManagerCall) spelled() string {
	short := slices.Contains([]string{"start", "stop", "restart", "test"}, m.Script)
	switch m.Name {
	case "npm", "bun":
	case "yarn", "pnpm":
		short = short || !slices.Contains(managerCommands, m.Script)
	default: // run-s and its kind
		short = true
	}
	if short {
		return m.Name + " " + m.Script
	}
	return m.Name + " run " + m.Script
}

// isFile reports whether an operand of bun is a file rather than a script.
func isFile(word string) bool {
	switch path.Ext(word) {
	case ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx":
		return true
	}
	return strings.HasPrefix(word, "./") || strings.HasPrefix(word, "/")
}

// run reads what follows run.
func (m *ManagerCall) run(args []shell.Word) {
	args = m.options(args, m.Name)
	switch {
	case len(args) == 0:
	case !args[0].Known:
		m.Unknown = "the name of its script is not known"
	case m.Name == "bun" && isFile(args[0].Text):
		m.Args = args
	default:
		m.script("", args[0].Text, args[1:])
	}
}

// script records the script, by its full name or as written, and reads what follows
// it: npm takes options anywhere before --.
func (m *ManagerCall) script(full, word string, args []shell.Word) {
	if m.Script = full; full == "" {
		m.Script = word
	}
	if m.Name != "npm" {
		if slices.ContainsFunc(args, func(w shell.Word) bool { return w.Text == "--" }) {
			m.Options = append(m.Options, "--") // some releases pass it on, others don't
		}
		m.Args = args
		return
	}
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a.Text == "--":
			m.Args = append(m.Args, args[i+1:]...)
			return
		case a.Known && len(a.Text) > 1 && a.Text[0] == '-':
			i += m.option(args[i:], m.Name)
		default:
			m.Args = append(m.Args, a)
		}
	}
}

// eachWorkspace reads yarn workspaces run and foreach.
func (m *ManagerCall) eachWorkspace(args []shell.Word) {
	m.Where.All = true
	if len(args) > 0 && (args[0].Text == "run" || args[0].Text == "foreach") {
		rest := m.options(args[1:], m.Name)
		if args[0].Text == "run" && len(rest) > 0 {
			m.run(rest)
			return
		}
		m.parse(rest)
		return
	}
	m.Command = "workspaces"
}

// exec reads what follows npx, npm exec, pnpm dlx and similar commands.
func (m *ManagerCall) exec(args []shell.Word, kind string) {
	for len(args) > 0 && args[0].Known && strings.HasPrefix(args[0].Text, "-") {
		if args[0].Text == "--" {
			args = args[1:]
			break
		}
		name, value, has := strings.Cut(args[0].Text, "=")
		if name == "-c" || name == "--call" {
			switch {
			case has:
				m.Line = value
			case len(args) > 1 && args[1].Known:
				m.Line = args[1].Text
			default:
				m.Unknown = "its command line is not known"
			}
			return
		}
		args = args[1+m.option(args, kind):]
	}
	switch {
	case len(args) == 0:
	case !args[0].Known:
		m.Unknown = "its program is not known"
	default:
		m.Program, m.Args = args[0].Text, args[1:]
		if at := strings.LastIndexByte(m.Program, '@'); at > 0 && !strings.HasPrefix(m.Program, ".") && !strings.HasPrefix(m.Program, "/") {
			m.Program = m.Program[:at] // a version
		}
		if strings.HasPrefix(m.Program, "@") {
			m.Program = path.Base(m.Program) // usually the program of a scoped package
		}
	}
}

// options reads the options at the start of args, and returns the rest.
func (m *ManagerCall) options(args []shell.Word, kind string) []shell.Word {
	for len(args) > 0 && args[0].Known && len(args[0].Text) > 1 && args[0].Text[0] == '-' {
		if args[0].Text == "--" {
			return args[1:]
		}
		args = args[1+m.option(args, kind):]
	}
	return args
}

// option reads the option at the start of args, and returns how many words its
// value takes.
func (m *ManagerCall) option(args []shell.Word, kind string) (taken int) {
	name, value, has := strings.Cut(args[0].Text, "=")
	word := shell.Word{Text: value, Known: true}
	if slices.Contains(quietOptions, args[0].Text) {
		return 0
	}
	if !has && slices.Contains(strings.Fields(valueOptions[kind]), name) && len(args) > 1 {
		word, taken = args[1], 1
	}
	switch {
	case !has && (name == "-ws" || name == "--workspaces" || kind == "pnpm" && (name == "-r" || name == "--recursive")), has && name == "--workspaces" && value == "true":
		m.Where.All = true
	case slices.Contains([]string{"--prefix", "-C", "--cwd", "--dir"}, name):
		m.Where.Dirs = append(m.Where.Dirs, word)
	case name == "-w" && kind == "pnpm", name == "--workspace-root":
		m.Unknown = "it works in the root of its workspace"
	case slices.Contains([]string{"-w", "--workspace", "--filter", "-F", "--filter-prod"}, name):
		if !word.Known {
			m.Unknown = fmt.Sprintf("the value of %s is not known", name)
		}
		m.Where.Workspaces = append(m.Where.Workspaces, word.Text)
	default:
		m.Options = append(m.Options, args[0].Text)
	}
	return taken
}
