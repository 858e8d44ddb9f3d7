package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what containers of other images write into the mounts of an image.

// shared identifies what several containers mount.
type shared struct {
	kind   workload.MountKind
	dir    string // of the files that name it; "" for a claim, which any manifest may name
	source string
}

// sharedOf returns what a mount shares with those that name the same, and whether it does.
// Without the name of its claim, a volume of a pod is the pod's own.
func (r *reader) sharedOf(m workload.Mount) (s shared, ok bool) {
	s = shared{m.Kind, path.Dir(m.Place.File), m.Source}
	switch m.Kind {
	case workload.Claim:
		s.dir = ""
		if !r.claims[m.Source] {
			return s, false
		}
	case workload.Bind:
		if !path.IsAbs(s.source) {
			s.source = path.Join(s.dir, s.source)
		}
		s.source, s.dir = path.Clean(s.source), ""
	case workload.Volume:
	default:
		return s, false
	}
	return s, s.source != ""
}

var (
	// ownData matches the places where images keep data of their own: databases make such
	// directories with the mode 0700 (PostgreSQL documentation, "initdb").
	ownData = lazyregexp.New(`^/(var/lib|data|bitnami|config|home|root|opt|acme|letsencrypt|etc/letsencrypt|vault|usr/share/[\w-]+/data)(/|$)`)
	// served matches what is written to be read by others: the files of a web server, sockets.
	served = lazyregexp.New(`(?i)(static|public|html|assets?|www|web|dist|media|sockets?|socks?|run|tmp)(files?)?$`)
)

// fill notes at the mounts of all containers which image of a third party writes there.
// A directory of the host counts where the other image keeps its data: files that several
// only read are mounted in the same way.
func (r *reader) fill(a *attribution) {
	by := map[shared]string{}
	for _, d := range r.runs {
		if d.Inside || d.image == "" || !a.isThirdParty(d) {
			continue
		}
		for _, m := range d.Mounts {
			s, ok := r.sharedOf(m)
			if !ok || m.ReadOnly || by[s] != "" || served.MatchString(m.Source) || served.MatchString(m.Target) || m.Kind == workload.Bind && !ownData.MatchString(m.Target) {
				continue
			}
			by[s] = d.image
		}
	}
	note := func(list []workload.Mount) {
		for i := range list {
			if s, ok := r.sharedOf(list[i]); ok {
				list[i].FilledBy = by[s]
			}
		}
	}
	for _, b := range r.builds {
		for _, d := range b.Deployments {
			note(d.Mounts)
		}
	}
	for _, d := range r.runs {
		if !a.isThirdParty(d) {
			note(d.Mounts)
		}
	}
}

// isThirdParty reports whether nothing says that a deployment's image is made here.
func (a *attribution) isThirdParty(d run) bool {
	name := imageName(d.image)
	base := path.Base(name)
	return name != "" && d.dockerfile == "" && d.service == "" && len(a.tagged[name]) == 0 && len(a.alike[base]) == 0 && len(a.inFolder(base)) == 0 &&
		(strings.HasPrefix(name, "docker.io/library/") || len(a.dockerfiles(d)) == 0)
}
