package workload

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/filerights"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
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

// gains returns what may gain rights beyond those of the user: programs that the start, its
// child processes or other commands start, and files to which a build gives rights.
func (w *Workload) gains() (list []Reason, gaps []Gap) {
	if w.Start() == nil {
		gaps = append(gaps, Gap{What: "its start can't be read"})
	}
	if w.in.Run.Final.Base == nil {
		gaps = append(gaps, Gap{What: "the programs of its base image are not known"})
	}
	list = slices.Concat(inherited(w.in.Run.Final.Base), w.startedSetuid(), w.startedOfBase(), w.asRoot(), w.brought(), w.packaged(), w.ofStages())
	for _, s := range w.in.Run.Steps {
		if s.In.Name() == "RUN" {
			list = append(list, w.given(s)...)
		}
	}
	return list, gaps
}

// eachProgram calls do for each command of the known starts and of their child processes, with
// the parts of a Reason but why.
func (w *Workload) eachProgram(do func(Reason)) {
	for _, as := range w.allStarts() {
		as.eachStart(func(c *Command) {
			do(Reason{Program: c.Name, Command: c, Place: cmp.Or(c.In.Place, as.place)})
		})
	}
	for _, child := range w.ChildProcesses() {
		w.Child(child).All(func(c *Command) bool {
			do(Reason{Program: c.Name, Place: child.Place})
			return true
		})
	}
}

// startedSetuid returns the programs that distributions install setuid.
func (w *Workload) startedSetuid() (list []Reason) {
	w.eachProgram(func(r Reason) {
		switch {
		case setuid[r.Program]:
			r.Why = startsSetuid
		case r.Command != nil && r.Command.Path == "/init":
			r.Why = "is s6-overlay's, which starts s6-overlay-suexec (setuid)" // just-containers/s6-overlay, "USER directive"
		default:
			return
		}
		list = append(list, r)
	})
	return list
}

const startsSetuid = "starts with more rights (setuid)"

// startedOfBase returns the programs that the headers of the base image's layers give rights.
// Images of the table are made in the open and give theirs none (docker-library/official-images,
// GoogleContainerTools/distroless), so their layers, which are large, are not read for it.
func (w *Workload) startedOfBase() (list []Reason) {
	base := w.in.Run.Final.Base
	if base == nil || w.in.Ask == nil {
		return nil
	}
	if _, err := (baseimage.Table{}).Inspect(context.Background(), baseimage.Query{Image: base.Image, Platform: base.Platform}); err == nil {
		return nil
	}
	var ask baseimage.Ask
	w.eachProgram(func(r Reason) {
		if one, ok := baseimage.AskProgram(r.Program); ok {
			ask |= one
		}
	})
	if ask == 0 {
		return nil
	}
	facts, err := w.in.Ask(baseimage.AskRights | ask)
	if err != nil || facts.Programs == nil {
		return nil // its history counts
	}
	w.eachProgram(func(r Reason) {
		if has := facts.Programs.Rights[r.Program]; has != "" {
			r.Why, r.Place = "has "+has+" in "+base.Image, cmp.Or(r.Place, Place{File: base.Image})
			list = append(list, r)
		}
	})
	return list
}

// ofStages returns what RUNs of other stages give to files, where a COPY brings files of theirs: a
// file keeps its mode and its capabilities.
func (w *Workload) ofStages() (list []Reason) {
	seen := map[*stage.Node]bool{}
	left := []*stage.Evaluation{w.in.Run}
	for len(left) > 0 {
		run := left[0]
		left = left[1:]
		for _, s := range run.Steps {
			if run != w.in.Run && s.In.Name() == "RUN" {
				list = append(list, w.toFiles(s)...)
			}
			c, ok := s.Before.Copy(s.In)
			if !ok || c.From == "" {
				continue
			}
			if n := run.Node.Graph().From(c.From, run.Node); n != nil && !seen[n] {
				seen[n] = true
				left = append(left, n.Eval(nil))
			}
		}
	}
	return list
}

// given returns what a RUN, or a script that it runs, gives to files or to users.
func (w *Workload) given(s stage.Step) []Reason {
	list := w.toFiles(s)
	place := Place{File: w.in.Run.Node.Graph().File.Name(), Line: s.In.Line}
	script, err := s.Script()
	if err != nil || script == nil || slices.ContainsFunc(list, func(r Reason) bool { return r.Place == place }) {
		return list
	}
	if what := lets(s.In.Logical, script.Calls); what != "" {
		list = append(list, Reason{Program: what, Why: "gives users more rights", Place: place})
	}
	return list
}

// toFiles returns what a RUN, or a script that it runs, gives to files.
func (w *Workload) toFiles(s stage.Step) (list []Reason) {
	script, err := s.Script()
	if err != nil || script == nil {
		return nil
	}
	place := Place{File: w.in.Run.Node.Graph().File.Name(), Line: s.In.Line}
	for _, c := range script.Calls {
		if why := filerights.Given(c); why != "" {
			list = append(list, Reason{Program: c.Name, Why: why, Place: place})
		}
	}
	if what := filerights.In(s.In.Logical); what != "" && len(list) == 0 {
		list = append(list, Reason{Program: what, Why: "gives users more rights", Place: place})
	}
	scripts := s.Scripts()
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		if what := filerights.In(scripts[name]); what != "" {
			list = append(list, Reason{Program: what, Why: "gives users more rights", Place: Place{File: name}})
		}
	}
	return list
}

// givingImages are images whose program has a capability, which a COPY keeps (the Dockerfiles of
// caddyserver/caddy-docker and hashicorp/docker-vault).
var givingImages = []string{"caddy", "vault"}

// brought returns the programs with more rights that a COPY brings.
func (w *Workload) brought() (list []Reason) {
	file := w.in.Run.Node.Graph().File
	for _, s := range w.in.Run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.CopyCommand)
		if !ok {
			continue
		}
		at := Place{File: file.Name(), Line: s.In.Line}
		if filerights.IsSetuid(cmd.Chmod) {
			list = append(list, Reason{Program: "COPY", Why: filerights.Setuid, Place: at})
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
	return list
}

// packaged returns the programs that packages of the application start.
func (w *Workload) packaged() (list []Reason) {
	dir := w.PackageDir(w.in.Run.Final.Workdir.Text)
	m, err := w.Package(dir)
	if err != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(gaining)) {
		if m.Dependencies[name] != "" {
			list = append(list, Reason{Program: gaining[name], Why: startsSetuid + ", by the package " + name, Place: Place{File: path.Join(dir, "package.json")}})
		}
	}
	return list
}

// rightful are packages with programs that are setuid, setgid, or have file capabilities (the
// packages' own lists of files, Debian 12, Alpine 3.20 and Fedora 40). Whoever installs one in an
// image starts it, by whatever name or library.
var rightful = strings.Fields("sudo doas opendoas exim4 exim postfix sendmail nullmailer ssmtp msmtp msmtp-mta mailutils bsd-mailx mailx fping mtr mtr-tiny " +
	"iputils iputils-ping iputils-arping iputils-clockdiff inetutils-ping tshark wireshark-common cron cronie anacron at authbind fuse fuse3 sshfs bubblewrap firejail uidmap shadow-uidmap " +
	"policykit-1 polkit pkexec busybox-suid bcron")

// lets returns the program by which a RUN gives users the rights of others: one that it installs,
// sudo or doas where it configures them; "" for none.
func lets(text string, calls []shell.Call) string {
	for _, name := range []string{"sudo", "doas"} {
		if strings.Contains(text, "/etc/"+name+"ers") || strings.Contains(text, "/etc/"+name+".conf") {
			return name
		}
	}
	for _, name := range rightful {
		if slices.ContainsFunc(calls, func(c shell.Call) bool { return c.Has("install", "add") && c.Has(name) }) {
			return name
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

// asRoot returns the commands that run as root in a container that is not root's: their rights are
// those that the container may have.
func (w *Workload) asRoot() (list []Reason) {
	for _, d := range w.in.Deployments {
		words := slices.Concat(d.Entrypoint, d.Command)
		user, _, _ := strings.Cut(d.User, ":")
		if (user == "root" || user == "0") && len(words) > 0 && (d.Inside || d.Name == "docker compose run") {
			list = append(list, Reason{Program: words[0], Why: "runs as root in a container of it", Place: d.Place})
		}
	}
	return list
}
