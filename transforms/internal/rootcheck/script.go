package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/corepack"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// start returns the reasons to stay root in what runs at start: the command itself, the
// scripts of the build context that it calls, and the scripts of package.json.
func (x *examiner) start() []blockers.Blocker {
	start := x.load.Start()
	if start == nil {
		return blockers.Of("its start command can't be read")
	}
	return x.reasons(start)
}

// reasons returns those of a script and of all that it runs, each once.
func (x *examiner) reasons(s *workload.Script) (list blockers.List) {
	for _, r := range x.script(s) {
		list.Add(blockers.Blocker{Text: r.text, Path: r.dir})
	}
	return list
}

// reason is one to stay root in a script. settled: it names no script around it. dir is the
// directory that is written there, "" for none that is known.
type reason struct {
	text    string
	settled bool
	dir     string
}

// script checks the commands of one script, up to one that drops root itself: what else
// is in the script counts on that.
func (x *examiner) script(s *workload.Script) (list []reason) {
	if s.DemandsRoot() {
		list = append(list, reason{text: "it ends where it does not run as root"})
	}
	for _, c := range s.Commands {
		if c.NeedsRoot() == workload.Drops && !x.serves(c.Call) {
			x.drops = true
			return append(list, reason{text: fmt.Sprintf("%s %s", c.Name, workload.Drops)})
		}
	}
	list = append(list, x.ofPrograms(s)...)
	for _, w := range s.Writes {
		if device := strings.HasPrefix(strings.Trim(w.Raw, `"`), "/dev/"); !device && (!w.Known || !x.writable(x.spoken(w.Text, w.File))) {
			list = append(list, reason{text: fmt.Sprintf("it writes %s at start", cmp.Or(w.Text, w.Raw)), dir: written(w.File)})
		}
	}
	for _, c := range s.Commands {
		if !x.needsRoot(c) {
			if r := x.command(c); r.text != "" {
				list = append(list, r)
			}
		}
		for _, inner := range c.Runs {
			for _, r := range x.script(inner) {
				list = append(list, inScript(inner, r))
			}
			if x.drops {
				return list
			}
		}
	}
	return list
}

// ofPrograms returns what the names of a script's programs say, for each purpose once:
// useradd and chown serve the same.
func (x *examiner) ofPrograms(s *workload.Script) (list []reason) {
	var known []string
	for _, c := range s.Commands {
		if why := c.NeedsRoot(); x.needsRoot(c) && !slices.Contains(known, why) {
			known = append(known, why)
			list = append(list, reason{text: fmt.Sprintf("%s %s", c.Name, why)})
		}
	}
	return list
}

// needsRoot reports whether a command must be root by its name, and is not the server
// itself.
func (x *examiner) needsRoot(c *workload.Command) bool {
	return c.NeedsRoot() != "" && !x.serves(c.Call)
}

// serves reports whether a call starts the server itself.
func (x *examiner) serves(c shell.Call) bool { return x.server != nil && x.server.Serves(c) }

// beside checks what is started besides nginx.
func (x *examiner) beside(c *workload.Command) string {
	if x.server == nil {
		return ""
	}
	return x.server.Beside(c)
}

// configuration checks the configuration of nginx.
func (x *examiner) configuration() []string {
	reasons, doubt := x.server.Configuration(func(argv []string) blockers.List { return x.reasons(x.load.Follow(argv)) })
	x.doubts.Add(blockers.Of(doubt)...)
	return reasons
}

// inScript adds to the reason the script in which it was found.
func inScript(s *workload.Script, r reason) reason {
	switch {
	case r.settled:
	case s.Kind == workload.Arguments:
		r.settled = true // it is about the CMD
	case s.Kind == workload.PackageScript:
		r.text = fmt.Sprintf("%s (script %q of %s)", r.text, s.Name, cmp.Or(s.Place.File, "package.json"))
	case s.Kind == workload.ShellScript || s.Kind == workload.ProcessFile:
		r.text = fmt.Sprintf("%s (in %s)", r.text, s.Name)
	}
	return r
}

// command returns the reason to stay root in one command, without what it runs.
func (x *examiner) command(c *workload.Command) reason {
	if c.Path == "/init" {
		return reason{text: "/init needs root to start other programs"}
	}
	if workload.Within(c.Path, "/root") {
		return reason{text: fmt.Sprintf("%s lies in root's home", c.Path)}
	}
	for _, check := range []func(*workload.Command) string{x.beside, x.ofBun, x.switches, x.writer} {
		if text := check(c); text != "" {
			return reason{text: text}
		}
	}
	if changes := x.changesFiles(c); changes.text != "" {
		return changes
	}
	if text := x.byManager(c); text != "" {
		return reason{text: text}
	}
	x.doubts.Add(blockers.Of(c.Unfollowed)...)
	x.missing = cmp.Or(x.missing, x.engines(c))
	return reason{text: c.Unread}
}

// spoken returns a path as the script has it, if that is relative to the working
// directory of the image; else the absolute one.
func (x *examiner) spoken(text, file string) string {
	if path.IsAbs(text) || file == "" || file == path.Join(x.run.Final.Workdir.Text, text) {
		return text
	}
	return file
}

// byManager returns the reason to stay root in a package manager, or in another
// program that keeps its files in the home.
func (x *examiner) byManager(c *workload.Command) string {
	switch c.Name {
	case "pm2", "pm2-runtime", "pm2-docker", "forever":
		x.packageManager = true
	}
	m := c.Manager
	if m == nil {
		return ""
	}
	x.packageManager = true
	if up := x.load.PackageDir(c.Dir); m.Name == "npm" && m.Script != "" && m.Where.Here() && up != c.Dir {
		if list := x.load.Sources().RelativeWrites; len(list) > 0 {
			return fmt.Sprintf("npm starts it in %s, and %s writes from there", up, list[0].Place)
		}
	}
	if m.Name == "pnpm" && x.reinstalls(c.Dir) {
		x.doubts.Add(blockers.Of("pnpm 11 and later install anew at the start where pnpm-lock.yaml is missing, which another user may not")...)
	}
	if !x.corepack() || !(m.Corepack && m.Command == "" || m.Name == "yarn" || m.Name == "pnpm") {
		return ""
	}
	pkg, err := x.load.Package(c.Dir)
	field := ""
	if err == nil {
		field = pkg.PackageManager
	}
	cache := corepack.Look(x.pass, x.run, m.Name, field, err == nil)
	switch {
	case cache.First != nil:
		x.moveCorepack = cache.First
	case !cache.Empty:
		return fmt.Sprintf("%s comes through corepack, which keeps it in root's home", m.Name)
	}
	return ""
}

// reinstalls reports whether pnpm may find that node_modules is not up to date: from
// version 11 on it looks before each script (pnpm.io/settings, "verifyDepsBeforeRun"), and
// takes node_modules of another store for broken.
func (x *examiner) reinstalls(dir string) bool {
	if pkg, err := x.load.Package(dir); err == nil {
		if m := pnpmMajor.FindStringSubmatch(pkg.PackageManager); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n < 11 {
				return false
			}
		}
	}
	old := false
	steps.Calls(x.run.Steps, func(_ stage.Step, c shell.Call) {
		old = old || slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			m := pnpmMajor.FindStringSubmatch(w.Text + ".")
			return m != nil && len(m[1]) < 3 && (len(m[1]) == 1 || m[1] < "11")
		})
	})
	if old {
		return false
	}
	for ; ; dir = path.Dir(dir) {
		if name := x.run.Origin(path.Join(dir, "pnpm-lock.yaml"), x.pass.Context).Name; name != "" {
			if _, err := x.pass.Files().Stat(name); err == nil {
				return false
			}
		}
		if dir == "/" || dir == "." || dir == "" {
			return true
		}
	}
}

var pnpmMajor = lazyregexp.New(`^pnpm@([0-9]+)\.`)

// ofBun returns a program that a RUN of root's installs globally by bun: bun
// leaves the package in root's home, and a link to it (bun.sh/docs, "install.globalDir").
func (x *examiner) ofBun(c *workload.Command) string {
	if c.Name == "" || !x.load.IsInstalled(c.Name) {
		return ""
	}
	for _, name := range []string{"BUN_INSTALL", "BUN_INSTALL_GLOBAL_DIR"} {
		if dir, set := x.run.Final.EnvVar(name); set && !workload.Within(dir, "/root") {
			return ""
		}
	}
	found := ""
	steps.Calls(x.run.Steps, func(s stage.Step, call shell.Call) {
		if call.Name == "bun" && call.Has("-g", "--global") && workload.InstallsGlobally(call, c.Name) && stage.IsRoot(s.Before.User.Text) {
			found = fmt.Sprintf("bun installs %s into root's home (line %d)", c.Name, s.In.Line)
		}
	})
	return found
}

// corepack reports whether the chain's RUNs set up a package manager through
// corepack in its default place.
func (x *examiner) corepack() bool {
	_, set := x.run.Final.EnvVar("COREPACK_HOME")
	return !set && x.runs("corepack")
}

// read reads a file of the build context.
func (x *examiner) read(name string) (string, error) {
	return x.pass.Files().ReadFile(name, workload.MaxText)
}
