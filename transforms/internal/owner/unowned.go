package owner

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds the copies that chown-copy will not give to the user.

// Unowned tells of those that the application may need.
func Unowned(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []string) {
	id = users.Spelled(id, run.Final)
	g := NewGiver(p, run, id)
	given, _ := trees(p, run, id, nil)
	for i, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok {
			if why := unowned(p, run, id, g, given, i, c); why != "" {
				list = append(list, why)
			}
		}
	}
	return list
}

// unowned tells why the i-th step, a copy, is one, "" for others.
func unowned(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, g Giver, given []string, i int, c stage.Copy) string {
	s, first := run.Steps[i], len(run.Steps)-len(run.Exclusive())
	line := s.In.Line
	if mode := readOnly(s, c); mode != "" && GivesFiles(p) && IsApplications(run, id, c.Dest) && bringsDirectory(c) {
		return fmt.Sprintf("line %d copies without the right to write for its owner (--chmod=%s), which root does not need", line, mode)
	}
	if c.Chown != "" && ownedBy(s.Before, c, id) || isBelow(c.Dest, given) {
		return ""
	}
	if !c.Owned && GivesFiles(p) && IsApplications(run, id, c.Dest) {
		if i < first && bringsDirectory(c) {
			return fmt.Sprintf("what line %d copies, in a stage that this one is built from, stays owned by root", line)
		}
		if i >= first {
			if _, err := g.Give(i-first, c); err != nil && OverwrittenBy(p, run, i-first) == nil && !ChownedLater(p, run, i-first, id) {
				return fmt.Sprintf("what line %d copies stays owned by root: %v", line, err)
			}
			return ""
		}
	}
	if below := bringsWorkdir(p, run, c); below != "" && GivesFiles(p) && !givenBehind(run, i, id, run.Final.Workdir.Text, true) {
		return fmt.Sprintf("line %d brings folders into %s, which stay owned by root", line, below)
	}
	if what := unreadable(p, c); what != "" {
		return fmt.Sprintf("line %d copies %s", line, what)
	}
	return ""
}

// readOnly returns the mode of a copy, if it denies its owner writing; "" for none.
func readOnly(s stage.Step, c stage.Copy) string {
	for _, w := range c.In.Flags {
		if m, ok := strings.CutPrefix(w.Text, "--chmod="); ok {
			if mode, known := s.Before.Expand(m); known && deniesOwner(mode) {
				return mode
			}
		}
	}
	return ""
}

// deniesOwner reports whether a mode denies the owner of a file writing: 0555,
// a-w, u=rx.
func deniesOwner(mode string) bool {
	if n, err := strconv.ParseUint(mode, 8, 32); err == nil {
		return n&0o200 == 0
	}
	return takesWrite.MatchString(mode)
}

var takesWrite = lazyregexp.New(`(^|,)([ugo]*[ua][ugoa]*|)(-[rxX]*w|=[rxX]*(,|$))`)

// MadeReadOnly returns a RUN that removes the owner's right to write from the
// application's files, "" if there is none.
func MadeReadOnly(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (found string) {
	if !GivesFiles(p) {
		return ""
	}
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		_, operands := c.Options(func(o string) bool { return o == "--reference" })
		if c.Name != "chmod" || !c.Has("-R", "--recursive") || len(operands) < 2 || !deniesOwner(operands[0].Text) {
			return
		}
		for _, w := range operands[1:] {
			dir, ok := c.Dir.In(s.Before.Workdir.Text)
			file, known := w.In(dir)
			if ok && known && IsApplications(run, id, file) {
				found = fmt.Sprintf("line %d takes the right to write from the owner of %s (chmod %s), which root does not need", s.In.Line, file, operands[0].Text)
			}
		}
	})
	return found
}

// bringsDirectory reports whether a copy may bring more than single files.
func bringsDirectory(c stage.Copy) bool {
	return slices.ContainsFunc(c.Sources, func(src string) bool {
		return path.Ext(path.Clean("/"+src)) == "" && !strings.ContainsAny(src, "*?[")
	})
}

// bringsWorkdir names the working directory where a copy to a directory of the
// system above it brings folders into it, "" where it does not.
func bringsWorkdir(p *imagebuild.Pass, run *stage.Evaluation, c stage.Copy) string {
	dir := run.Final.Workdir.Text
	if c.Owned || c.From != "" || p.Context == nil || dir == "/" || c.Dest == dir || !workload.Within(dir, c.Dest) {
		return ""
	}
	for _, src := range c.Sources {
		if strings.ContainsAny(src, "*?[") {
			continue
		}
		from := path.Join(strings.TrimPrefix(path.Clean("/"+src), "/"), strings.TrimPrefix(strings.TrimPrefix(dir, c.Dest), "/"))
		entries, err := p.Files().ReadDir(cmp.Or(from, "."))
		if err == nil && slices.ContainsFunc(entries, fs.DirEntry.IsDir) {
			return dir
		}
	}
	return ""
}

// unreadable says which file of the build context the copy brings that others may not
// read or, as its owner may, run: COPY keeps the mode. "" when there is none.
func unreadable(p *imagebuild.Pass, c stage.Copy) string {
	if p.Context == nil || c.From != "" {
		return ""
	}
	for _, src := range c.Sources {
		src = workload.ContextPath(src)
		names := []string{src}
		if strings.ContainsAny(src, "*?[") {
			var err error
			if names, err = p.Files().Glob(src); err != nil && !errors.Is(err, path.ErrBadPattern) { // which matches nothing
				return fmt.Sprintf("%s, and which files these are is not known: %v", src, err)
			}
		}
		for _, name := range names {
			if file, found := p.Files().Private(name); found {
				return file.Place.File + ", which others than its owner can't use"
			}
		}
	}
	return ""
}

// InRootDirectory tells why an application whose files lie in a directory of the system may
// miss the right to write beside them, nothing when it doesn't or when they lie elsewhere.
func InRootDirectory(p *imagebuild.Pass, run *stage.Evaluation) []blockers.Blocker {
	dir := run.Final.Workdir
	ofSystem := dir.Text != "/" && !paths.IsOwnable(dir.Text)
	if !ofSystem && (dir.Text != "/" || run.Final.Base.Distro.FamilyOf() == baseimage.Scratch) {
		return nil
	}
	file, unread := sources.FirstFile(append(slices.Clone(p.NodeProcess().Writing()), p.Workload(run).Sources().Unplaced...)), sources.Unread(p)
	text := ""
	switch program := installedProgram(p, run); {
	case program != "":
		text = fmt.Sprintf("whether %s writes files in %s is not known", program, dir.Text)
	case file != "":
		text = fmt.Sprintf("%s may write files in %s", file, dir.Text)
	case unread != "":
		text = fmt.Sprintf("whether it writes files in %s can't be seen: %s", dir.Text, unread)
	default:
		return nil
	}
	return []blockers.Blocker{{Text: text, Path: dir.Text}}
}

// installedProgram is a program of a package that a RUN installs for all and that the
// start calls, "" for none.
func installedProgram(p *imagebuild.Pass, run *stage.Evaluation) (found string) {
	load := p.Workload(run)
	if start := load.Start(); start != nil {
		start.All(func(c *workload.Command) bool {
			if c.Name != "" && !workload.IsManager(c.Name) && load.IsInstalled(c.Name) {
				found = c.Name
			}
			return found == ""
		})
	}
	return found
}
