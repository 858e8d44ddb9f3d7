package workload

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/filerights"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// gaining are the packages that start a setuid program, by its name (npmjs.com, each package's
// description).
var gaining = map[string]string{"ping": "ping", "sudo-prompt": "sudo", "sudo-block": "sudo"}

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
