package workload

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/filerights"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// Container is what the files that run an image need to know of it: as whom its
// containers start, and what takes more rights than that user has.
type Container struct {
	// Image says in messages which one it is: "api/Dockerfile", "node:22-slim".
	Image string
	// Own: it is built from a Dockerfile of the repository, of which this is the last state.
	// Otherwise only its configuration is known.
	Own bool
	// Unknown says why it is not known as whom it starts; "" where it is.
	Unknown string
	// User is how the image states its user, "" for root by default. UID and GID are what
	// that means in it.
	User     string
	UID, GID int
	Groups   bool // the user may be a member of further groups
	// UserArgs are the build arguments that the user, or an account, depends on.
	UserArgs []string
	Place    Place // of its USER; the zero Place where it inherits one, or has none
	// Gains are the programs that may gain rights beyond those of the user when they start:
	// by setuid, or by file capabilities.
	Gains []Reason
	// Gaps are why Gains may be incomplete.
	Gaps []Gap
	// Changed: what was built before this run has another user.
	Changed bool
	// Tagged: it is named by the tag of a version or by a digest, and so may be one that was built
	// before its Dockerfile had this user.
	Tagged bool
	Init   string // the init that its start begins with; "" for none
	Node   bool   // each way to start it ends in node
	// Browser is the package that starts a browser in its own sandbox, which takes more than
	// the rights of an ordinary program; "" for none.
	Browser string
	// NoInit says what an init before the program would change for something that asks about
	// PID 1 or sends it a signal; "" for nothing.
	NoInit string
	// Writes are the places that its start, its other known starts, its sources and its
	// variables are known to write. There may be more.
	Writes []Write

	accounts stage.Accounts
}

// As returns the user and the group that a container of the image starts with, where what
// runs it states the user, as in user: of a Compose file. The group is stage.Unknown where a
// number is given and the accounts are not known; unknown says why the user is not known.
func (c Container) As(user string) (uid, gid int, unknown string) {
	if user == c.User && c.Unknown == "" {
		return c.UID, c.GID, ""
	}
	if uid, gid, _, ok := c.accounts.Runs(user); ok {
		return uid, gid, ""
	}
	name, group, grouped := strings.Cut(user, ":")
	if name == "root" {
		name = "0"
	}
	uid, err := strconv.Atoi(name)
	if err != nil {
		return stage.Unknown, stage.Unknown, "which number the user " + name + " has is not known"
	}
	gid = stage.Unknown
	if n, err := strconv.Atoi(group); grouped && err == nil {
		gid = n
	}
	return uid, gid, ""
}

// IsRoot reports whether its containers start as root, or may do so.
func (c Container) IsRoot() bool { return c.Unknown != "" || c.UID == 0 }

// Agreed returns what is known of an image that several builds may make: what holds for all
// of them. There is at least one.
func Agreed(list []Container) Container {
	one := list[0]
	for _, other := range list[1:] {
		switch {
		case one.Unknown != "":
			return one
		case other.Unknown != "":
			return other
		case other.UID != one.UID || other.GID != one.GID || other.User != one.User:
			one.Unknown = fmt.Sprintf("its builds have different users: %s in %s and %s in %s", userName(one), one.Image, userName(other), other.Image)
			return one
		}
		one.Own, one.Node = one.Own && other.Own, one.Node && other.Node
		one.Groups, one.Changed = one.Groups || other.Groups, one.Changed || other.Changed
		one.Writes, one.UserArgs = slices.Concat(one.Writes, other.Writes), slices.Concat(one.UserArgs, other.UserArgs)
		one.Gains, one.Gaps = slices.Concat(one.Gains, other.Gains), slices.Concat(one.Gaps, other.Gaps)
		if other.Init == "" {
			one.Init = ""
		}
		one.NoInit, one.Browser = cmp.Or(one.NoInit, other.NoInit), cmp.Or(one.Browser, other.Browser)
	}
	return one
}

// userName returns the user of an image for messages.
func userName(c Container) string { return cmp.Or(c.User, "root") }

// OfImage returns what is known of an image by its configuration and its accounts: nothing
// of the programs in it.
func OfImage(name string, facts *baseimage.Facts) Container {
	c := Container{Image: name, UID: stage.Unknown, GID: stage.Unknown}
	if facts == nil || facts.Config == nil {
		c.Unknown = "its configuration is not known"
		return c
	}
	c.identify(facts.Config.User, stage.Of(facts))
	c.Groups = true
	c.Gains = inherited(facts)
	c.Gaps = []Gap{{What: "the programs of " + name + " are not known"}}
	return c
}

// identify sets the user.
func (c *Container) identify(user string, accounts stage.Accounts) {
	c.User, c.accounts = user, accounts
	var ok bool
	if c.UID, c.GID, _, ok = accounts.Runs(user); !ok {
		c.Unknown = "which number its user " + user + " has is not known"
	}
}

// Container returns what is known of the containers of the stage.
func (w *Workload) Container(name string) Container {
	c := Container{Image: name, Own: true, UID: stage.Unknown, GID: stage.Unknown}
	final := w.in.Run.Final
	if in := final.User.In; in != nil {
		c.Place = Place{File: w.in.Run.Node.Graph().File.Name(), Line: in.Line}
	}
	switch {
	case !final.User.Known:
		c.Unknown, c.accounts = "its user depends on a variable without a default", final.Accounts
	case final.User.In == nil && final.Base == nil:
		c.Unknown, c.accounts = "the user of its base image is not known", final.Accounts
	default:
		c.identify(final.User.Text, final.Accounts)
	}
	c.Groups, c.UserArgs = w.in.Run.JoinsGroups(), w.userArgs()
	c.Gains, c.Gaps = w.gains()
	if init := w.Init(); init != nil {
		c.Init = init.Name
	}
	c.Node = !slices.ContainsFunc(append([]*Workload{w}, w.otherStarts()...), func(as *Workload) bool {
		return !slices.ContainsFunc(as.Launches(), func(l Launch) bool { return IsNode(l.Name) && len(l.Args) > 0 })
	})
	c.Browser, c.NoInit = w.sandboxed(), w.noInit()
	c.Writes = w.Writes()
	for _, as := range w.otherStarts() {
		c.Writes = append(c.Writes, as.startWrites()...)
	}
	return c
}

// noInit returns the place of what asks about PID 1 of a container, or sends it a signal
// that only PID 1 ignores, with what it does.
func (w *Workload) noInit() string {
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		if list := as.ProcessOne(); len(list) > 0 {
			return list[0].Place.String() + " asks about PID 1"
		}
		switch way := as.LeadsToNode(); {
		case way.Blocked != "":
			return way.Blocked
		case way.Node && way.Waits:
			return "its shell would wait for node, and end before it on a signal"
		}
	}
	if argv, in := HealthCommand(w.in.Run); len(ProcessOneIn("", strings.Join(argv, " "))) > 0 {
		return fmt.Sprintf("line %d asks about PID 1", in.Line)
	}
	for _, d := range w.in.Deployments {
		switch {
		case d.NoProcessOne != (Place{}):
			return d.NoProcessOne.String() + " gives it another PID 1"
		case d.Grace != (Place{}):
			return d.Grace.String() + " gives it time to stop, which a signal that node does not handle would cut off"
		case d.Signal != "":
			return d.Place.String() + " sends it a signal"
		case d.Inside && len(ProcessOneIn("", strings.Join(d.Command, " "))) > 0:
			return d.Place.String() + " asks about PID 1"
		}
	}
	return ""
}

// gaining are the packages that start a setuid program, by its name (npmjs.com, each package's
// description).
var gaining = map[string]string{"ping": "ping", "sudo-prompt": "sudo", "sudo-block": "sudo"}

// browserPackages start a browser (npmjs.com, each package's description).
var browserPackages = strings.Fields("puppeteer puppeteer-core playwright playwright-core playwright-chromium @playwright/test chrome-launcher chromium electron nightmare whatsapp-web.js " +
	"pa11y pa11y-ci md-to-pdf @mermaid-js/mermaid-cli node-html-to-image html-pdf-node html-pdf-chrome lighthouse puppeteer-cluster @percy/cli webdriverio selenium-webdriver")

// noSandbox matches the option by which Chromium starts without its sandbox, as it must as root.
var noSandbox = lazyregexp.New(`--no-sandbox\b`)

// sandboxed returns the package of the application that starts a browser, if no source turns
// off its sandbox, which makes namespaces, or has a setuid program make them
// (chromium.googlesource.com, docs/linux/sandboxing.md).
func (w *Workload) sandboxed() string {
	m, err := w.Package(w.PackageDir(w.in.Run.Final.Workdir.Text))
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(browserPackages, func(name string) bool { return m.Dependencies[name] != "" })
	if i < 0 || w.in.Files != nil && w.in.Files.SourceMatching(noSandbox.MatchString, "") != "" {
		return ""
	}
	return browserPackages[i]
}

// setuid are the programs that distributions install setuid or with file capabilities
// (Debian 12 and Alpine 3.20, the packages login, passwd, mount, sudo, doas, iputils-ping,
// fuse3, uidmap, policykit-1, cron, openssh-client, chromium-sandbox).
var setuid = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq("sudo su doas pkexec mount umount passwd chsh chfn newgrp gpasswd chage expiry ping ping6 arping clockdiff traceroute6 " +
		"fusermount fusermount3 newuidmap newgidmap crontab at ssh-keysign bbsuid chrome-sandbox chromium chromium-browser google-chrome google-chrome-stable dumpcap mtr-packet bwrap fping isolate sendmail exim exim4 postdrop postqueue unshare nsenter mtr") {
		setuid[name] = true
	}
}

// gains returns the programs of the start and of its child processes that are known to be
// setuid, and those to which a RUN gives that or capabilities.
func (w *Workload) gains() (list []Reason, gaps []Gap) {
	if w.Start() == nil {
		gaps = append(gaps, Gap{What: "its start can't be read"})
	}
	list = append(list, inherited(w.in.Run.Final.Base)...)
	if w.in.Run.Final.Base == nil {
		gaps = append(gaps, Gap{What: "the programs of its base image are not known"})
	}
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		as.eachStart(func(c *Command) {
			if setuid[c.Name] {
				list = append(list, Reason{Program: c.Name, Why: "starts with more rights (setuid)", Command: c, Place: cmp.Or(c.In.Place, as.place)})
			}
		})
	}
	for _, child := range w.ChildProcesses() {
		w.Child(child).All(func(c *Command) bool {
			if setuid[c.Name] {
				list = append(list, Reason{Program: c.Name, Why: "starts with more rights (setuid)", Place: child.Place})
			}
			return true
		})
	}
	list = append(list, w.asAnother()...)
	list = append(list, w.brought()...)
	for _, s := range w.in.Run.Steps {
		if s.In.Name() != "RUN" {
			continue
		}
		script, err := s.Script()
		if err != nil || script == nil {
			continue
		}
		place := Place{File: w.in.Run.Node.Graph().File.Name(), Line: s.In.Line}
		for _, c := range script.Calls {
			if why := filerights.Given(c); why != "" {
				list = append(list, Reason{Program: c.Name, Why: why, Place: place})
			}
		}
		scripts := s.Scripts()
		for _, name := range slices.Sorted(maps.Keys(scripts)) {
			if m := givesRights.FindString(scripts[name]); m != "" {
				list = append(list, Reason{Program: strings.TrimSpace(m), Why: "gives users more rights", Place: Place{File: name}})
			}
		}
		if why := lets(s.In.Logical, script.Calls); why != "" && !slices.ContainsFunc(list, func(r Reason) bool { return r.Place == place }) {
			list = append(list, Reason{Program: why, Why: "gives users more rights", Place: place})
		}
	}
	return list, gaps
}

// givingImages are images whose program has a capability, which a COPY keeps (the Dockerfiles of
// caddyserver/caddy-docker and hashicorp/docker-vault).
var givingImages = []string{"caddy", "vault"}

// brought returns the programs with more rights that a COPY brings, or a package of the
// application starts, and the files of the context that give some.
func (w *Workload) brought() (list []Reason) {
	file := w.in.Run.Node.Graph().File
	for _, s := range w.in.Run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.CopyCommand)
		if !ok {
			continue
		}
		at := Place{File: file.Name(), Line: s.In.Line}
		if why := filerights.Mode(cmd.Chmod); why != "" {
			list = append(list, Reason{Program: "COPY", Why: why, Place: at})
		}
		from := cmd.From
		for _, stage := range file.Stages {
			if strings.EqualFold(stage.Name, from) {
				from = stage.Ref.Text
			}
		}
		name, _, _ := strings.Cut(path.Base(from), ":")
		if name, _, _ = strings.Cut(name, "@"); slices.Contains(givingImages, name) {
			list = append(list, Reason{Program: "COPY", Why: "brings the program of " + name + ", which has a capability", Place: at})
		}
	}
	if m, err := w.Package(w.PackageDir(w.in.Run.Final.Workdir.Text)); err == nil {
		for _, name := range slices.Sorted(maps.Keys(gaining)) {
			if m.Dependencies[name] != "" {
				list = append(list, Reason{Program: gaining[name], Why: "starts with more rights (setuid), by the package " + name, Place: Place{File: path.Join(w.PackageDir(w.in.Run.Final.Workdir.Text), "package.json")}})
			}
		}
	}
	return list
}

// givesRights matches what gives a file setuid or capabilities, in the text of a RUN or of a script that it
// runs.
var givesRights = lazyregexp.New(`\bsetcap\b|\bu\+s\b|(?:chmod|install)\b[^\n]*[ =][46][0-7]{3}\b|\bdpkg-statoverride\b`)

// lets returns the program, sudo or doas, that a RUN installs or configures to give users the
// rights of root; "" for none.
func lets(text string, calls []shell.Call) string {
	if m := givesRights.FindString(text); m != "" {
		return strings.TrimSpace(m)
	}
	for _, name := range []string{"sudo", "doas", "exim4", "exim", "postfix", "fping", "mtr", "mtr-tiny"} {
		if strings.Contains(text, "/etc/"+name+"ers") || strings.Contains(text, "/etc/"+name+".conf") {
			return name
		}
		for _, c := range calls {
			if c.Has("install", "add") && c.Has(name) {
				return name
			}
		}
	}
	return ""
}

// inherited returns what the history of an image says that it gives to files.
func inherited(base *baseimage.Facts) (list []Reason) {
	if base == nil || base.Config == nil {
		return nil
	}
	for _, why := range base.Config.Grants {
		list = append(list, Reason{Program: "its history", Why: why, Place: Place{File: base.Image}})
	}
	return list
}

// asAnother returns the commands that run as a user of their own: a setuid program, and any as
// root in a container that is not root's, whose rights are those that the container may have.
func (w *Workload) asAnother() (list []Reason) {
	for _, d := range w.in.Deployments {
		words := slices.Concat(d.Entrypoint, d.Command)
		if d.User == "" || len(words) == 0 {
			continue
		}
		if user, _, _ := strings.Cut(d.User, ":"); (user == "root" || user == "0") && (d.Inside || d.Name == "docker compose run") {
			list = append(list, Reason{Program: words[0], Why: "runs as root in a container of it", Place: d.Place})
			continue
		}
		w.Follow(words).All(func(c *Command) bool {
			if setuid[c.Name] {
				list = append(list, Reason{Program: c.Name, Why: "starts with more rights (setuid)", Command: c, Place: d.Place})
			}
			return true
		})
	}
	return list
}
