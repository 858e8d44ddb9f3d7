package repository

import (
	"path"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads the command lines that send a signal to a container (docker documentation,
// "docker container kill", "docker compose kill").

var composeKillSwitches = words("--remove-orphans")

// kill reads what follows docker kill: containers.
func (c command) kill(args []shell.Word) {
	options, rest := split(args, nil, false)
	for _, w := range rest {
		d := c.begins(c.call.Name+" kill", w, nil)
		c.signal(d, options)
	}
}

// composeKill reads what follows docker compose kill: services, or none for all.
func (c command) composeKill(args []shell.Word) {
	options, rest := split(args, composeKillSwitches, false)
	for _, w := range rest {
		d := c.begins("docker compose kill", w, nil)
		c.signal(d, options)
	}
	if len(rest) == 0 {
		d := run{dir: c.own, everyService: true}
		d.Name, d.Place, d.Inside = "docker compose kill", c.place, true
		c.signal(d, options)
	}
}

// signal records what sends a signal other than KILL, the default.
func (c command) signal(d run, options []option) {
	for _, o := range options {
		if (o.name == "-s" || o.name == "--signal") && o.known {
			d.Signal = workload.SignalName(o.text)
		}
	}
	if d.Signal != "" && d.Signal != "KILL" {
		c.reader.deploy(d)
	}
}

// ofEveryService returns the services that a command line without a name means: those of
// the projects in its own directory, or else all.
func (d run) ofEveryService(builds []build) (list []build) {
	for _, near := range []bool{true, false} {
		for _, b := range builds {
			if b.service != "" && (!near || path.Dir(b.Place.File) == d.dir) {
				b.Deployments = d.overAll(b.Deployments)
				list = append(list, b)
			}
		}
		if list != nil {
			break
		}
	}
	return list
}
