package repository

import (
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	// composeSwitches are the options of docker compose that take no value and come
	// before its command, composeRunSwitches those of its run (docker documentation,
	// "docker compose", "docker compose run").
	composeSwitches    = words("--all-resources --compatibility --dry-run --verbose")
	composeRunSwitches = words("--build -d --detach -i --interactive --no-deps -q --quiet --quiet-build --quiet-pull --remove-orphans --rm -P --service-ports --use-aliases -T --no-TTY -t --tty")
)

// compose reads docker compose run: a service with another command, and with more
// mounts.
func (c command) compose(args []shell.Word) {
	options, rest := split(args, composeSwitches, true)
	c.composeFiles(options)
	if len(rest) > 0 && rest[0].Known && rest[0].Text == "exec" {
		c.exec("docker compose exec", rest[1:], composeExecSwitches)
		return
	}
	if len(rest) > 0 && rest[0].Known && rest[0].Text == "kill" {
		c.composeKill(rest[1:])
		return
	}
	if len(rest) > 0 && rest[0].Known && rest[0].Text == "cp" {
		c.copyInto("docker compose cp", rest[1:])
		return
	}
	if len(rest) == 0 || !rest[0].Known || rest[0].Text != "run" {
		return
	}
	options, rest = split(rest[1:], composeRunSwitches, true)
	if len(rest) == 0 || !rest[0].Known {
		return
	}
	d := run{dir: c.own, service: rest[0].Text}
	d.Name, d.Place = "docker compose run", c.place
	for _, o := range options {
		d.option(o)
	}
	d.command(rest[1:])
	c.reader.deploy(d)
}

// ofService returns the deployments that run a service in another way, each with its
// build: those of the projects in their own directory, or else of all.
func (d run) ofService(builds []build) (list []build) {
	for _, near := range []bool{true, false} {
		for _, b := range builds {
			if b.service == d.service && (!near || path.Dir(b.Place.File) == d.dir) {
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

// overAll returns the deployment of a service as this command line changes it. The first of
// its deployments is what starts it.
func (d run) overAll(service []workload.Deployment) []workload.Deployment {
	if len(service) == 0 {
		return []workload.Deployment{d.Deployment}
	}
	return []workload.Deployment{d.over(service[0])}
}

// over returns a deployment as this command line changes it.
func (d run) over(o workload.Deployment) workload.Deployment {
	o.Name, o.Place, o.StartPlace, o.Inside, o.Signal, o.Job = d.Name, d.Place, d.StartPlace, d.Inside, d.Signal, d.Job
	if d.Command != nil {
		o.Command = d.Command
	}
	if d.Entrypoint != nil {
		o.Entrypoint = d.Entrypoint
	}
	if d.User != "" {
		o.User = d.User
	}
	if d.WorkingDir != "" {
		o.WorkingDir = d.WorkingDir
	}
	o.Mounts = append(slices.Clip(o.Mounts), d.Mounts...)
	o.Env = append(slices.Clip(o.Env), d.Env...)
	o.EnvFiles = append(slices.Clip(o.EnvFiles), d.EnvFiles...)
	if d.CapAdd != nil {
		o.CapAdd, o.Rights = append(slices.Clip(o.CapAdd), d.CapAdd...), d.Rights
	}
	o.CapDrop = append(slices.Clip(o.CapDrop), d.CapDrop...)
	o.Gaps = append(slices.Clip(o.Gaps), d.Gaps...)
	return o
}
