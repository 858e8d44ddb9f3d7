package inits

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds the place of a RUN that installs an init.

// place returns the instruction after which a RUN can install one: FROM, where it is
// cached longest, or the last one that configures the package manager. used is the first
// RUN that installs packages, nil for none: what configures the package manager without
// being recognized stands before it.
func (t Source) place(p *imagebuild.Pass, run *stage.Evaluation, used *stage.Step) (*dockerfile.Instruction, error) {
	for _, s := range run.Steps {
		if t.ownNetwork(s) {
			return nil, fmt.Errorf("line %d reaches the packages in a way of its own, which no other RUN has", s.In.Line)
		}
	}
	from := run.Node.Stage.From
	behind := from
	for _, s := range run.Own() {
		early := used == nil || s.In.Index <= used.In.Index
		unread := used != nil && s.In.Index < used.In.Index && s.In.Name() == "RUN"
		if unread || early && configures(p, s) || marksAll(s) {
			behind = s.In
		}
	}
	if used != nil && behind != from && behind.Index < used.In.Index {
		behind = used.In // where it works for certain
	}
	if in := rootBehind(run, behind); in != nil {
		if lists := t.listsBefore(run, in); lists != nil {
			return t.lastRun(run, lists)
		}
		return in, nil
	}
	if behind != from {
		return nil, fmt.Errorf("line %d configures the package manager, and root can install nothing after it", behind.Line)
	}
	if in := behindAbove(p, run); in != nil && t.listsBefore(run, in) == nil {
		return in, nil
	}
	return nil, errors.New("there is no place where root could install one")
}

// lastRun returns the last RUN of the stage, which may need the lists of packages that
// another one has left.
func (t Source) lastRun(run *stage.Evaluation, lists *dockerfile.Instruction) (*dockerfile.Instruction, error) {
	for _, s := range slices.Backward(run.Own()) {
		if s.In.Name() != "RUN" {
			continue
		}
		if steps.RunsAsRoot(run, steps.Place{In: s.In, State: s.Before}) && !steps.RemovesTools(s) {
			return s.In, nil
		}
		break
	}
	return nil, fmt.Errorf("line %d keeps the lists of packages, which a later RUN may need", lists.Line)
}

// marksAll reports whether a RUN calls apt-mark auto, after which packages of others may
// be removed.
func marksAll(s stage.Step) bool {
	found := false
	steps.Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) { found = found || c.Name == "apt-mark" && c.Has("auto") })
	return found
}

// rootBehind returns the instruction itself, or the first one of the stage after it,
// after which a RUN is root's; nil for none.
func rootBehind(run *stage.Evaluation, in *dockerfile.Instruction) *dockerfile.Instruction {
	if from, ok := steps.AfterFrom(run); ok && from.In == in {
		return in
	}
	for _, s := range run.Own() {
		if s.In.Index >= in.Index && steps.RunsAsRoot(run, steps.Place{In: s.In, State: s.Before.After(s.In)}) {
			return s.In
		}
	}
	return nil
}

// behindAbove returns such a place in a stage that this one is built from, and no
// other image: npm-ci-stage leaves one before a USER.
func behindAbove(p *imagebuild.Pass, run *stage.Evaluation) (found *dockerfile.Instruction) {
	if slices.ContainsFunc(run.Steps, steps.RemovesTools) {
		return nil
	}
	var node *stage.Node
	for _, s := range run.Exclusive() {
		if s.Node == run.Node {
			break
		}
		if s.Node != node {
			if node = s.Node; steps.RunsAsRoot(run, steps.Place{In: node.Stage.From, State: s.Before}) {
				found = node.Stage.From
			}
		}
		if configures(p, s) {
			found = nil
			if steps.RunsAsRoot(run, steps.Place{In: s.In, State: s.Before.After(s.In)}) {
				found = s.In
			}
		}
	}
	return found
}

// listsBefore returns the first RUN up to a place that downloads the lists of packages and
// keeps them, where a later one may need them; nil for none. A RUN at that place would
// remove them.
func (t Source) listsBefore(run *stage.Evaluation, place *dockerfile.Instruction) (in *dockerfile.Instruction) {
	if t.manager == "apk" || !slices.ContainsFunc(run.Steps, func(s stage.Step) bool { return s.In.Index > place.Index && s.In.Name() == "RUN" }) {
		return nil
	}
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if in == nil && s.In.Index <= place.Index && t.runs(c) && c.Has("update") && !aptLists.MatchString(steps.Text(s.In)) {
			in = s.In
		}
	})
	return in
}

// insertBehind puts an instruction after another one: into a paragraph of its own, where
// a comment describes that one's.
func insertBehind(f *dockerfile.File, in *dockerfile.Instruction, line string) (document.Edit, error) {
	if in.Comments() != "" && in.Name() != "FROM" && in.Index+1 < len(f.Instructions) {
		switch next := f.Instructions[in.Index+1]; next.Name() {
		case "FROM", "ENTRYPOINT", "CMD": // before which the ENTRYPOINT goes
		default:
			if f.BlankAbove(next) {
				return f.InsertBefore(next, line)
			}
		}
	}
	return f.InsertAfter(in, line)
}
