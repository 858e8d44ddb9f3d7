package users

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds the places of nonroot-user's lines, and of findings about a stage.

// asRoot are the instructions that run as the current user, or whose result
// belongs to it: USER must not change before the last of them.
var asRoot = []string{"RUN", "COPY", "ADD", "WORKDIR", "VOLUME"}

// tail are the instructions that say how the container starts; USER goes before them.
var tail = []string{"EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD", "STOPSIGNAL"}

// Place is where USER goes: exactly one field is set.
type Place struct{ Replace, Before, After *dockerfile.Instruction }

// BeforeWorkdir returns the WORKDIR of the target stage before which USER can be if
// the image has nothing to run chown with: BuildKit makes the directory as the current
// user's. nil if anything after it needs root.
func BeforeWorkdir(run *stage.Evaluation) *dockerfile.Instruction {
	var found *dockerfile.Instruction
	for _, s := range run.Own() {
		switch s.In.Name() {
		case "WORKDIR":
			if found == nil {
				found = s.In
			}
		case "RUN", "USER", "VOLUME":
			return nil
		}
	}
	return found
}

// PlaceUser returns where USER goes in a stage: after all that needs root.
func PlaceUser(run *stage.Evaluation) Place {
	if !steps.CanRun(run.Final) && !steps.MadeByCopy(run, run.Final.Workdir.Text) {
		if in := BeforeWorkdir(run); in != nil {
			return Place{Before: in}
		}
	}
	own := run.Own()
	last, user := -1, -1
	for i, s := range own {
		if slices.Contains(asRoot, s.In.Name()) {
			last = i
		}
		if s.In.Name() == "USER" {
			user = i
		}
	}
	if user > last {
		return Place{Replace: own[user].In}
	}
	for _, s := range own[last+1:] {
		if slices.Contains(tail, s.In.Name()) {
			return Place{Before: s.In}
		}
	}
	return Place{After: run.Node.Stage.Last()}
}
