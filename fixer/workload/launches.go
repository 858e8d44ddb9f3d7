package workload

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// This file lists all that the model knows of a container.

// Launch is a program that the start runs, with the commands that lead to it.
type Launch struct {
	*Command
	// Way are the commands that lead to it, the first one first: an init, a shell
	// script, a package manager. Each names the script that it is in.
	Way []*Command
}

// Launches returns the programs that the start ends in: those that run no other known
// program. It returns nil if the start can't be read.
func (w *Workload) Launches() (list []Launch) {
	start := w.Start()
	if start == nil {
		return nil
	}
	var follow func(s *Script, way []*Command)
	follow = func(s *Script, way []*Command) {
		for i, c := range s.Commands {
			handsOver := slices.ContainsFunc(s.Commands, func(other *Command) bool { return other.By == i })
			above := append(slices.Clip(way), s.before(i)...)
			for _, inner := range c.Runs {
				follow(inner, append(slices.Clip(above), c))
			}
			if !handsOver && len(c.Runs) == 0 {
				list = append(list, Launch{Command: c, Way: above})
			}
		}
	}
	follow(start, nil)
	return list
}

// before returns the commands that hand over to the one with index i, the first one
// first.
func (s *Script) before(i int) (way []*Command) {
	for by := s.Commands[i].By; by >= 0; by = s.Commands[by].By {
		way = append(way, s.Commands[by])
	}
	slices.Reverse(way)
	return way
}

// Init returns the init that the start runs first, nil for none.
func (w *Workload) Init() (init *Command) {
	w.eachStart(func(c *Command) {
		if init == nil && IsInit(c.Name) {
			init = c
		}
	})
	return init
}

// Mounts returns what the deployments mount, and the volumes that the image declares.
func (w *Workload) Mounts() (list []Mount) {
	for _, d := range w.in.Deployments {
		list = append(list, d.Mounts...)
	}
	for _, v := range w.in.Run.Final.Volumes {
		if !v.Known {
			continue
		}
		m := Mount{Target: v.Text, Kind: Anonymous}
		if v.In != nil {
			m.Place = Place{File: w.in.Run.Node.Graph().File.Name(), Line: v.In.Line}
		}
		list = append(list, m)
	}
	return list
}

// Port is a port of the container, with the source that names it.
type Port struct {
	Number int
	By     string // "EXPOSE", a source's name, a deployment's
	Place  Place
}

// Ports returns the ports that the image exposes, its environment sets, the sources listen
// on and the deployments name, or set by a variable for them.
func (w *Workload) Ports() (list []Port) {
	run := w.in.Run
	for _, s := range run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.ExposeCommand)
		if !ok {
			continue
		}
		for _, port := range cmd.Ports {
			port, known := s.Before.Expand(port)
			number, _, _ := strings.Cut(port, "/")
			if n, err := strconv.Atoi(number); known && err == nil {
				list = append(list, Port{n, "EXPOSE", Place{File: run.Node.Graph().File.Name(), Line: s.In.Line}})
			}
		}
	}
	list = append(list, aspNetPorts(run)...)
	listens := map[string]bool{"PORT": true}
	list = append(list, w.environmentPorts()...)
	w.eachSources(func(s *Sources) {
		for _, p := range s.Ports {
			listens[p.Variable] = p.Variable != ""
			if _, set := run.Final.EnvVar(p.Variable); p.Variable == "" || !set {
				list = append(list, Port{p.Port, p.Place.File, p.Place})
			}
		}
	})
	for _, d := range w.in.Deployments {
		for _, n := range d.Ports {
			list = append(list, Port{n, d.Name, d.Place})
		}
		for _, v := range d.Env {
			if n, err := strconv.Atoi(v.Value); err == nil && v.Known && listens[v.Name] {
				list = append(list, Port{n, v.Name, v.Place})
			}
		}
	}
	return list
}

// aspNetPorts returns the ports that ASP.NET listens on by the environment, the base
// image's included: port 80 before .NET 8 (learn.microsoft.com/aspnet/core/fundamentals/
// servers/kestrel/endpoints, "Configure endpoints").
func aspNetPorts(run *stage.Evaluation) (list []Port) {
	for _, name := range []string{"ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS"} {
		value, _ := run.Final.EnvVar(name)
		for _, part := range strings.Split(value, ";") {
			number := part[strings.LastIndex(part, ":")+1:]
			if n, err := strconv.Atoi(strings.Trim(number, "/ ")); err == nil {
				list = append(list, Port{n, name, Place{}})
			}
		}
	}
	return list
}

// Gaps returns what could not be read of the start, of the sources and of the
// deployments.
func (w *Workload) Gaps() (list []Gap) {
	start := w.Start()
	if start == nil {
		list = append(list, Gap{What: "its start command can't be read"})
	}
	w.eachStart(func(c *Command) {
		for _, what := range []string{c.Unread, c.Unfollowed} {
			if what != "" {
				list = append(list, Gap{Place: c.In.Place, What: what})
			}
		}
	})
	w.eachSources(func(s *Sources) { list = append(list, s.Gaps...) })
	for _, d := range w.in.Deployments {
		list = append(list, d.Gaps...)
	}
	return list
}
