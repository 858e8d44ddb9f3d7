// Package mounts judges whether a user other than root can work with the mounts and
// the rights in the deployments of an image.
package mounts

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file checks what the runtime mounts over the image: a directory of the host or
// a claim keeps its owner, whatever the image says about the path. A new named volume
// takes the image's owner, and an existing one keeps root's files: a committed file
// has been run before.

// Doubts returns the mounts that a user other than root may not write to, and what else of
// deployments counts on root.
func Doubts(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	for _, d := range p.Deployments {
		if d.User != "" {
			continue // it sets the user itself, whatever the image says
		}
		list = append(list, ofRights(d)...)
		// A service that is not completely read may have further mounts.
		if i := slices.IndexFunc(d.Gaps, func(g workload.Gap) bool { return ofTarget.MatchString(g.What) }); i >= 0 {
			list = append(list, blockers.Blocker{Text: fmt.Sprintf("%s: %s", d.Gaps[i].Place, d.Gaps[i].What), Place: d.Gaps[i].Place.String()})
		}
		if i := slices.IndexFunc(d.Gaps, func(g workload.Gap) bool { return strings.HasPrefix(g.What, "extends: ") }); i >= 0 {
			list = append(list, unknown(d.Gaps[i]))
		}
		list = append(list, ofMounts(p, run, id, d, func(workload.Mount) bool { return true })...)
	}
	list = slices.Concat(list, brought(p, run, id), possible(p, run, id), mentioned(p, run, id))
	for _, g := range p.Gaps {
		list = append(list, unknown(g))
	}
	return list
}

func unknown(g workload.Gap) blockers.Blocker {
	return blockers.Blocker{Text: fmt.Sprintf("what %s mounts is not known: %s", g.Place, g.What), Place: g.Place.String()}
}

// ofMounts returns the mounts of a deployment that count and that a user other than root may
// not write to.
func ofMounts(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, d workload.Deployment, counts func(workload.Mount) bool) (list []blockers.Blocker) {
	for _, m := range d.Mounts {
		if m.Kind == workload.Claim && d.FSGroup {
			continue // it belongs to a group of the pod's, which may write there
		}
		if !counts(m) {
			continue
		}
		if doubt := ofMount(p, run, id, d, m); doubt != "" {
			b := blockers.Blocker{Text: doubt, Place: m.Place.String(), Mounted: true}
			if !workload.Within(run.Final.Workdir.Text, m.Target) { // who mounts a checkout also runs the image without it
				b.Path = path.Clean(m.Target)
			}
			list = append(list, b)
		}
	}
	return list
}

// ofTarget matches what is said of a mount whose place in the container is not known.
var ofTarget = lazyregexp.New(`\bthe target (?:of a mount|.*\$.*) is not known$`)

// possible tells of the mounts in deployments whose image may be this one. Where
// nothing of the same name speaks for that, only one that mounts something at or below
// the working directory counts: of other paths it is not likely.
func possible(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	dir := run.Final.Workdir
	for _, d := range p.Perhaps {
		counts := func(m workload.Mount) bool {
			return d.Alike || dir.Known && dir.Text != "/" && workload.Within(m.Target, dir.Text) && !isModules(m.Target)
		}
		if d.User != "" || !slices.ContainsFunc(d.Mounts, counts) {
			continue
		}
		for _, b := range slices.Concat(ofRights(d), ofMounts(p, run, id, d, counts)) {
			b.Perhaps = true
			list = append(list, b)
		}
	}
	return list
}

// ofRights returns the first right that a deployment gives its container and only root can
// use, none for none: the effective capabilities of a user other than root are none
// (Docker documentation, "Runtime privilege and Linux capabilities"), except that
// Docker lets any user listen on each port, which is all of NET_BIND_SERVICE.
func ofRights(d workload.Deployment) []blockers.Blocker {
	raised := slices.IndexFunc(d.CapAdd, func(name string) bool {
		return strings.TrimPrefix(strings.ToUpper(name), "CAP_") != "NET_BIND_SERVICE"
	})
	what := ""
	switch {
	case d.Privileged:
		what = "runs it privileged, which has an effect for root only"
	case len(d.Devices) > 0:
		what = "gives it devices of the host, which root owns"
	case raised >= 0:
		what = fmt.Sprintf("gives it the capability %s, which only root would have then", d.CapAdd[raised])
	case d.UserProcesses != nil && d.UserProcesses.Number >= 0 && d.UserProcesses.Number < ordinaryProcesses:
		return []blockers.Blocker{blockers.At(d.UserProcesses.Place, "lets a user other than root have no more than %d processes and threads, with all that run under the same number on the host: raise it there", d.UserProcesses.Number)}
	case d.HostPID:
		what = "shares the host's processes with it, which belong to other users"
	default:
		return nil
	}
	return []blockers.Blocker{blockers.At(d.Rights, "%s", what)}
}

// ordinaryProcesses is the limit (RLIMIT_NPROC) that distributions give the users of a
// host: with that, no container is known to fail (RHEL 7, /etc/security/limits.d/20-nproc.conf).
const ordinaryProcesses = 4096

// isOpen reports whether everyone may write to a mount because of its target: /tmp itself,
// whose mode a new volume takes from the image and a host has too, and devices. A directory
// of its own below /tmp is root's, wherever it comes from.
func isOpen(m workload.Mount, target string) bool {
	switch {
	case target == "/tmp" || target == "/var/tmp":
		return m.Kind != workload.Bind || path.Clean(m.Source) == target
	case m.Kind == workload.Tmpfs:
		return workload.IsTemporary(target)
	}
	return workload.IsTemporary(target) && !workload.Within(target, "/tmp") && !workload.Within(target, "/var/tmp")
}

// ofMount tells why a user who is not root may not write to a mount of a deployment.
func ofMount(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, d workload.Deployment, m workload.Mount) string {
	target := path.Clean(m.Target)
	switch {
	case path.Base(target) == "docker.sock" || strings.HasSuffix(m.Source, "docker.sock"):
		return fmt.Sprintf("%s mounts %s, which belongs to root", m.Place, target)
	case workload.Within(target, "/root"): // to be read, too
		return fmt.Sprintf("%s mounts %s, in root's home, which no other user can enter", m.Place, target)
	case ofRoot(d, m, id) != "":
		return ofRoot(d, m, id)
	case isSocket(m):
		return ofSocket(m)
	case m.FilledBy != "" && (m.ReadOnly || p.Workload(run).Owner(target).Made != workload.Made):
		return fmt.Sprintf("%s mounts %s to %s, which %s fills, perhaps with files that only their owner and root can read: a deployment that sets root as its user still reads them", m.Place, m.Source, target, m.FilledBy)
	case m.ReadOnly || m.Kind == workload.Config || isOpen(m, target) || isSystemFile(target):
		return ""
	case isModules(target):
		return ""
	}
	of := p.Workload(run).Owner(target)
	switch m.Kind {
	case workload.Bind:
		written := ""
		if bringsSources(p, run, m, target) {
			switch written = cmp.Or(writtenInto(p, run, d, target), writtenByFramework(p, run, m), keptByMount(p, run, d, m, target), mayBeWritten(p, run, target)); {
			case written == "" && (isAside(run, target) || copiesSources(p, run) && copiesAll(p, run, m, target)):
				return ""
			case written == "":
				written = "the image does not copy all sources that it brings, so what they write is not analyzed"
			}
			written = ", and " + written
		}
		if windowsPath.MatchString(m.Source) { // whose owners are those that a container sees
			return fmt.Sprintf("%s mounts the host's %s to %s, which keeps its owner%s: chown -R %s %s in it once", m.Place, m.Source, target, written, numbers(id), target)
		}
		return fmt.Sprintf("%s mounts the host's %s to %s, which keeps its owner%s: chown -R %s %s there", m.Place, m.Source, target, written, numbers(id), m.Source)
	case workload.Volume, workload.Anonymous:
		switch {
		case m.Existing:
			return fmt.Sprintf("%s mounts a volume to %s, which keeps the owners that it has: chown -R %s %s in it once", m.Place, target, numbers(id), target)
		case of.Made == workload.Made && of.MayWrite(id.Name, id.User, strconv.Itoa(id.UID)) && writtenAt(p, run, target) == "":
			return "" // and nothing of root's in it
		case of.Made == workload.Made || target == run.Final.Workdir.Text:
			return fmt.Sprintf("an existing volume (%s) keeps root-owned files: chown -R %s %s in it once", m.Place, numbers(id), target)
		case workload.IsSystem(target) && !paths.IsData(target):
			return fmt.Sprintf("%s mounts a volume to %s, a directory of the system, which stays owned by root: one of the application's own below it can be given to its user", m.Place, target)
		}
		return fmt.Sprintf("%s mounts a volume to %s, which would be owned by root: RUN mkdir -p %s && chown %s %s makes a new one the user's", m.Place, target, target, numbers(id), target)
	case workload.Tmpfs:
		if of.Made != workload.Made {
			return "" // everyone may write there (runc makes it with mode 1777)
		}
		return fmt.Sprintf("%s mounts a tmpfs to %s, which is owned by root: its option uid=%d gives it away", m.Place, target, id.UID)
	case workload.Claim:
		how := "unless the platform gives it away"
		if path.Ext(m.Place.File) != ".toml" && !strings.HasPrefix(path.Base(m.Place.File), "render.") {
			how = fmt.Sprintf("without fsGroup: %d in the pod's securityContext", id.GID)
		}
		return fmt.Sprintf("%s mounts a volume to %s, which is owned by root %s", m.Place, target, how)
	}
	return ""
}

// windowsPath matches the paths of a host with Windows.
var windowsPath = lazyregexp.New(`^[A-Za-z]:[\\/]`)

// numbers returns the user as chown names it on a host that does not have it.
func numbers(id users.Identity) string {
	if user, known := id.Numeric(); known {
		return user
	}
	return id.User
}

// isModules reports whether a path is a node_modules or lies in one.
func isModules(target string) bool { return strings.Contains(target+"/", "/node_modules/") }

// dataFolder matches the names of folders that a host shares for writing.
var dataFolder = lazyregexp.New(`(?i)^\.?(data|db|database|sqlite|uploads?|files|media|logs?|storage|backups?|state|cache|sessions?|tmp|temp|out|output|exports?|downloads?|volumes?)$`)

// bringsSources reports whether a bind mount brings the sources, or a file, that lie in
// the repository: who works on them mounts them to be read.
func bringsSources(p *imagebuild.Pass, run *stage.Evaluation, m workload.Mount, target string) bool {
	if path.IsAbs(m.Source) || strings.HasPrefix(m.Source, "~") {
		return false
	}
	if dataFolder.MatchString(path.Base(target)) || dataFolder.MatchString(path.Base(path.Clean(m.Source))) {
		return false
	}
	if target == run.Final.Workdir.Text || workload.Within(run.Final.Workdir.Text, target) {
		return true
	}
	name := path.Join(path.Dir(m.Place.File), m.Source)
	if p.Repository == nil || !fs.ValidPath(name) {
		return false
	}
	info, err := fs.Stat(p.Repository, name)
	if err != nil {
		// If it is missing, the engine makes a directory of root's; a file is settings.
		return settings.MatchString(path.Base(target))
	}
	if !info.IsDir() {
		return true
	}
	entries, err := fs.ReadDir(p.Repository, name)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".gitkeep" && e.Name() != ".gitignore" })
}

// writtenInto returns what the application surely writes below a target, and into no
// deeper mount of the same deployment; "" for nothing.
func writtenInto(p *imagebuild.Pass, run *stage.Evaluation, d workload.Deployment, target string) string {
	if d.StartsOtherwise(run) {
		run = d.Started(run)
	}
	load := p.Workload(run)
	for _, w := range load.Writes() {
		deeper := func(m workload.Mount) bool {
			return len(path.Clean(m.Target)) > len(target) && workload.Within(w.Path, m.Target)
		}
		switch {
		case !w.Sure || !workload.Within(w.Path, target) || isModules(w.Path) || slices.ContainsFunc(d.Mounts, deeper):
		case w.Command == nil && !load.Runs(w.Place.File):
		case w.Place.File == "":
			return fmt.Sprintf("%s writes %s", w.By, w.Path)
		default:
			return fmt.Sprintf("%s writes %s", w.Place, w.Path)
		}
	}
	return ""
}

// sourceCode matches the names of sources in COPY instructions.
var sourceCode = lazyregexp.New(`\.([cm]?[jt]sx?|py|rb|php|go|rs|java|jar|html?|vue|svelte)$`)

// copiesSources reports whether a COPY or ADD brings sources, or what a stage made of
// them, and not manifests alone: the model reads what is copied.
func copiesSources(p *imagebuild.Pass, run *stage.Evaluation) bool {
	isSource := func(name string) bool {
		if sourceCode.MatchString(name) || p.Files() == nil {
			return true
		}
		info, err := p.Files().Stat(strings.TrimPrefix(path.Clean("/"+name), "/"))
		return path.Clean("/"+name) == "/" || err == nil && info.IsDir()
	}
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && (c.From != "" || slices.ContainsFunc(c.Sources, isSource))
	})
}

// systemFiles are files of the host that are mounted for reading.
var systemFiles = strings.Fields("/etc/localtime /etc/timezone /etc/hosts /etc/hostname /etc/resolv.conf /etc/passwd /etc/group /etc/machine-id /usr/share/zoneinfo /etc/ssl/certs /usr/local/share/ca-certificates")

// isSystemFile reports whether a mount brings settings of the host's system.
func isSystemFile(target string) bool {
	return slices.ContainsFunc(systemFiles, func(file string) bool { return workload.Within(target, file) })
}

// settings matches the names of files that an application reads.
var settings = lazyregexp.New(`(?i)^\.env|\.(ya?ml|toml|conf|cfg|ini|env|properties|[cm]?js|ts|pem|crt|cer|key|p12|jks|xml)$|config\.json$`)
