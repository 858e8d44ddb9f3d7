package repository

import (
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	tomlTable  = lazyregexp.New(`^\s*\[\[?\s*([\w."'-]+(?:\s*\.\s*[\w"'-]+)*)\s*\]\]?\s*(?:#.*)?$`)
	tomlAssign = lazyregexp.New(`^\s*["']?([\w.-]+)["']?\s*=\s*(.*)$`)
	tomlText   = lazyregexp.New(`^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$`)
	tomlNumber = lazyregexp.New(`^(\d+|true|false)\s*(?:#.*)?$`)
	tomlTexts  = lazyregexp.New(`"((?:[^"\\]|\\.)*)"|'([^']*)'`)
)

// flyApp is a fly.toml.
type flyApp struct {
	name      string // of the app
	file      string
	build     map[string]value
	hasBuild  bool
	args      []bakeArg
	env       []workload.Variable
	mounts    []flyMount
	ports     []int
	processes []flyProcess
}

type flyMount struct {
	workload.Mount
	processes []string // nil for all
}

type flyProcess struct {
	name    string
	command value
	place   workload.Place
}

// fly reads fly.toml (Fly.io documentation, "App configuration"), the literal
// assignments of its tables: the app's image is built from the Dockerfile next to
// it, or that of [build], with that directory as its context, and runs with the
// volumes of [mounts] as each of the [processes].
func (r *reader) fly(name string, text []byte) {
	app := flyApp{file: name, build: map[string]value{}}
	table, number := "", 0
	for l := range strings.Lines(string(text)) {
		number++
		l = strings.TrimRight(l, "\r\n")
		if m := tomlTable.FindStringSubmatch(l); m != nil {
			if table = strings.ReplaceAll(m[1], " ", ""); (table == "mounts" || table == "mount") && len(app.mounts) < maxValues {
				app.mounts = append(app.mounts, flyMount{Mount: workload.Mount{Kind: workload.Claim, Place: workload.Place{File: name, Line: number}}})
			}
			app.hasBuild = app.hasBuild || table == "build"
			continue
		}
		if m := tomlAssign.FindStringSubmatch(l); m != nil {
			app.assign(table, m[1], m[2], workload.Place{File: name, Line: number})
		}
	}
	r.flyBuild(&app)
}

// tomlValue returns the value of a text, a number or a boolean; other values are
// unknown.
func tomlValue(text string) value {
	if m := tomlText.FindStringSubmatch(text); m != nil {
		return value{m[1] + m[2], !strings.Contains(m[1], `\`)}
	}
	if m := tomlNumber.FindStringSubmatch(text); m != nil {
		return literal(m[1])
	}
	return value{}
}

func (a *flyApp) assign(table, key, text string, place workload.Place) {
	v := tomlValue(text)
	switch table {
	case "":
		if key == "app" {
			a.name = v.text
		}
	case "build":
		a.build[key] = v
	case "build.args":
		a.args = append(a.args, bakeArg{key, v})
	case "env":
		if len(a.env) < maxValues {
			a.env = append(a.env, workload.Variable{Name: key, Value: v.text, Known: v.known, Place: place})
		}
	case "processes":
		if len(a.processes) < maxValues {
			a.processes = append(a.processes, flyProcess{key, v, place})
		}
	case "mounts", "mount":
		m := &a.mounts[len(a.mounts)-1]
		switch key {
		case "source":
			m.Source = v.text
		case "destination":
			m.Target, m.Place = v.text, place
		case "processes":
			for _, t := range tomlTexts.FindAllStringSubmatch(text, maxValues) {
				m.processes = append(m.processes, t[1]+t[2])
			}
		}
	case "http_service", "services":
		if n, err := strconv.Atoi(v.text); err == nil && key == "internal_port" && n > 0 && n < 1<<16 && len(a.ports) < maxValues {
			a.ports = append(a.ports, n)
		}
	}
}

// flyBuild records the app. One that names an image is built elsewhere.
func (r *reader) flyBuild(a *flyApp) {
	b := build{}
	b.By, b.Place = strings.TrimSpace("app "+a.name), workload.Place{File: a.file}
	if _, image := a.build["image"]; image {
		for _, d := range a.deployments() {
			r.deploy(run{Deployment: d, image: a.build["image"].text, dir: path.Dir(a.file)})
		}
		return
	}
	dir := literal(path.Dir(a.file))
	file, ok := a.build["dockerfile"]
	if !ok {
		file = literal("")
	}
	b.paths(dir, literal("."), dir, file)
	if !ok && !r.exists[b.Dockerfile] {
		return // a buildpack's
	}
	if v, ok := a.build["build-target"]; ok {
		b.target(v)
	}
	for _, arg := range a.args {
		b.arg(arg.name, arg.value)
	}
	b.Deployments = a.deployments()
	r.add(b)
}

// deployments returns the ways in which the app runs: as each of its processes.
func (a *flyApp) deployments() (list []workload.Deployment) {
	processes := a.processes
	if len(processes) == 0 {
		processes = []flyProcess{{name: "app", place: workload.Place{File: a.file}}}
	}
	room := 20 * maxValues // mounts of all processes together
	for _, p := range processes {
		d := workload.Deployment{Name: "process " + p.name, Place: p.place, Env: a.env, Ports: a.ports}
		if len(a.processes) > 0 {
			setCommand(&d, p.command)
		}
		for _, m := range a.mounts {
			if room--; room > 0 && path.IsAbs(m.Target) && m.of(p.name) {
				d.Mounts = append(d.Mounts, m.Mount)
			}
		}
		list = append(list, d)
	}
	return list
}

// of reports whether a process has the mount.
func (m flyMount) of(process string) bool {
	for _, p := range m.processes {
		if p == process {
			return true
		}
	}
	return len(m.processes) == 0
}

// setCommand splits a command line into the words of a command, as Fly.io does.
func setCommand(d *workload.Deployment, line value) {
	parsed, err := shell.Parse(line.text, nil)
	if !line.known || err != nil || len(parsed.Calls) == 0 || !parsed.Simple || !parsed.Calls[0].Known() {
		d.Gaps = append(d.Gaps, workload.Gap{Place: d.Place, What: workload.UnknownCommand})
		return
	}
	d.Command = []string{parsed.Calls[0].Path}
	for _, w := range parsed.Calls[0].Args {
		d.Command = append(d.Command, w.Text)
	}
}
