package workload

import (
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds what runs in a container beside the image's own command: the command of
// a deployment, the health check.

// StartsOtherwise reports whether the deployment starts something other than the image's
// own command.
func (d Deployment) StartsOtherwise(run *stage.Evaluation) bool {
	return d.Entrypoint != nil || d.Command != nil || d.Moves(run.Final.Workdir.Text)
}

// Started returns the stage as the deployment starts it: with its entrypoint, command
// and working directory instead of the image's. An entrypoint removes the image's CMD
// (Compose specification, "entrypoint"; docker run --entrypoint).
func (d Deployment) Started(run *stage.Evaluation) *stage.Evaluation {
	as := *run
	if d.Entrypoint != nil {
		as.Final.Entrypoint, as.Final.Cmd = commandOf(d.Entrypoint), nil
	}
	if d.Command != nil {
		as.Final.Cmd = commandOf(d.Command)
	}
	if path.IsAbs(d.WorkingDir) {
		as.Final.Workdir = stage.Value{Text: path.Clean(d.WorkingDir), Known: true}
	}
	return &as
}

// commandOf returns a command in exec form, nil for an empty one.
func commandOf(argv []string) *stage.Command {
	if len(argv) == 0 {
		return nil
	}
	return &stage.Command{Argv: argv}
}

// HealthCommand returns the words of the HEALTHCHECK that counts, the last one, and its
// instruction; nil where there is none.
func HealthCommand(run *stage.Evaluation) ([]string, *dockerfile.Instruction) {
	for _, s := range slices.Backward(run.Steps) {
		check, ok := s.In.Cmd.(*instructions.HealthCheckCommand)
		if !ok {
			continue
		}
		switch test := check.Health.Test; {
		case len(test) > 1 && test[0] == "CMD":
			return test[1:], s.In
		case len(test) > 1 && test[0] == "CMD-SHELL":
			return append(slices.Clone(run.Final.Shell), test[1]), s.In
		}
		return nil, nil
	}
	return nil, nil
}

// maxOtherStarts bounds the deployments whose commands are followed.
const maxOtherStarts = 100

// otherStarts returns the container as deployments start it otherwise, those of an image
// that may be this one included, and with its health check in place of the start. A
// deployment with a user of its own does not depend on the image's.
func (w *Workload) otherStarts() []*Workload {
	return w.startsOf(slices.DeleteFunc(slices.Concat(w.in.Deployments, w.in.Perhaps), func(d Deployment) bool { return d.User != "" }))
}

// allStarts returns the container as it starts by itself and as deployments start it otherwise,
// whoever their user is: for what does not depend on that. A file that states the user in one run
// is read with it in the next.
func (w *Workload) allStarts() []*Workload {
	return append([]*Workload{w}, w.startsOf(slices.Concat(w.in.Deployments, w.in.Perhaps))...)
}

// startsOf is otherStarts for these deployments.
func (w *Workload) startsOf(deployments []Deployment) (list []*Workload) {
	for _, d := range deployments {
		if d.StartsOtherwise(w.in.Run) && len(list) < maxOtherStarts {
			list = append(list, w.startedBy(d, d.Place))
		}
	}
	if argv, in := HealthCommand(w.in.Run); argv != nil {
		list = append(list, w.startedBy(Deployment{Entrypoint: argv}, Place{File: w.in.Run.Node.Graph().File.Name(), Line: in.Line}))
	}
	return list
}

// startedBy returns the container as a deployment starts it.
func (w *Workload) startedBy(d Deployment, place Place) *Workload {
	in := w.in
	in.Run = d.Started(w.in.Run)
	return &Workload{in: in, packages: map[string]packageAnswer{}, place: place}
}
