package steps

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Original is the span of the first of the instructions, nil for none, that was in
// the file before this run; without one, of the last FROM of the chain that was.
// What is said of inserted lines is not printed.
func Original(p *imagebuild.Pass, run *stage.Evaluation, list ...*dockerfile.Instruction) document.Span {
	for _, n := range slices.Backward(run.Node.Chain()) {
		list = append(list, n.Stage.From)
	}
	for _, in := range list {
		if in != nil && !p.Inserted(in.Start) {
			return in.Span
		}
	}
	return run.Node.Stage.From.Span
}

// Place is an instruction and the state after it.
type Place struct {
	In    *dockerfile.Instruction
	State stage.State
}

// AfterFrom returns where a RUN is cached longest: directly after the FROM of the target
// stage. It is false if nothing can be run as root there.
func AfterFrom(run *stage.Evaluation) (Place, bool) {
	place := Place{run.Node.Stage.From, run.Final}
	if own := run.Own(); len(own) > 0 {
		place.State = own[0].Before
	}
	return place, RunsAsRoot(run, place)
}

// RunsAsRoot reports whether a RUN at the place would be root's, in an image that has
// what it needs.
func RunsAsRoot(run *stage.Evaluation, at Place) bool {
	return at.State.User.Known && stage.IsRoot(at.State.User.Text) && CanRun(at.State) && !ToolsGone(run, at.In)
}

// StateAt returns the state before an instruction of the chain; the final one if the
// instruction is not in it.
func StateAt(run *stage.Evaluation, in *dockerfile.Instruction) stage.State {
	for _, s := range run.Steps {
		if s.In == in {
			return s.Before
		}
	}
	return run.Final
}

// IsWindows reports whether the stage is known to be for Windows.
func IsWindows(run *stage.Evaluation) bool {
	return run.Final.Base != nil && run.Final.Base.Distro.FamilyOf() == baseimage.Windows
}

// StartSpan is where the stage says what it starts.
func StartSpan(p *imagebuild.Pass, run *stage.Evaluation) document.Span {
	var list []*dockerfile.Instruction
	for _, c := range []*stage.Command{run.Final.Entrypoint, run.Final.Cmd} {
		if c != nil {
			list = append(list, c.In)
		}
	}
	return Original(p, run, list...)
}

// Starts reports whether the stage starts a program: the last one may inherit
// it from its base image, of another it is only known if the file says so.
func Starts(run *stage.Evaluation) bool {
	for _, c := range []*stage.Command{run.Final.Entrypoint, run.Final.Cmd} {
		if c != nil && (c.In != nil || run.Node.IsLast()) {
			return true
		}
	}
	return false
}

// UserSpan is where a finding about the stage's user belongs: the USER that makes it
// root, else the command that starts as root, else the FROM.
func UserSpan(p *imagebuild.Pass, run *stage.Evaluation) document.Span {
	final := run.Final
	list := []*dockerfile.Instruction{final.User.In}
	for _, c := range []*stage.Command{final.Cmd, final.Entrypoint} {
		if c != nil {
			list = append(list, c.In)
		}
	}
	return Original(p, run, list...)
}

// IsImage reports whether an image is certainly made from a stage of Graph.Targets: from
// the last one, or the one that --target names, or one that starts a program itself. run is
// its evaluation; its base may be unknown.
func IsImage(p *imagebuild.Pass, run *stage.Evaluation) bool {
	return run.Node.IsLast() || p.Build.Target != "" || Starts(run)
}
