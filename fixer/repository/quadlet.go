package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// quadletLine matches an assignment of a unit.
var quadletLine = lazyregexp.New(`(?s)^\s*(\w+)\s*=\s*(.*?)\s*$`)

// quadletOptions are the keys of a container unit, with the options of podman run that they
// are short for.
var quadletOptions = map[string]string{
	"Volume": "-v", "Mount": "--mount", "Tmpfs": "--tmpfs", "PublishPort": "-p", "User": "--user", "WorkingDir": "--workdir", "Entrypoint": "--entrypoint",
	"Environment": "--env", "EnvironmentFile": "--env-file", "AddDevice": "--device", "AddCapability": "--cap-add", "DropCapability": "--cap-drop",
	"Network": "--network", "Sysctl": "--sysctl", "Ulimit": "--ulimit", "ContainerName": "--name", "HealthCmd": "--health-cmd",
}

// quadlet reads a container unit of Podman (podman-systemd.unit(5)): one container, which
// Podman starts.
func (r *reader) quadlet(name string, text []byte) {
	d := run{dir: path.Dir(name)}
	d.Name, d.Place, d.Podman = "unit "+path.Base(name), workload.Place{File: name, Line: 1}, true
	section := ""
	at := d.Place
	for _, l := range logicalLines(string(text)) {
		if line := strings.TrimSpace(l.text); strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		m := quadletLine.FindStringSubmatch(strings.ReplaceAll(l.text, "\\\n", " "))
		if m == nil || section != "[Container]" {
			continue
		}
		d.Place.Line = l.number
		d.assign(m[1], m[2])
		if m[1] == "Image" {
			at = d.Place
		}
	}
	d.Place = at
	r.deployChecked(d)
}

// assign reads a key of a container unit.
func (d *run) assign(key, text string) {
	switch {
	case key == "Image":
		if ext := path.Ext(text); ext != ".build" && ext != ".image" { // other units
			d.image = text
		}
	case key == "Exec" || key == "PodmanArgs":
		parsed, err := shell.Parse("podman "+text, func(string) (string, bool) { return "", false })
		if err != nil || len(parsed.Calls) != 1 {
			d.gap("its " + key + " is not known")
			return
		}
		if key == "Exec" {
			d.command(parsed.Calls[0].Args)
			return
		}
		options, _ := split(parsed.Calls[0].Args, runSwitches, false)
		for _, o := range options {
			d.option(o)
		}
	case quadletOptions[key] != "":
		text = strings.Trim(text, `"`)
		d.option(option{name: quadletOptions[key], value: literal(text), raw: text})
	}
}
