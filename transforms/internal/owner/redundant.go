package owner

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Redundant is a change to a RUN of this run that gives directories to the user: without
// those that a COPY made as the user's.
type Redundant struct {
	At   document.Span
	Edit document.Edit
}

// DropRedundant finds such RUNs. given are the copies that get their --chown in this pass.
func DropRedundant(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, given map[*dockerfile.Instruction]document.Edit) (list []Redundant, err error) {
	isGiven := func(in *dockerfile.Instruction) bool { _, now := given[in]; return now }
	for _, s := range run.Own() {
		if s.In.Name() != "RUN" || !p.Inserted(s.In.Start) {
			continue
		}
		body := s.In.Body()
		text := withoutMade(s, func(dir string) bool {
			return isWorkdir(run, dir) && isMadeAsTheUsers(p, run, id, dir, isGiven) || isBroughtAsTheUsers(p, run, id, dir, isGiven)
		})
		if text == body {
			continue
		}
		edit, err := p.File.Delete(s.In)
		if text != "" {
			edit, err = s.In.ReplaceBody(text)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Redundant{s.In.Span, edit})
	}
	return list, nil
}

// withoutMade returns the command of a RUN that nonroot-user wrote, without the directories
// in its plain chown that are the user's already, and without a mkdir of what no chown is
// left for; "" where nothing is left.
func withoutMade(s stage.Step, isMade func(dir string) bool) string {
	var calls, left []string
	dropped := false
	for text := range strings.SplitSeq(s.In.Body(), " && ") {
		words := strings.Fields(text)
		if len(words) < 3 || words[0] != "chown" {
			calls = append(calls, text)
			continue
		}
		dirs := words[2:]
		if words[1] != "-R" {
			dirs = slices.DeleteFunc(slices.Clone(dirs), isMade)
			dropped = dropped || len(dirs) < len(words)-2
		}
		if left = append(left, dirs...); len(dirs) > 0 {
			calls = append(calls, strings.Join(append(words[:2:2], dirs...), " "))
		}
	}
	if !dropped {
		return s.In.Body()
	}
	if len(calls) == 0 {
		return ""
	}
	return strings.Join(withoutMkdir(calls, left), " && ")
}

// withoutMkdir returns calls without the directories of a first mkdir that are not, and are
// not below, one of those that are left.
func withoutMkdir(calls, left []string) []string {
	made, ok := strings.CutPrefix(calls[0], "mkdir -p ")
	if !ok {
		return calls
	}
	dirs := slices.DeleteFunc(strings.Fields(made), func(dir string) bool {
		return !slices.ContainsFunc(left, func(other string) bool { return workload.Within(dir, other) })
	})
	if len(dirs) == 0 {
		return calls[1:]
	}
	return append([]string{"mkdir -p " + strings.Join(dirs, " ")}, calls[1:]...)
}

// isWorkdir reports whether the file works in a directory.
func isWorkdir(run *stage.Evaluation, dir string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		w := s.Before.After(s.In).Workdir
		return s.In.Name() == "WORKDIR" && w.Known && w.Text == dir
	})
}
