package repository

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/workload"
)

// The bounds for Compose files: compose-go takes seconds for a megabyte.
const (
	maxComposeBytes = 8 << 20
	maxComposeDirs  = 1000
)

// isCompose reports whether a lower-case base name is that of a Compose file.
func isCompose(base string) bool {
	return strings.HasPrefix(base, "compose.") || strings.HasPrefix(base, "docker-compose.") || strings.HasPrefix(base, "docker-compose-")
}

// composeDir is a directory that has Compose files.
type composeDir struct {
	name           string
	files          int64
	bytes, largest int64 // of all of them, and of the largest
}

// work returns the most bytes that reading them takes: each may be merged with the
// largest.
func (d *composeDir) work() int64 { return d.bytes + d.files*d.largest }

// composeFile records a Compose file. All files of a directory are read together, since
// they may belong together.
func (r *reader) composeFile(name string) {
	info, err := fs.Stat(r.fsys, name)
	if err != nil {
		r.gap(workload.Place{File: name}, "not read: "+cause(err))
		return
	}
	// The files of a directory come one after the other.
	d := r.compose
	if dir := path.Dir(name); d == nil || d.name != dir {
		d = &composeDir{name: dir}
		r.compose = d
		r.later = append(r.later, func() { r.composeDir(d) })
	}
	d.files++
	d.bytes += info.Size()
	d.largest = max(d.largest, info.Size())
}

// composeDir reads the services of a directory's projects.
func (r *reader) composeDir(d *composeDir) {
	r.composeDirs++
	if r.composeBytes += d.work(); r.composeBytes > maxComposeBytes || r.composeDirs > maxComposeDirs {
		r.composeBytes -= d.work() // smaller ones may still be read
		r.gap(workload.Place{File: d.name}, fmt.Sprintf("its Compose files are not read: the repository has more than %d bytes of them, or more than %d directories", maxComposeBytes, maxComposeDirs))
		return
	}
	set, err := compose.Load(r.fsys, d.name)
	if err != nil {
		r.gap(workload.Place{File: d.name}, "its Compose files are not read: "+cause(err))
		return
	}
	r.gapsOf(set.Gaps)
	seen := map[string][]*compose.Service{}
	for _, p := range set.Projects {
		r.gapsOf(p.Gaps)
		r.projects = append(r.projects, p)
		for _, s := range p.Services {
			// Another project may define the same service alike: the default one
			// counts.
			same := func(o *compose.Service) bool { return runAlike(o, s) }
			if earlier := seen[s.Name]; !slices.ContainsFunc(earlier, same) && len(earlier) < maxVariants {
				seen[s.Name] = append(earlier, s)
				r.service(p, s)
			}
		}
	}
}

// runAlike reports whether two services are the same, whichever files say so, and whatever runs
// beside them.
func runAlike(a, b *compose.Service) bool {
	bare := func(s *compose.Service) compose.Service {
		one := *s
		one.Parts, one.Attributes, one.DependsOn, one.Deployment.Needs = nil, nil, nil, nil
		return one
	}
	return reflect.DeepEqual(bare(a), bare(b))
}

// maxVariants bounds the projects that define one service differently.
const maxVariants = 16

func (r *reader) gapsOf(list []workload.Gap) {
	for _, g := range list {
		r.gap(g.Place, g.What)
	}
}

// service records a service: its build, which brings its deployment; or, without
// one, the deployment of an image.
func (r *reader) service(p *compose.Project, s *compose.Service) {
	s.Deployment.Podman = strings.HasPrefix(path.Base(s.Place.File), "podman-")
	if s.Build == nil {
		if s.Image != "" { // otherwise it may be any image
			r.deploy(run{Deployment: s.Deployment, image: s.Image, dir: path.Dir(s.Place.File), containers: containersOf(s)})
			for _, d := range s.Inside {
				r.deploy(run{Deployment: d, image: s.Image, dir: path.Dir(s.Place.File)})
			}
		}
		return
	}
	b := build{service: s.Name, containers: containersOf(s)}
	b.By, b.Place = "service "+s.Name, s.Place
	if p.Name != "" {
		b.By += " of " + p.Name
	}
	b.Context, b.Dockerfile, b.Target = s.Build.Context, s.Build.Dockerfile, s.Build.Target
	if s.Build.Why != "" {
		b.gap(s.Build.Why)
	}
	for _, a := range s.Build.Args {
		b.arg(a.Name, value{a.Value, a.Known})
	}
	b.network(s.Build.Network, s.Build.NetworkPlace)
	for _, name := range slices.Sorted(maps.Keys(s.Build.Contexts)) {
		b.namedContext(name, s.Build.Sources[name], s.Build.Contexts[name])
	}
	if s.Build.Inline != "" {
		r.inline(b, s.Build.Inline, s.Build.InlinePlace)
		return
	}
	b.tag(value{cmp.Or(s.Image, s.Written), s.Image != ""})
	b.Deployments = append([]workload.Deployment{s.Deployment}, s.Inside...)
	r.add(b)
}

// containersOf returns the names that commands give the container of a service.
func containersOf(s *compose.Service) []string {
	if s.Container != "" && s.Container != s.Name {
		return []string{s.Name, s.Container}
	}
	return []string{s.Name}
}
