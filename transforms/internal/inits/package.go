package inits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds where an image can get tini from.

// Source is where tini comes from.
type Source struct {
	Path    string
	Why     string
	manager string        // the program that installs it, "" if it exists already
	script  string        // that installs it in a RUN of its own
	word    string        // that names the package
	Ask     baseimage.Ask // for the manager
}

// Find returns where the stage can get tini from, and refuses if nowhere.
func Find(run *stage.Evaluation) (s Source, may fixer.Decision) {
	base := run.Final.Base
	d := base.Distro
	switch d.FamilyOf() {
	case baseimage.Alpine:
		s = Source{Path: "/sbin/tini", manager: "apk", Ask: baseimage.AskApk, script: "apk add --no-cache tini"}
	case baseimage.Debian:
		s = Source{Path: "/usr/bin/tini", manager: "apt-get", Ask: baseimage.AskAptGet}
		s.script = "apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*"
	case baseimage.Distroless, baseimage.Scratch, baseimage.Busybox:
		return s, fixer.Refusal(fmt.Sprintf("nothing can be installed in %s; docker run --init, or init: true in a compose file, brings one", base.Image))
	case baseimage.RHEL, baseimage.Wolfi:
		return s, fixer.Refusal(fmt.Sprintf("no package of tini is known for the distribution of %s", base.Image))
	default:
		return s, fixer.Refusal(fmt.Sprintf("the distribution of the base image %s is not known", base.Image))
	}
	if may = served(d, base.Image); may.Refused() {
		return s, may
	}
	s.word, s.Why = "tini", "package of "+distroName(d)
	if in := tiniInstalled(run); in != nil {
		s.manager, s.Why = "", fmt.Sprintf("line %d installs it", in.Line)
	}
	return s, may
}

func distroName(d *baseimage.Distro) string {
	name := map[string]string{"alpine": "Alpine", "debian": "Debian", "ubuntu": "Ubuntu"}[d.ID]
	return strings.TrimSpace(name + " " + d.Version)
}

// served refuses if a release's archive has no tini to install. Debian has it since
// 10, Ubuntu since 20.04 (packages.debian.org/tini, packages.ubuntu.com/tini), Alpine
// since 3.5 at the latest.
func served(d *baseimage.Distro, image string) fixer.Decision {
	major, minor, _ := strings.Cut(d.Version, ".")
	n, err := strconv.Atoi(major)
	m, _ := strconv.Atoi(strings.SplitN(minor, ".", 2)[0])
	switch {
	case d.Archive == baseimage.Moved:
		return fixer.Refusal(fmt.Sprintf("the package archive of %s has moved, so that nothing can be installed", distroName(d)))
	case d.ID == "alpine" && err == nil && (n < 3 || n == 3 && m < 9):
		return fixer.Refusal(fmt.Sprintf("whether %s still has a package of tini is not known", distroName(d)))
	case d.ID == "alpine":
		return fixer.Decision{}
	case d.Archive != baseimage.Served || err != nil:
		return fixer.Refusal(fmt.Sprintf("which release %s is made of is not known, and so whether its package archive is still served", image))
	case d.ID == "debian" && n >= 11, d.ID == "ubuntu" && n >= 20:
		return fixer.Decision{}
	}
	return fixer.Refusal(fmt.Sprintf("%s has no package of tini", distroName(d)))
}

// tiniInstalled returns the instruction that installs tini already, nil for none.
func tiniInstalled(run *stage.Evaluation) (in *dockerfile.Instruction) {
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if slices.Contains([]string{"apk", "apt-get", "apt"}, c.Name) && c.Has("add", "install") && names(c, "tini") && c.Succeeded && !c.Has("-t", "--virtual") {
			in = s.In
		}
		if c.Has("tini") && c.Has("del", "remove", "purge") {
			in = nil
		}
	})
	return in
}

// Reaches refuses if the build has no network to install tini over.
func (t Source) Reaches(p *imagebuild.Pass) fixer.Decision {
	if t.manager == "" || p.Offline.File == "" {
		return fixer.Decision{}
	}
	return fixer.Refusal(fmt.Sprintf("%s builds without a network, so nothing can be installed", p.Offline)).By(imagebuild.InRepository(p.Offline, "network"))
}

// names reports whether a call names a package, with or without a version.
func names(c shell.Call, name string) bool {
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool { return w.Text == name || strings.HasPrefix(w.Text, name+"=") })
}
