package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
)

// skaffold reads the artifacts of skaffold.yaml that Docker or kaniko makes from a
// Dockerfile (skaffold documentation, "skaffold.yaml"): the context is
// relative to the file, the Dockerfile to the context.
func (r *reader) skaffold(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		r.artifacts(name, get(doc, "build", "artifacts"))
		for _, profile := range items(get(doc, "profiles")) {
			r.artifacts(name, get(profile, "build", "artifacts"))
		}
	}
}

func (r *reader) artifacts(name string, list *yaml.Node) {
	for _, a := range items(list) {
		a = target(a)
		if a == nil || !r.spend(name, len(a.Content)) || otherBuilder(a) {
			continue
		}
		how := get(a, "docker")
		if how == nil {
			how = get(a, "kaniko")
		}
		b := build{}
		image := scalar(get(a, "image"))
		b.By, b.Place = "artifact "+image.text, at(name, a)
		b.tag(image)
		b.target(scalar(get(how, "target")))
		b.network(scalar(get(how, "network")).text, at(name, get(how, "network")))
		for _, p := range pairs(get(how, "buildArgs")) {
			b.arg(p.key, scalar(p.value))
		}
		var platforms []string
		for _, n := range items(get(a, "platforms")) {
			platforms = append(platforms, scalar(n).text)
		}
		b.platforms(literal(strings.Join(platforms[:min(len(platforms), 2)], ",")))
		dir, context := literal(path.Dir(name)), scalar(get(a, "context"))
		if context == literal("") {
			context = literal(".")
		}
		below, why := local(dir, context)
		b.paths(dir, context, value{below, why == ""}, scalar(get(how, "dockerfile")))
		r.add(b)
	}
}

// otherBuilder reports whether an artifact is made without a Dockerfile.
func otherBuilder(artifact *yaml.Node) bool {
	for _, key := range []string{"bazel", "jib", "custom", "buildpacks", "ko"} {
		if get(artifact, key) != nil {
			return true
		}
	}
	return false
}
