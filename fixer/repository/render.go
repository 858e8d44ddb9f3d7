package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// render reads render.yaml (Render documentation, "Blueprint YAML Reference"): the services
// that are built from a Dockerfile, with their disks, which belong to root.
func (r *reader) render(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		for _, s := range items(get(doc, "services")) {
			if s = target(s); s != nil && r.spend(name, len(s.Content)) {
				r.renderService(name, s)
			}
		}
	}
}

func (r *reader) renderService(name string, s *yaml.Node) {
	runtime := scalar(get(s, "runtime")).text
	if runtime == "" {
		runtime = scalar(get(s, "env")).text // its former name
	}
	if runtime != "docker" {
		return
	}
	dir, root := literal(path.Dir(name)), scalar(get(s, "rootDir")).text
	if root != "" {
		dir = literal(path.Join(dir.text, root))
	}
	b := build{}
	b.By, b.Place = "service "+scalar(get(s, "name")).text, at(name, s)
	context, file := scalar(get(s, "dockerContext")), scalar(get(s, "dockerfilePath"))
	if context.text == "" {
		context = literal(".")
	}
	b.paths(dir, context, dir, file)
	d := run{}
	d.Name, d.Place = b.By, b.Place
	for _, v := range items(get(s, "envVars")) {
		value := scalar(get(v, "value"))
		value.known = value.known && value.text != ""
		d.variable(scalar(get(v, "key")).text, value)
	}
	if line := scalar(get(s, "dockerCommand")); line.text != "" {
		d.Command = []string{"/bin/sh", "-c", line.text}
	}
	if disk := get(s, "disk"); disk != nil {
		d.mounted(workload.Mount{Target: strings.TrimSpace(scalar(get(disk, "mountPath")).text), Kind: workload.Claim, Source: scalar(get(disk, "name")).text})
		if len(d.Mounts) > 0 {
			d.Mounts[0].Place = at(name, get(disk, "mountPath"))
		}
	}
	b.Deployments = []workload.Deployment{d.Deployment}
	r.add(b)
}
