package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds the scripts that a RUN calls and that make files for root alone.

// runners are the programs that a RUN calls a script of the application with.
var runners = strings.Fields("sh bash ash dash zsh . source node nodejs tsx ts-node bun deno python python3 ruby npm yarn pnpm npx")

// maxScripts bounds the calls that are followed.
const maxScripts = 64

// privateScripts returns the scripts that a RUN of root's calls, and that make a file which
// only its owner may read.
func (x *examiner) privateScripts() (list []blockers.Blocker) {
	followed := 0
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if !stage.IsRoot(s.Before.User.Text) || !c.Known() || !slices.Contains(runners, c.Name) && !strings.Contains(c.Path, "/") {
			return
		}
		if followed++; followed > maxScripts {
			return
		}
		found := x.makesPrivate(s, x.followedAt(s, c.Path, c.Args))
		for _, name := range x.installScripts(s, c) {
			found = cmp.Or(found, x.makesPrivate(s, x.followedAt(s, "npm", []shell.Word{{Text: "run", Known: true}, {Text: name, Known: true}})))
		}
		if found != "" {
			list = append(list, blockers.Files(s.In.Line, "line %d makes files that only root can use (%s)", s.In.Line, found))
		}
	})
	return list
}

// makesPrivate returns what of a script that a RUN calls makes a file for root alone; ""
// for nothing.
func (x *examiner) makesPrivate(s stage.Step, called *workload.Script) (found string) {
	called.All(func(inner *workload.Command) bool {
		how := ""
		if inner.In != called {
			how = x.privateCall(s, inner)
		}
		if found = x.privateSource(inner); how != "" {
			found = fmt.Sprintf("%s, in %s", how, inner.In.Place.File)
		}
		return found == ""
	})
	return found
}

// installScripts returns the scripts of the application's package.json that a call of a
// package manager runs because it installs.
func (x *examiner) installScripts(s stage.Step, c shell.Call) []string {
	installs := c.Name == "yarn" && len(c.Args) == 0
	if slices.Contains([]string{"npm", "yarn", "pnpm", "bun"}, c.Name) && len(c.Args) > 0 {
		installs = strings.HasPrefix(c.Args[0].Text, "-") || slices.Contains(strings.Fields("install i ci clean-install install-test it cit"), c.Args[0].Text)
	}
	if !installs || slices.ContainsFunc(c.Args, func(w shell.Word) bool { return w.Text == "--ignore-scripts" }) {
		return nil
	}
	p, err := x.load.Package(s.Before.Workdir.Text)
	if err != nil {
		return nil // an application without a package.json installs no scripts of its own
	}
	return p.InstallScripts()
}

// followedAt returns what a program runs in a RUN.
func (x *examiner) followedAt(s stage.Step, program string, args []shell.Word) *workload.Script {
	as := *x.run
	as.Final.Workdir, as.Final.Env = s.Before.Workdir, s.Before.Env
	argv := []string{program}
	for _, w := range args {
		argv = append(argv, w.Text)
	}
	return x.pass.Workload(&as).Follow(argv)
}

// privateCall returns the command of a script that makes a file for root alone; "" if not, or
// if the script opens it to all.
func (x *examiner) privateCall(s stage.Step, c *workload.Command) string {
	call := c.Call
	call.Args = slices.Clone(call.Args)
	for i := range call.Args {
		call.Args[i].Start, call.Args[i].End = 0, 0 // they are not of the RUN
	}
	files, makes := keyFiles(call)
	if !makes {
		return x.private(s, call)
	}
	opens := slices.ContainsFunc(c.In.Commands, func(other *workload.Command) bool {
		return other.Name == "chmod" && len(other.Args) > 1 && forOthers(other.Args[0].Text) &&
			slices.ContainsFunc(files, func(w shell.Word) bool {
				return slices.ContainsFunc(other.Args, func(a shell.Word) bool { return a.Raw == w.Raw })
			})
	})
	if opens || x.allOpened(s, files) {
		return ""
	}
	return c.Name
}

// privateMode matches a source that writes a file with a mode for its owner alone
// (nodejs.org, "fs.writeFileSync", "fs.chmodSync", "process.umask"; docs.python.org,
// "os.chmod", "os.open", "os.umask").
var privateMode = lazyregexp.New(`\bmode\s*[:=]\s*(?:0o?|0)[4-7]00\b|\bchmod(?:Sync)?\s*\([^)\n]*\b0o?[4-7]00\b|\bumask\s*\(\s*0o?[0-7]?[0-7]7\b`)

// privateSource returns the source that a command runs, if it writes such a file.
func (x *examiner) privateSource(c *workload.Command) string {
	for i, w := range c.Args {
		if i > 0 && slices.Contains([]string{"-e", "--eval", "-c", "-p", "--print"}, c.Args[i-1].Text) && slices.Contains(runners, c.Name) && privateMode.MatchString(w.Text) {
			return fmt.Sprintf("%s %s, in %s", c.Name, c.Args[i-1].Text, c.In.Place)
		}
		if !w.Known || !slices.Contains([]string{".js", ".mjs", ".cjs", ".ts", ".mts", ".py", ".rb"}, path.Ext(w.Text)) || !slices.Contains(runners, c.Name) {
			continue
		}
		file, ok := w.In(c.Dir)
		if !ok {
			continue
		}
		name := x.run.Origin(file, x.pass.Context).Name
		if text, err := x.read(name); name != "" && err == nil {
			if at := privateMode.FindStringIndex(text); at != nil {
				return fmt.Sprintf("%s:%d", name, strings.Count(text[:at[0]], "\n")+1)
			}
		}
	}
	return ""
}
