package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

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
		out.Args = append(out.Args, Arg{name, v, known, g.isVariable(name)})
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

// isVariable reports whether a build argument is made of a variable of the environment, or is
// one.
func (g *gathering) isVariable(name string) (is bool) {
	for _, at := range g.layers.visible("build") {
		_, args := at.value.Get("args")
		for key, value := range effective(args) {
			if key.Resolve().Value == name {
				is = value.IsNull() || hasVariable(value.Resolve().Value)
			}
		}
		for item := range args.Items() {
			if own, value, set := strings.Cut(item.Resolve().Value, "="); own == name {
				is = !set || hasVariable(value)
			}
		}
	}
	return is
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
