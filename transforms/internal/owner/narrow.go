package owner

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// narrowing removes the -R from a "RUN chown -R user /app".
type narrowing struct {
	At   document.Span
	Dir  string
	Edit document.Edit
}

// NarrowChown finds the RUNs that are "chown -R user /app" and below whose directory
// everything is the user's already: every file there was copied with --chown. Only the
// directory itself, which WORKDIR made as root, is left. The recursive form stores
// each file in the image a second time.
//
// given are the copies that get their --chown in this pass.
func NarrowChown(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, given map[*dockerfile.Instruction]document.Edit) (list []narrowing) {
	for i, s := range run.Steps {
		ch, ok := loneChown(s)
		if !ok || !ch.Recursive || !ch.Known || !id.Is(ch.User) || len(ch.Targets) != 1 || ch.Targets[0] != run.Final.Workdir.Text {
			continue
		}
		if s.Node != run.Node || !onlyCopied(p, run, i, id, given) {
			continue
		}
		text, ok := withoutRecursive(s.In.Args[0].Text)
		if !ok {
			continue
		}
		if edit, err := s.In.Replace(s.In.Args[0], text); err == nil {
			list = append(list, narrowing{s.In.Span, ch.Targets[0], edit})
		}
	}
	return list
}

// withoutRecursive removes the -R from a chown that begins with it, and keeps
// every other byte.
func withoutRecursive(command string) (string, bool) {
	for _, flag := range []string{"-R ", "--recursive "} {
		if rest, ok := strings.CutPrefix(command, "chown "+flag); ok {
			return "chown " + rest, true
		}
	}
	return "", false
}

// loneChown parses a RUN that is one chown and nothing else, with a separate -R.
func loneChown(s stage.Step) (ch steps.Chown, ok bool) {
	if s.In.Name() != "RUN" || s.In.JSON() || len(s.In.Flags) > 0 || len(s.In.Node.Heredocs) > 0 || !stage.IsRoot(s.Before.User.Text) {
		return ch, false
	}
	script, err := s.Script()
	if err != nil || script == nil || !script.Simple || len(script.Calls) != 1 {
		return ch, false
	}
	return steps.ReadChown(script.Calls[0], s.Before.Workdir.Text)
}

// onlyCopied reports whether everything below the working directory came, up to
// step i, by COPY and ADD with the user as owner.
func onlyCopied(p *imagebuild.Pass, run *stage.Evaluation, i int, id users.Identity, given map[*dockerfile.Instruction]document.Edit) bool {
	dir := run.Final.Workdir.Text
	if c := run.Final.Base.Config; workload.IsSystem(dir) || dir == id.Home || c == nil || workload.Within(c.WorkingDir, dir) {
		return false // the base image may have files there
	}
	first := len(run.Steps) - len(run.Exclusive())
	for k, s := range run.Steps[:i] {
		switch s.In.Name() {
		case "RUN":
			if s.Before.Workdir.Text == dir || !steps.IsInert(s) || strings.Contains(s.In.Logical, dir) {
				return false
			}
		case "WORKDIR":
			if v := s.Before.After(s.In).Workdir; !v.Known || v.Text != dir && workload.Within(v.Text, dir) {
				return false
			}
		case "COPY", "ADD":
			c, ok := s.Before.Copy(s.In)
			_, now := given[s.In]
			if !ok || workload.Within(c.Dest, dir) && !now && !ownedBy(s.Before, c, id) && !(k >= first && IsGivenLater(p, run, k-first, id, given)) {
				return false
			}
			if workload.Within(dir, c.Dest) && c.Dest != dir {
				return false // it may bring files into dir from above
			}
		}
	}
	return true
}

func ownedBy(s stage.State, c stage.Copy, id users.Identity) bool {
	owner, _, _ := strings.Cut(c.Chown, ":")
	owner, ok := s.Expand(owner)
	return ok && id.Is(owner)
}
