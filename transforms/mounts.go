package transforms

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks at what the runtime puts over the image: a directory of the host
// or a claim keeps the owner that it has, whatever the image says of the path; a
// new named volume takes the image's, and an existing one keeps root's files.

// mountDoubt tells of a mount that another user than root may not write to, "" when
// there is none.
func mountDoubt(p *fixer.Pass, run *chain.Run, id identity) string {
	for _, d := range p.Deployments {
		if d.User != "" {
			continue // it says itself who runs, whatever the image says
		}
		for _, m := range d.Mounts {
			if doubt := ofMount(p, run, id, m); doubt != "" {
				return doubt
			}
		}
	}
	if len(p.Gaps) > 0 {
		return fmt.Sprintf("what %s mounts is not known: %s", p.Gaps[0].Place, p.Gaps[0].What)
	}
	return ""
}

// ofMount tells why a user who is not root may not write to a mount.
func ofMount(p *fixer.Pass, run *chain.Run, id identity, m workload.Mount) string {
	target := path.Clean(m.Target)
	switch {
	case path.Base(target) == "docker.sock" || strings.HasSuffix(m.Source, "docker.sock"):
		return fmt.Sprintf("%s mounts %s, which belongs to root", m.Place, target)
	case m.ReadOnly || m.Kind == workload.Config || workload.IsTemporary(target) || workload.Within(target, "/etc") || workload.Within(target, "/usr"):
		return ""
	case workload.Within(target, path.Join(run.Final.Workdir.Text, "node_modules")):
		return ""
	}
	switch m.Kind {
	case workload.Bind:
		if bringsSources(p, run, m, target) {
			return ""
		}
		owner, known := id.numeric()
		if !known {
			owner = id.user
		}
		return fmt.Sprintf("%s mounts the host's %s to %s, which keeps its owner: chown %s %s there", m.Place, m.Source, target, owner, m.Source)
	case workload.Volume, workload.Anonymous:
		if isMade(run, target) {
			return ""
		}
		return fmt.Sprintf("%s mounts a volume to %s, which would be root's", m.Place, target)
	case workload.Tmpfs:
		return fmt.Sprintf("%s mounts a tmpfs to %s, which is root's unless it says uid=", m.Place, target)
	case workload.Claim:
		return fmt.Sprintf("%s mounts a volume to %s, which is root's unless the platform gives it away", m.Place, target)
	}
	return ""
}

// dataFolder are the names of folders that a host shares so that they are written.
var dataFolder = lazyregexp.New(`(?i)^\.?(data|db|database|sqlite|uploads?|files|media|logs?|storage|backups?|state|cache|sessions?|tmp|temp|out|output|exports?|downloads?|volumes?)$`)

// bringsSources reports whether a bind mount brings the sources, or a file, that lie in
// the repository: who works on them mounts them to be read.
func bringsSources(p *fixer.Pass, run *chain.Run, m workload.Mount, target string) bool {
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
		return false // the engine makes it, as root's
	}
	if !info.IsDir() {
		return true
	}
	entries, err := fs.ReadDir(p.Repository, name)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".gitkeep" && e.Name() != ".gitignore" })
}

// isMade reports whether the Dockerfile names the directory, or one above it that it
// brings: a new volume takes the owner that it has in the image.
func isMade(run *chain.Run, dir string) bool {
	return mentionsPath(run, dir, nil) || dir == run.Final.Workdir.Text
}

// mentionsPath reports whether an instruction of the chain names the path, other
// than ENV, which makes nothing.
func mentionsPath(run *chain.Run, name string, but *dockerfile.Instruction) bool {
	return slices.ContainsFunc(run.Steps, func(s chain.Step) bool {
		return s.In != but && s.In.Name() != "ENV" && strings.Contains(wholeText(s.In), name)
	})
}
