package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// maxVariables bounds the variables of all environment files of the services of a
// project: many may share a large file.
const maxVariables = 100_000

// services returns the services of a model.
func (b *builder) services(m *model) ([]*Service, error) {
	check := !b.example && len(b.gaps) == 0 && len(b.unknowns.expressions) == 0 && !m.hasGaps()
	var models []map[string]any
	if check {
		models = suspects([]map[string]any{m.values})
	}
	p, err := project(m.values, check)
	if err != nil {
		return nil, blameReference(m, models)
	}
	a := assembly{builder: b, project: p, ports: maxPorts, variables: maxVariables}
	list := make([]*Service, 0, len(p.Services))
	for _, name := range names(p.Services) {
		list = append(list, a.service(p.Services[name], m.layers[name]))
	}
	a.volumesFrom(list)
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
	d.Ports = g.allPorts()
	g.rights()
	g.limits()
	d.Gaps = uniqueGaps(d.Gaps)
	s.Container = config.ContainerName
	s.Inside = g.inside()
	s.Parts, s.Attributes = ls.parts(), ls.attributes()
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

// build returns what the image is built from, nil for no build.
func (g *gathering) build() *Build {
	config := g.config.Build
	if config == nil {
		return nil
	}
	at := g.layers.last("build")
	out := &Build{Place: g.to.Place, Inline: config.DockerfileInline, Target: config.Target}
	if at.key != nil {
		out.Place = at.place(at.key)
	}
	why := func(format string, args ...any) {
		if out.Why == "" {
			out.Why = fmt.Sprintf(format, args...)
		}
	}
	out.Context = g.context(config.Context, why)
	dockerfile := config.Dockerfile
	if dockerfile == "" && out.Inline == "" {
		dockerfile = "Dockerfile"
	}
	if dockerfile != "" && out.Context != "" {
		name, err := resolve(out.Context, dockerfile)
		if err != nil {
			why("dockerfile %s %v", g.unknowns.written(dockerfile), err)
		}
		out.Dockerfile = name
	}
	if isUnknown(out.Inline) {
		why("dockerfile_inline has a variable without a value")
		out.Inline = ""
	}
	if isUnknown(out.Target) {
		why("target %s has a variable without a value", g.unknowns.written(out.Target))
		out.Target = ""
	}
	if out.Why != "" {
		g.gap("build", "build: %s", out.Why)
	}
	out.Network, out.NetworkPlace = config.Network, g.placeIn("build", "network")
	for _, name := range names(config.Args) {
		v, known := g.variable(at.layer, name, config.Args[name])
		out.Args = append(out.Args, Arg{name, v, known})
	}
	out.Contexts, out.Sources = g.contexts(config, out.Place)
	if out.Inline != "" {
		if out.InlinePlace = g.placeIn("build", "dockerfile_inline"); strings.Contains(out.Inline, "\n") {
			out.InlinePlace.Line++ // a block
		}
	}
	return out
}

// placeIn returns the place of a key in an attribute that is a mapping: that of the
// last file that has it.
func (g *gathering) placeIn(attribute, name string) workload.Place {
	for _, at := range slices.Backward(g.layers.visible(attribute)) {
		if key, _ := at.value.Get(name); key != nil {
			return at.place(key)
		}
	}
	return g.to.Place
}

// context returns the path of the build context, relative to the file that names
// it, "" if it is not in the repository.
func (g *gathering) context(context string, why func(string, ...any)) string {
	dir := g.layers[len(g.layers)-1].dir
	for _, at := range g.layers.visible("build") {
		if key, _ := at.value.Get("context"); key != nil || at.value.Resolve().Kind == yamlfile.Scalar {
			dir = at.dir
		}
	}
	name, err := resolve(dir, context)
	if err != nil {
		why("context %s %v", g.unknowns.written(context), err)
	}
	return name
}

// variable returns the value of a variable or an argument; nil means the environment's
// value.
func (g *gathering) variable(l layer, name string, value *string) (string, bool) {
	if value == nil {
		if l.conversion == nil {
			return "", false
		}
		v, ok := l.conversion.env.lookup(name)
		if !ok {
			return "", false
		}
		value = &v
	}
	if isUnknown(*value) {
		return "", false
	}
	return *value, true
}

// environment returns the variables of env_file, overridden by those of environment.
func (g *gathering) environment() []workload.Variable {
	set := map[string]workload.Variable{}
	for _, v := range g.envFiles() {
		set[v.Name] = v
	}
	places := map[string]entry{}
	for _, at := range g.layers.visible("environment") {
		for name, n := range variables(at.layer, at.value) {
			places[name] = entry{at.layer, n, nil}
		}
	}
	for name, value := range g.config.Environment {
		v := workload.Variable{Name: name, Place: g.to.Place}
		at, ok := places[name]
		if ok {
			v.Place = at.place(at.key)
		}
		v.Value, v.Known = g.variable(at.layer, name, value)
		set[name] = v
	}
	var list []workload.Variable
	for _, name := range names(set) {
		list = append(list, set[name])
	}
	return list
}

// variables returns the places of the variables of an environment, in either form.
func variables(l layer, n *yamlfile.Node) map[string]*yamlfile.Node {
	places := map[string]*yamlfile.Node{}
	for key := range effective(n) {
		places[key.Resolve().Value] = key
	}
	for item := range n.Items() {
		name, _, _ := strings.Cut(l.text(item), "=")
		places[name] = item
	}
	return places
}

// envFiles returns the variables of the files of env_file; of equal names the last
// counts. A file that can't be read is a gap.
func (g *gathering) envFiles() []workload.Variable {
	var list []workload.Variable
	for _, at := range g.layers.visible("env_file") {
		items := []*yamlfile.Node{at.value}
		if r := at.value.Resolve(); r.Kind == yamlfile.Sequence {
			items = slices.Collect(r.Items())
		}
		for _, item := range items {
			name, required, raw := envFile(at.layer, item)
			file, err := resolve(at.dir, name)
			if err == nil && !required && !g.exists(file) {
				continue
			}
			g.to.Deployment.EnvFiles = append(g.to.Deployment.EnvFiles, g.unknowns.written(name))
			var own []workload.Variable
			if err == nil {
				own, err = g.envFile(at.layer, file, raw)
			}
			if err != nil && file != "" && !g.exists(file) {
				list = append(list, g.exampleOf(at.layer, file, raw)...)
			}
			if err != nil {
				g.gapAt(at.place(item), "env_file %s %v", g.unknowns.written(name), err)
				continue
			}
			list = append(list, own...)
		}
	}
	return list
}

// examples are the endings of files that show what a file holds that is not committed.
var examples = strings.Fields(".example .sample .dist .template")

// exampleOf returns the variables of an example of a file that is not there; none for none.
func (g *gathering) exampleOf(l layer, file string, raw bool) []workload.Variable {
	for _, ending := range examples {
		if !g.exists(file + ending) {
			continue
		}
		if list, err := g.envFile(l, file+ending, raw); err == nil {
			return list
		}
	}
	return nil
}

// envFile returns the parts of an item of env_file.
func envFile(l layer, n *yamlfile.Node) (name string, required, raw bool) {
	if n.Resolve().Kind == yamlfile.Scalar {
		return l.text(n), true, false
	}
	_, file := n.Get("path")
	_, needed := n.Get("required")
	_, format := n.Get("format")
	return l.text(file), !strings.EqualFold(l.text(needed), "false"), l.text(format) == "raw"
}

// envFile returns the variables of a file.
func (g *gathering) envFile(l layer, file string, raw bool) ([]workload.Variable, error) {
	list, err := g.assignments(file, raw)
	if err != nil {
		return nil, err
	}
	if g.variables -= len(list); g.variables < 0 {
		return nil, fmt.Errorf("is not read: more than %d variables of all services", maxVariables)
	}
	env, err := g.unknowns.assign(list, func(name string) (string, bool) {
		if v, ok := l.conversion.env.lookup(name); ok {
			return v, true
		}
		if v := g.config.Environment[name]; v != nil {
			return *v, true
		}
		return "", false
	})
	if err != nil {
		return nil, err
	}
	var vars []workload.Variable
	for _, a := range list {
		if v, ok := env[a.name]; ok {
			known := !isUnknown(v)
			if !known {
				v = ""
			}
			vars = append(vars, workload.Variable{Name: a.name, Value: v, Known: known, Place: workload.Place{File: file, Line: a.line, Col: 1}})
		}
	}
	return vars, nil
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
