package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// OverwrittenBy returns the later copy that brings again all that the i-th of the steps
// that are the image's alone copies, with the owner of that copy: package.json before an
// installation, by COPY . . after it. nil for none. Only files count, into a directory that
// WORKDIR made: of a directory that the first copy makes, the second may keep the owner.
func OverwrittenBy(p *imagebuild.Pass, run *stage.Evaluation, i int) *dockerfile.Instruction {
	steps := run.Exclusive()
	first, ok := steps[i].Before.Copy(steps[i].In)
	workdir := steps[i].Before.Workdir
	if !ok || first.ADD || first.From != "" || p.Context == nil || !workdir.Known || workdir.In == nil || len(first.Sources) == 0 {
		return nil
	}
	to := func(src string) string { return path.Join(first.Dest, path.Base(src)) }
	switch {
	case first.Dest == workdir.Text:
	case !first.Dir && len(first.Sources) == 1 && path.Dir(first.Dest) == workdir.Text:
		to = func(string) string { return first.Dest }
	default:
		return nil
	}
	for _, s := range steps[i+1:] {
		later, ok := s.Before.Copy(s.In)
		if !ok || later.ADD || later.From != "" || later.Link || !later.Dir && later.Dest != s.Before.Workdir.Text {
			continue
		}
		if !slices.ContainsFunc(first.Sources, func(src string) bool { return !brings(p, later, src, to(src)) }) {
			return s.In
		}
	}
	return nil
}

// IsGivenLater reports whether a later copy brings again all that the i-th of the steps that
// are the image's alone copies, as the user's: it is, or gets its --chown in this pass.
func IsGivenLater(p *imagebuild.Pass, run *stage.Evaluation, i int, id users.Identity, given map[*dockerfile.Instruction]document.Edit) bool {
	by := OverwrittenBy(p, run, i)
	if by == nil {
		return false
	}
	_, now := given[by]
	return now || slices.ContainsFunc(run.Exclusive(), func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return s.In == by && ok && c.Chown != "" && ownedBy(s.Before, c, id)
	})
}

// brings reports whether a copy of directories brings a file of the build context, or those
// that a pattern matches, to a path.
func brings(p *imagebuild.Pass, c stage.Copy, src, to string) bool {
	if src == "" || !isFile(p, src) {
		return false
	}
	return slices.ContainsFunc(c.Sources, func(dir string) bool {
		rest, ok := below(workload.ContextPath(src), workload.ContextPath(dir))
		return dir != "" && ok && path.Join(c.Dest, rest) == to
	})
}

// below returns the path of a file from a directory, both of the build context.
func below(file, dir string) (rest string, ok bool) {
	if dir == "." || dir == "" {
		return file, true
	}
	return strings.CutPrefix(file, dir+"/")
}

// isFile reports whether a source of a copy is a file of the build context, or a pattern in
// the last part that only files match.
func isFile(p *imagebuild.Pass, src string) bool {
	src = workload.ContextPath(src)
	names := []string{src}
	if strings.ContainsAny(src, "*?[") {
		if strings.ContainsAny(path.Dir(src), "*?[") {
			return false
		}
		var err error
		if names, err = p.Files().Glob(src); err != nil {
			return false
		}
	}
	for _, name := range names {
		if info, err := p.Files().Stat(name); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return len(names) > 0
}
