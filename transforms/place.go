package transforms

import (
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// This file finds the places of nonroot-user's lines, and of what is said of a
// stage.

// ofTheFile is the span of the first of the instructions, nil for none, that was in
// the file before this run; without one, of the last FROM of the chain that was.
// What is said of inserted lines is not printed.
func ofTheFile(p *fixer.Pass, run *chain.Run, list ...*dockerfile.Instruction) dockerfile.Span {
	for _, n := range slices.Backward(run.Node.Chain()) {
		list = append(list, n.Stage.From)
	}
	for _, in := range list {
		if in != nil && !p.Inserted(in) {
			return in.Span
		}
	}
	return run.Node.Stage.From.Span
}

// asRoot are the instructions that run as the current user, or whose result
// belongs to it: USER must not change before the last of them.
var asRoot = []string{"RUN", "COPY", "ADD", "WORKDIR", "VOLUME"}

// tail are the instructions that say how the container starts; USER stands in
// front of them.
var tail = []string{"EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD", "STOPSIGNAL"}

// userPlace is where USER goes: exactly one field is set.
type userPlace struct{ replace, before, after *dockerfile.Instruction }

// beforeWorkdir is the WORKDIR of the target stage in front of which USER can
// stand when the image has nothing to run chown with: BuildKit makes the
// directory as the current user's. nil when anything behind it needs root.
func beforeWorkdir(run *chain.Run) *dockerfile.Instruction {
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

func placeUser(run *chain.Run) userPlace {
	if !canRun(run.Final) && !copied(run, run.Final.Workdir.Text) {
		if in := beforeWorkdir(run); in != nil {
			return userPlace{before: in}
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
		return userPlace{replace: own[user].In}
	}
	for _, s := range own[last+1:] {
		if slices.Contains(tail, s.In.Name()) {
			return userPlace{before: s.In}
		}
	}
	return userPlace{after: run.Node.Stage.Last()}
}

// place is an instruction and what holds behind it.
type place struct {
	in    *dockerfile.Instruction
	state chain.State
}

// behindHead is where a RUN is cached longest: behind the FROM of the target
// stage, with the ARGs, ENVs and LABELs that follow it. It is false where
// nothing can be run as root there.
func behindHead(run *chain.Run) (place, bool) {
	head := place{run.Node.Stage.From, run.Final}
	for _, s := range run.Own() {
		head.state = s.Before
		if !slices.Contains([]string{"ARG", "ENV", "LABEL", "MAINTAINER", "SHELL"}, s.In.Name()) {
			break
		}
		head = place{s.In, s.Before.After(s.In)}
	}
	return head, !toolsGone(run, run.Node.Stage.From) && head.state.User.Known && isRoot(head.state.User.Text) && canRun(head.state)
}

func stateAt(run *chain.Run, in *dockerfile.Instruction) chain.State {
	for _, s := range run.Steps {
		if s.In == in {
			return s.Before
		}
	}
	return run.Final
}
