package owner

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds directories that a COPY brings from the build context, below what it
// copies: they are there without a mkdir, and have the owner of that COPY.

// isBroughtAsTheUsers reports whether a directory is the user's at the end, whoever made it
// first: a COPY brings it, and nothing later takes it away. Directories that exist below the
// destination of a COPY get its owner, the destination itself keeps its own (BuildKit,
// fsutil/copy; Docker documentation, "COPY --chown"). given tells whether a copy gets its
// --chown in this pass.
func isBroughtAsTheUsers(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, dir string, given func(*dockerfile.Instruction) bool) (is bool) {
	if workload.IsSystem(dir) || dir == id.Home {
		return false
	}
	volume := false
	for _, s := range run.Steps {
		volume = volume || declares(s, dir)
		switch c, isCopy := s.Before.Copy(s.In); {
		case isCopy && workload.Within(dir, c.Dest) && dir != c.Dest:
			// What comes after a VOLUME is lost with the classic builder.
			is = (given(s.In) || c.Chown != "" && ownedBy(s.Before, c, id)) && (is || !volume && bringsKept(p, s, c, dir))
		case s.In.Name() != "RUN":
		case links(s, dir):
			return false
		default:
			is = is && !mayChange(s, id, dir) && !mayTake(s)
		}
	}
	return is
}

// declares reports whether an instruction declares a directory, or one above it, as a volume.
func declares(s stage.Step, dir string) bool {
	return s.In.Name() == "VOLUME" && slices.ContainsFunc(s.Before.After(s.In).Volumes, func(v stage.Value) bool { return !v.Known || workload.Within(dir, v.Text) })
}

// links reports whether a RUN may put a link in the place of a directory.
func links(s stage.Step, dir string) bool {
	script, err := s.Script()
	return err != nil || script == nil || strings.Contains(steps.Text(s.In), path.Base(dir)) && slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "ln" })
}

// mayTake reports whether a RUN may remove directories, or replace them.
func mayTake(s stage.Step) bool {
	script, err := s.Script()
	return err != nil || script == nil || slices.ContainsFunc(script.Calls, mayRemove)
}

// bringsKept reports whether a copy certainly brings a directory below its destination, and
// would in a fresh checkout: the build context has it, and in it a file that git keeps.
func bringsKept(p *imagebuild.Pass, s stage.Step, c stage.Copy, dir string) bool {
	if c.From != "" || c.Link || p.Context == nil || dir == c.Dest || !workload.Within(dir, c.Dest) {
		return false
	}
	if slices.ContainsFunc(s.In.Flags, func(w dockerfile.Word) bool {
		return strings.HasPrefix(w.Text, "--exclude") || strings.HasPrefix(w.Text, "--parents")
	}) {
		return false
	}
	below := strings.TrimPrefix(strings.TrimPrefix(dir, c.Dest), "/")
	return slices.ContainsFunc(c.Sources, func(src string) bool {
		return src != "" && !strings.ContainsAny(src, "*?[:") && isKept(p, path.Join(workload.ContextPath(src), below))
	})
}

// isKept reports whether the build context has a directory, by no link, with a file in it
// that no rule of git's leaves out of a checkout.
func isKept(p *imagebuild.Pass, dir string) bool {
	for at := dir; at != "."; at = path.Dir(at) {
		entries, err := p.Files().ReadDir(path.Dir(at))
		if err != nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == path.Base(at) && e.IsDir() }) {
			return false
		}
	}
	entries, err := p.Files().ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Type().IsRegular() && !mayBeHidden(p, path.Join(dir, e.Name())) })
}

// mayBeHidden reports whether a .gitignore of the build context or, wherever that lies on
// the way to the Dockerfile, of the repository leaves a file of the context out.
func mayBeHidden(p *imagebuild.Pass, name string) bool {
	if discover.NewIgnores(p.Directory).Hide(name) {
		return true
	}
	if p.Repository == nil {
		return false
	}
	ignores := discover.NewIgnores(p.Repository)
	parts := strings.Split(strings.Trim(path.Dir(path.Clean("/"+p.File.Name())), "/"), "/")
	for from := range parts {
		for to := from; to <= len(parts); to++ {
			if ignores.Hide(path.Join(path.Join(parts[from:to]...), name)) {
				return true
			}
		}
	}
	return false
}
