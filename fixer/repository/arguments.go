package repository

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what gives arguments to the ENTRYPOINT of an image without being a
// deployment of it: its other settings are not the image's, or not known.

// givenArguments are arguments and the Dockerfile whose image gets them.
type givenArguments struct {
	dockerfile string
	place      workload.Place
}

// argue gives the arguments of a deployment to the Dockerfiles that its image may be made
// from.
func (a *attribution) argue(l *Links, d run) {
	if d.Entrypoint != nil || d.service != "" || len(d.Command) == 0 && !d.unknownCommand() {
		return
	}
	list, _ := a.mayBe(l.dockerfiles, d)
	for _, file := range list {
		if len(l.arguments[file]) < maxTagged {
			l.arguments[file] = append(l.arguments[file], workload.Argument{Place: d.Place, Perhaps: true})
		}
	}
}

// unknownCommand reports whether the command line has a command that is not known.
func (d run) unknownCommand() bool {
	return slices.ContainsFunc(d.Gaps, func(g workload.Gap) bool { return g.What == workload.UnknownCommand })
}

// action reads the metadata of a GitHub action that is made from a Dockerfile (GitHub
// documentation, "Metadata syntax", runs.args).
func (r *reader) action(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		runs := get(doc, "runs")
		image := scalar(get(runs, "image"))
		if strings.ToLower(scalar(get(runs, "using")).text) != "docker" || !image.known || !discover.IsNamed(path.Base(image.text)) {
			continue
		}
		args := get(runs, "args")
		if file := r.isIn(literal(path.Dir(name)), "", image.text); file != "" && len(items(args)) > 0 && get(runs, "entrypoint") == nil && len(r.arguments) < maxLinks {
			r.arguments = append(r.arguments, givenArguments{file, at(name, args)})
		}
	}
}
