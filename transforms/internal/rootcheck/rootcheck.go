// Package rootcheck finds the reasons why a stage must continue to start as root, and
// what is unknown about it.
package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Start is what is known about how a stage starts.
type Start struct {
	Keep   blockers.List // why it must stay root, none if nothing requires that
	Doubts blockers.List // what could not be checked
	// Open: it depends on the user of the stage, which is not chosen yet.
	Open bool
	// PackageManager: npm or a similar program runs at start, and needs a home.
	PackageManager bool
	// Written is what is written into copied files at start, or else needs them to be the
	// user's, "" for nothing known.
	Written string
	// Gives are directories that the build makes and the start writes into, with all that is
	// in them.
	Gives  []string
	Server *nginx.Server // nil if the base is not nginx's own image
	// MoveCorepack is the RUN before which COREPACK_HOME has to lead out of root's home;
	// nil for none.
	MoveCorepack *dockerfile.Instruction
}

// Examine looks for reasons to leave a stage root, whoever it would run as when
// user is nil.
func Examine(p *imagebuild.Pass, run *stage.Evaluation, user *users.Identity) Start {
	x := &examiner{pass: p, run: run, load: p.Workload(run), user: user, mayGive: true}
	if nginx.IsImage(run.Node) {
		x.server = nginx.New(p, run)
		if keep := x.ofServer(); len(keep) > 0 {
			return Start{Keep: keep}
		}
		return Start{Doubts: x.doubts, Server: x.server}
	}
	if keep := x.ofApplication(); len(keep) > 0 {
		return Start{Keep: keep} // for any user
	}
	x.doubts.Add(blockers.Of(x.fetched(), x.missing)...)
	return Start{Doubts: x.doubts, Open: x.open, PackageManager: x.packageManager, Written: cmp.Or(x.written, x.callsInRepository()), MoveCorepack: x.moveCorepack, Gives: x.gives}
}

type examiner struct {
	pass           *imagebuild.Pass
	run            *stage.Evaluation
	load           *workload.Workload
	user           *users.Identity // its future user; nil if that is not chosen yet
	doubts         blockers.List
	drops          bool   // the start drops root itself
	open           bool   // as of startup
	missing        string // what the build leaves for the start to fetch, "" for nothing
	packageManager bool
	moveCorepack   *dockerfile.Instruction
	written        string        // as of startup
	gives          []string      // as of startup
	mayGive        bool          // what it finds of gives is given
	server         *nginx.Server // as of startup
}

func newExaminer(p *imagebuild.Pass, run *stage.Evaluation) *examiner {
	return &examiner{pass: p, run: run, load: p.Workload(run)}
}

func (x *examiner) windows() string {
	if x.run.Final.Base.Distro.FamilyOf() == baseimage.Windows {
		return "it builds a Windows image, which has no such user"
	}
	return ""
}

var (
	rootComment = lazyregexp.New(`(?i)\b(must|needs?|has|have|required?|running|runs?|stays?) (to )?(be |here |run |running |start |started )*(as )?(the )?root(\s*$|[.,:;)]|\s+(user|privileges|rights|access|because|for|so|since|to|here)\b)|\brequires? root(\s*$|[.,:;)]|\s+(user|privileges|rights|access)\b)|\b(do not|don'?t|never|can ?not|can'?t) (use |set |add |switch |change |run |drop )*(a |the |as |to )*(user|non-?root|unprivileged|root privileges)\b`)
	// againstRoot matches comments in which the same words mean the opposite.
	againstRoot = lazyregexp.New(`(?i)\b(do not|don'?t|do n't|never|avoid|instead of|rather than|no longer|not|without|stop) ([a-z]+ ){0,3}(as )?root\b`)
	ignoreLint  = lazyregexp.New(`(?i)hadolint.*ignore.*DL3002`)
)

func (x *examiner) comment() string {
	found := ""
	for _, n := range x.run.Node.Chain() {
		if x.pass.File.HasComment(n.Stage, func(l string) bool {
			if !aboutUsers(l) {
				return false
			}
			if rootComment.MatchString(l) && !againstRoot.MatchString(l) || ignoreLint.MatchString(l) {
				found = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "# "))
				return true
			}
			return false
		}) {
			return fmt.Sprintf("a comment asks for root: %q", found)
		}
	}
	return ""
}

// aboutUsers cheaply excludes comments that none of the expressions matches.
func aboutUsers(comment string) bool {
	comment = strings.ToLower(comment)
	return strings.Contains(comment, "root") || strings.Contains(comment, "user") || strings.Contains(comment, "unprivileged") || strings.Contains(comment, "hadolint")
}

// sources finds what the sources do that only root may do.
func (x *examiner) sources() (list []blockers.Blocker) {
	for _, use := range x.load.RootUses() {
		list = append(list, blockers.At(use.Place, "%s", use.What))
	}
	return list
}

func (x *examiner) onbuild() string {
	if c := x.run.Final.Base.Config; c != nil && len(c.OnBuild) > 0 {
		return "the base image brings ONBUILD instructions, whose files would stay owned by root"
	}
	for _, s := range x.run.Steps {
		if s.In.Name() == "ONBUILD" {
			return fmt.Sprintf("line %d is ONBUILD: builds from this image run it, and may need root", s.In.Line)
		}
	}
	return ""
}

// paths finds parts of the application in root's home, which no other user can enter.
func (x *examiner) paths() string {
	final := x.run.Final
	if !final.Workdir.Known {
		return "its working directory is unknown"
	}
	if workload.Within(final.Workdir.Text, "/root") {
		return fmt.Sprintf("its working directory %s lies in root's home, which no other user can enter", final.Workdir.Text)
	}
	for _, e := range final.Env {
		if name, value, _ := strings.Cut(e, "="); hasRootPath(value) {
			return fmt.Sprintf("the environment variable %s points into root's home", name)
		}
	}
	for _, s := range x.run.Steps {
		// A value put before the base's own is missing from the environment if that is
		// not known.
		if s.In.Name() == "ENV" && strings.Contains(s.In.Body(), "PATH=/root/") {
			return fmt.Sprintf("PATH leads into root's home in line %d", s.In.Line)
		}
		if c, ok := s.Before.Copy(s.In); ok && workload.Within(c.Dest, "/root") && !forInstalling(c) {
			return fmt.Sprintf("line %d copies files into root's home", s.In.Line)
		}
		if dir := closedDir(s); dir != "" {
			return fmt.Sprintf("line %d copies files into %s, which root alone can enter", s.In.Line, dir)
		}
	}
	found := ""
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if c.Name != "rm" && stage.IsRoot(s.Before.User.Text) && slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			return hasRootPath(w.Text) && !isRegistryConfig(w.Text) && !isScratch(s, w.Text) || strings.HasPrefix(w.Raw, "~/") && !isRegistryConfig(w.Raw) ||
				(strings.Contains(w.Raw, "$HOME/") || strings.Contains(w.Raw, "${HOME}/")) && !isRegistryConfig(w.Raw)
		}) {
			found = fmt.Sprintf("line %d uses root's home", s.In.Line)
		}
	})
	return found
}

// closedDirs are directories of distributions that root alone can enter (Debian: packages
// openssl, sudo and certbot; systemd.exec(5)).
var closedDirs = strings.Fields("/etc/ssl/private /etc/sudoers.d /etc/letsencrypt/live /etc/letsencrypt/archive /var/lib/private")

// closedDir returns the one that a step copies files into, "" for none.
func closedDir(s stage.Step) string {
	c, ok := s.Before.Copy(s.In)
	i := slices.IndexFunc(closedDirs, func(dir string) bool { return ok && workload.Within(c.Dest, dir) })
	if i < 0 {
		return ""
	}
	return closedDirs[i]
}

// forInstalling reports whether a copy brings only what the installation of packages
// reads.
func forInstalling(c stage.Copy) bool {
	return len(c.Sources) == 1 && isRegistryConfig(c.Sources[0])
}

func isRegistryConfig(file string) bool {
	switch path.Base(strings.Trim(file, `"'`)) {
	case ".npmrc", ".yarnrc", ".netrc", "known_hosts", ".ssh":
		return true
	}
	return false
}

func hasRootPath(s string) bool {
	return strings.HasPrefix(s, "/root/") || s == "/root" || strings.Contains(s, ":/root/") || strings.Contains(s, "=/root/")
}

// interpreters start nothing of their own when they are called alone; the last
// ones keep a container alive for interactive work.
var interpreters = strings.Fields("node nodejs npm npx yarn pnpm bun deno python python2 python3 ruby irb php perl lua java jshell sh bash ash zsh fish sleep tail")

// bare returns the reason of an image that starts a bare interpreter: it is a base for
// others, or gets its command from a compose file. What then runs in it is unknown.
func (x *examiner) bare() string {
	c := x.run.Final.Cmd
	if c == nil {
		c = x.run.Final.Entrypoint
	}
	start := x.load.Start()
	if c == nil || start == nil || len(start.Commands) == 0 {
		return ""
	}
	last := start.Commands[len(start.Commands)-1]
	if cmd := x.run.Final.Cmd; cmd != nil && !cmd.Shell && len(cmd.Argv) > 0 {
		// The arguments that an entrypoint finally runs, whatever it does before.
		last = &workload.Command{Call: shell.Call{Name: path.Base(cmd.Argv[0]), Path: cmd.Argv[0], Args: shell.Words(cmd.Argv[1:])}}
	}
	alone := len(last.Args) == 0 || last.Name == "sleep" || last.Name == "tail"
	if x.run.Final.Entrypoint != nil && x.run.Final.Cmd != nil && path.Base(x.run.Final.Entrypoint.Argv[0]) == "node" {
		alone = false // CMD is the script that the entrypoint runs
	}
	if alone && slices.Contains(interpreters, last.Name) {
		return fmt.Sprintf("it starts %s alone, so what runs in it is decided elsewhere", last.Name)
	}
	return ""
}

// baseStart checks the base image's own command, which is known for a few images only.
func (x *examiner) baseStart() string {
	final := x.run.Final
	if c := final.Base.Config; c != nil && !stage.IsRoot(c.User) {
		return "" // it is made to start as the image's own user
	}
	for _, c := range []*stage.Command{final.Entrypoint, final.Cmd} {
		if c == nil || c.In != nil || len(c.Argv) == 0 {
			continue
		}
		if final.Entrypoint != nil && final.Entrypoint.In != nil && final.Entrypoint.Shell {
			continue // which ignores the base's CMD
		}
		if !x.knownStart(c.Argv[0]) {
			return fmt.Sprintf("it starts the base image's own %s, and whether that needs root is not known", c.Argv[0])
		}
	}
	return ""
}

func (x *examiner) knownStart(program string) bool {
	switch path.Base(program) {
	case "node", "sh", "bash", "ash", "tini", "dumb-init", "npm", "yarn", "container-entrypoint", "java":
		return true
	case "docker-entrypoint.sh":
		// That of the node images only puts "node" before words that are not programs;
		// those of databases, of the same name, start as root.
		_, version := x.run.Final.EnvVar("NODE_VERSION")
		return version || x.isOfNode()
	}
	return pythonProgram.MatchString(path.Base(program))
}

// pythonProgram matches Python, with its version or without.
var pythonProgram = lazyregexp.New(`^python[0-9.]*$`)

// isOfNode reports whether the base image has Node.js, or is one of bun's,
// whose script is node's.
func (x *examiner) isOfNode() bool {
	base, err := x.pass.Base(x.run.Node, baseimage.AskUsers)
	if err != nil {
		return false
	}
	if _, bun := base.Accounts.User("bun"); bun {
		return true
	}
	if base, err = x.pass.Base(x.run.Node, baseimage.AskNode); err != nil {
		return false
	}
	has, _ := base.Programs.Has("node")
	return has
}
