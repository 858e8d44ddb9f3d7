package workload

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
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
	// NotRoot: it is certain that this is another user than root, also where Unknown says that
	// its number is not known.
	NotRoot bool
	Groups  bool // the user may be a member of further groups
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
	// Rebuilt: what was built before this run is another image.
	Rebuilt bool
	// Touched is the place of what does something in its running containers, or to them, that nobody
	// sees when it runs by itself: commands, copied files, patches of what runs it; the zero Place for
	// nothing.
	Touched Place
	// Doubts are why its containers may be other ones where they are deployed than is known here: of
	// another build, or another user.
	Doubts []string
	Init   string // the init that its start begins with; "" for none
	Node   bool   // each way to start it ends in node
	// Browser is the package that starts a browser in its own sandbox, which takes more than
	// the rights of an ordinary program; "" for none.
	Browser string
	// NoInit says what an init before the program would change for something that asks about
	// PID 1 or sends it a signal; "" for nothing.
	NoInit string
	// Volumes are the directories that VOLUME makes volumes in its containers, whatever runs it.
	// VolumesKnown: these are all of them.
	Volumes      []string
	VolumesKnown bool
	// Ports are the TCP ports that it exposes, in order.
	Ports []int
	// Writes are the places that its start, its other known starts, its sources and its
	// variables are known to write. There may be more.
	Writes []Write
	// Data are files and directories of the image that its starts have among their arguments, and whose
	// names say that they are for data.
	Data []string
	// Words are the values of its environment, PATH aside, and the arguments of its start, as far as they
	// are known.
	Words []string
	// Observed is what was seen of the image while it ran, once for each way to start it. Stale is
	// why what a record says of it does not count; "" where it does, or none says something.
	Observed []Observed
	Stale    string

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
func (c Container) IsRoot() bool { return !c.NotRoot && (c.Unknown != "" || c.UID == 0) }

// Agreed returns what is known of an image that several builds may make: what holds for all
// of them. There is at least one.
func Agreed(list []Container) Container {
	one := list[0]
	one.NotRoot = !slices.ContainsFunc(list, Container.IsRoot)
	for _, other := range list[1:] {
		switch {
		case one.Unknown != "":
			return one
		case other.Unknown != "":
			other.NotRoot = one.NotRoot
			return other
		case other.UID != one.UID || other.GID != one.GID || other.User != one.User:
			one.Unknown = fmt.Sprintf("its builds have different users: %s in %s and %s in %s", userName(one), one.Image, userName(other), other.Image)
			return one
		}
		one.Own, one.Node = one.Own && other.Own, one.Node && other.Node
		one.Groups, one.Changed = one.Groups || other.Groups, one.Changed || other.Changed
		one.Doubts = slices.Concat(one.Doubts, other.Doubts)
		one.Volumes, one.VolumesKnown = slices.Concat(one.Volumes, other.Volumes), one.VolumesKnown && other.VolumesKnown
		one.Ports = slices.Compact(slices.Sorted(slices.Values(slices.Concat(one.Ports, other.Ports))))
		one.Writes, one.UserArgs = slices.Concat(one.Writes, other.Writes), slices.Concat(one.UserArgs, other.UserArgs)
		one.Words, one.Data = slices.Concat(one.Words, other.Words), slices.Concat(one.Data, other.Data)
		one.Gains, one.Gaps = slices.Concat(one.Gains, other.Gains), slices.Concat(one.Gaps, other.Gaps)
		if other.Init == "" {
			one.Init = ""
		}
		one.Observed, one.Stale = ofBoth(one.Observed, other.Observed), cmp.Or(one.Stale, other.Stale)
		one.Rebuilt, one.Touched = one.Rebuilt || other.Rebuilt, cmp.Or(one.Touched, other.Touched)
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
	c.Volumes, c.VolumesKnown = facts.Config.Volumes, true
	c.Ports = exposed(facts.Config.ExposedPorts)
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
		if name, _, _ := strings.Cut(user, ":"); c.UID != stage.Unknown || isNumber(name) {
			c.Unknown = "which group its user " + user + " is in is not known"
		}
	}
	c.NotRoot = ok && c.UID != 0 || !ok && accounts.IsNotRoot(user)
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

// Container returns what is known of the containers of the stage.
func (w *Workload) Container(name string) Container {
	c := Container{Image: name, Own: true, UID: stage.Unknown, GID: stage.Unknown}
	final := w.in.Run.Final
	if in := final.User.In; in != nil {
		c.Place = Place{File: w.in.Run.Node.Graph().File.Name(), Line: in.Line}
	}
	switch {
	case final.User.In == nil && final.Base == nil:
		c.Unknown, c.accounts = "the user of its base image is not known", final.Accounts
	case !final.User.Known:
		c.Unknown, c.accounts = "its user depends on a variable without a default", final.Accounts
	default:
		c.identify(final.User.Text, final.Accounts)
	}
	c.Groups, c.UserArgs = w.in.Run.JoinsGroups(), w.userArgs()
	c.Volumes, c.VolumesKnown = w.volumes()
	c.Ports = w.exposed()
	c.Gains, c.Gaps = w.gains()
	if init := w.Init(); init != nil {
		c.Init = init.Name
	}
	c.Node = w.isNode()
	c.Browser, c.NoInit = w.sandboxed(), w.noInit()
	c.Writes, c.Words = w.Writes(), words(final)
	for _, as := range w.allStarts() {
		c.Data = append(c.Data, as.dataArguments()...)
	}
	for _, as := range w.allStarts()[1:] {
		c.Writes = append(c.Writes, as.startWrites()...)
	}
	return c
}

// dataArguments returns the paths among the arguments of the start that are named for data.
func (w *Workload) dataArguments() (list []string) {
	for _, l := range w.Launches() {
		for _, a := range l.Args {
			file, ok := a.In(l.Dir)
			if !ok || !path.IsAbs(file) || !plainName.MatchString(a.Text) || codeLanguage(file) != "" || !namesStore(path.Base(file)) {
				continue
			}
			// "db" is a path where there is one, and may be any word else.
			if isPath := strings.ContainsAny(a.Text, "/."); (isPath || w.Origin(path.Clean(file)).Name != "") && !slices.Contains(list, file) {
				list = append(list, file)
			}
		}
	}
	return list
}

// words returns the values of an image's environment and the arguments of its start.
func words(s stage.State) (list []string) {
	for _, e := range s.Env {
		if name, value, _ := strings.Cut(e, "="); name != "PATH" {
			list = append(list, value)
		}
	}
	for _, c := range []*stage.Command{s.Entrypoint, s.Cmd} {
		switch {
		case c == nil:
		case c.Shell:
			for _, script := range c.Argv {
				_, arguments, _ := strings.Cut(script, " ")
				list = append(list, arguments)
			}
		case c == s.Cmd && s.Entrypoint != nil:
			list = append(list, c.Argv...)
		default:
			list = append(list, c.Argv[min(1, len(c.Argv)):]...)
		}
	}
	return list
}

// isNode reports whether each way to start the container ends in node. What runs beside that, a
// health check or a command in the container, is no start.
func (w *Workload) isNode() bool {
	starts := []*Workload{w}
	for _, d := range slices.Concat(w.in.Deployments, w.in.Perhaps) {
		if !d.Inside && d.StartsOtherwise(w.in.Run) && len(starts) <= maxOtherStarts {
			starts = append(starts, w.startedBy(d, d.Place))
		}
	}
	return !slices.ContainsFunc(starts, func(as *Workload) bool {
		return !slices.ContainsFunc(as.Launches(), func(l Launch) bool { return IsNode(l.Name) && len(l.Args) > 0 })
	})
}

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
