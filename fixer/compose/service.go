package compose

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
)

// services returns the services of a model.
func (b *builder) services(m *model) ([]*Service, error) {
	check := !b.example && len(b.gaps) == 0 && len(b.unknowns.expressions) == 0 && !m.hasGaps()
	var models []map[string]any
	if check {
		models = suspects([]map[string]any{m.values})
	}
	dependencies := b.unknowns.dependencies(m.values)
	p, err := project(m.values, check)
	if err != nil {
		return nil, blameReference(m, models)
	}
	a := assembly{builder: b, project: p, ports: maxPorts, variables: maxVariables}
	list := make([]*Service, 0, len(p.Services))
	for _, name := range names(p.Services) {
		s := a.service(p.Services[name], m.layers[name])
		s.DependsOn = dependencies[name]
		list = append(list, s)
	}
	a.volumesFrom(list)
	setNeeds(p, list)
	return list, nil
}

// hasGaps reports whether something of a service was left out of the model.
func (m *model) hasGaps() bool {
	for _, ls := range m.layers {
		for _, l := range ls {
			if len(l.conversion.gaps[l.name]) > 0 {
				return true
			}
		}
	}
	return false
}

// assembly converts compose-go's services.
type assembly struct {
	*builder
	project   *types.Project
	ports     int // that are left of the bound
	variables int
}

// gathering is a service under construction.
type gathering struct {
	*assembly
	config types.ServiceConfig
	layers layers
	to     *Service
}

func (a *assembly) service(config types.ServiceConfig, ls layers) *Service {
	s := &Service{Name: config.Name, Place: ls.place()}
	g := gathering{assembly: a, config: config, layers: ls, to: s}
	d := &s.Deployment
	d.Name, d.Place = "service "+config.Name, s.Place
	for _, l := range ls {
		d.Gaps = append(d.Gaps, l.conversion.gaps[l.name]...)
	}
	s.Image = config.Image
	if isUnknown(s.Image) {
		s.Written = g.unknowns.written(s.Image)
		g.unknown("image", s.Image)
		s.Image = ""
	}
	s.Build = g.build()
	d.Entrypoint = g.words("entrypoint", config.Entrypoint)
	d.Command = g.words("command", config.Command)
	d.StartPlace = g.startPlace()
	d.WorkingDir = g.text("working_dir", config.WorkingDir)
	d.User = g.text("user", config.User)
	d.Init = config.Init != nil && *config.Init
	d.Env = g.environment()
	d.Mounts = g.mounts()
	d.HealthCheck, d.Variable, d.Literal = g.healthCheck(), g.fromVariable(), true
	d.Ports = g.allPorts()
	g.rights()
	g.limits()
	d.Gaps = uniqueGaps(d.Gaps)
	s.Container = config.ContainerName
	s.Hosts = hostsOf(config)
	s.Inside = g.inside()
	s.Parts, s.Attributes = ls.parts(), ls.attributes()
	for _, group := range config.GroupAdd {
		s.Groups = append(s.Groups, g.unknowns.written(group))
	}
	for _, o := range config.SecurityOpt {
		s.SecurityOpt = append(s.SecurityOpt, g.unknowns.written(o))
	}
	return s
}

// startPlace returns the place of entrypoint, or of command, if another file than the first
// one of the service has it; else the zero Place.
func (g *gathering) startPlace() workload.Place {
	for _, attribute := range []string{"entrypoint", "command"} {
		if at := g.layers.last(attribute); at.key != nil && at.place(at.key).File != g.to.Place.File {
			return at.place(at.key)
		}
	}
	return workload.Place{}
}

// place returns the place of the name of a service in the first file that has it
// by itself.
func (ls layers) place() workload.Place {
	for _, l := range ls {
		if !l.extended {
			return l.place(l.key)
		}
	}
	return workload.Place{}
}

// gap adds a gap of the service at the entry of an attribute.
func (g *gathering) gap(attribute, format string, args ...any) {
	place := g.to.Place
	if at := g.layers.last(attribute); at.key != nil {
		place = at.place(at.key)
	}
	g.gapAt(place, format, args...)
}

func (g *gathering) gapAt(place workload.Place, format string, args ...any) {
	d := &g.to.Deployment
	d.Gaps = append(d.Gaps, workload.Gap{Place: place, What: fmt.Sprintf(format, args...)})
}

// unknown adds a gap for a value that has an unknown part.
func (g *gathering) unknown(attribute, value string) {
	g.gap(attribute, "%s: %s has no value", attribute, g.unknowns.written(value))
}

// text returns a value. An unknown part of it is a gap, and stays as written, so that
// the value is not taken for the image's.
func (g *gathering) text(attribute, value string) string {
	if isUnknown(value) {
		g.unknown(attribute, value)
	}
	return g.unknowns.written(value)
}

// words returns a command: nil for none, empty for an empty one.
func (g *gathering) words(attribute string, command types.ShellCommand) []string {
	if command == nil {
		return nil
	}
	words := make([]string, 0, len(command))
	for _, w := range command {
		words = append(words, g.text(attribute, w))
	}
	return words
}

// allPorts returns the ports of ports and expose in the container.
func (g *gathering) allPorts() []int {
	var ports []int
	for _, p := range g.config.Ports {
		ports = append(ports, int(p.Target))
	}
	for _, l := range g.layers {
		ports = append(ports, l.conversion.ports[l.name]...)
	}
	for _, e := range g.config.Expose {
		from, to, ok := portRange(e)
		if !ok {
			g.gap("expose", "expose: %s is no port", g.unknowns.written(e))
			continue
		}
		if len(ports)+to-from >= g.ports {
			g.gap("expose", "more than %d ports of all services", maxPorts)
			break
		}
		ports = appendRange(ports, from, to)
	}
	g.ports -= len(ports)
	return sorted(ports)
}
