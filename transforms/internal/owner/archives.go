package owner

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file looks into the archives of the build context that the image has unpacked: root
// keeps their modes.

// PrivateEntry tells of a file or directory in one of them that the user can't use, or of an
// archive that can't be looked through; "" for none.
func PrivateEntry(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	if p.Context == nil {
		return ""
	}
	first := len(run.Steps) - len(run.Exclusive())
	for i, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && c.ADD && c.From == "" {
			if c.Chown != "" && ownedBy(s.Before, c, id) || !c.Owned && GivesFiles(p) && i >= first && IsApplications(run, id, c.Dest) {
				continue // all that is unpacked is the user's
			}
			for _, name := range archivesOf(p, c) {
				if doubt := privateIn(p, run, i, id, name, c.Dest); doubt != "" {
					return doubt
				}
			}
		}
		for _, u := range unpacked(p, run, s) {
			if doubt := privateIn(p, run, i, id, u.name, u.dest); doubt != "" {
				return doubt
			}
		}
	}
	return ""
}

// archivesOf returns the sources of an ADD that may be archives.
func archivesOf(p *imagebuild.Pass, c stage.Copy) (names []string) {
	for _, src := range c.Sources {
		list := []string{workload.ContextPath(src)}
		if strings.ContainsAny(src, "*?[") {
			list, _ = p.Files().Glob(list[0])
		}
		for _, name := range list {
			if is, err := p.Files().IsArchive(name); src != "" && err == nil && is {
				names = append(names, name)
			}
		}
	}
	return names
}

// unpacking is an archive of the build context that a RUN unpacks, and where.
type unpacking struct{ name, dest string }

// unpacked returns those of a RUN of root's.
func unpacked(p *imagebuild.Pass, run *stage.Evaluation, step stage.Step) (list []unpacking) {
	steps.Calls([]stage.Step{step}, func(s stage.Step, c shell.Call) {
		dir, ok := c.In(s.Before.Workdir.Text)
		archive, to := archiveOf(c)
		file, known := archive.In(dir)
		if !ok || !known || !stage.IsRoot(s.Before.User.Text) {
			return
		}
		if to.Text != "" {
			dir, _ = to.In(dir)
		}
		if name := run.Origin(path.Clean(file), p.Context).Name; name != "" && path.IsAbs(file) {
			list = append(list, unpacking{name, dir})
		}
	})
	return list
}

// archiveOf returns the archive that a call unpacks and the directory for it, "" for the
// one that it is called in.
func archiveOf(c shell.Call) (archive, dir shell.Word) {
	switch c.Name {
	case "tar", "bsdtar":
		values, operands := c.Options(func(o string) bool { return o == "-f" || o == "--file" || o == "-C" || o == "--directory" })
		archive = values["-f"]
		if archive.Text == "" {
			archive = values["--file"]
		}
		if archive.Text == "" && len(operands) > 1 && bundled.MatchString(operands[0].Text) {
			archive = operands[1] // tar xzf FILE
		}
		if dir = values["-C"]; dir.Text == "" {
			dir = values["--directory"]
		}
		_, short := values["-x"]
		if !short && !c.Has("--extract", "--get") && !(len(operands) > 0 && bundled.MatchString(operands[0].Text)) || c.Has("--no-same-permissions") {
			return shell.Word{}, shell.Word{}
		}
	case "unzip":
		values, operands := c.Options(func(o string) bool { return o == "-d" || o == "-x" })
		if len(operands) > 0 {
			archive = operands[0]
		}
		dir = values["-d"]
	}
	return archive, dir
}

// bundled matches options of tar without a hyphen that end in the one for its file.
var bundled = lazyregexp.New(`^[a-zA-Z]*x[a-zA-Z]*f$|^[a-zA-Z]*xf[a-zA-Z]*$`)

// privateIn tells of an entry of an archive that the user can't use where the i-th step
// unpacks it.
func privateIn(p *imagebuild.Pass, run *stage.Evaluation, i int, id users.Identity, name, dest string) string {
	line := run.Steps[i].In.Line
	if givenBehind(run, i, id, dest, true) {
		return ""
	}
	entries, err := p.Files().PrivateEntries(name)
	for _, e := range entries {
		if file := path.Join(dest, e.Name); !e.UsableBy(id.UID, id.GID) && !givenBehind(run, i, id, file, true) && !openedBehind(run, i, file) {
			return fmt.Sprintf("line %d unpacks %s, in which %s has the mode %#o, for its owner alone: chmod -R a+rX after it lets others use it", line, name, e.Name, e.Mode)
		}
	}
	if err != nil {
		return fmt.Sprintf("line %d unpacks %s, and who can use what is in it is not known: %v", line, name, err)
	}
	return ""
}

// openedBehind reports whether the i-th step, or one after it, lets everyone use a file, and
// all below a directory: chmod -R a+rX.
func openedBehind(run *stage.Evaluation, i int, file string) (found bool) {
	steps.Calls(run.Steps[i:], func(s stage.Step, c shell.Call) {
		_, operands := c.Options(func(o string) bool { return o == "--reference" })
		in, ok := c.In(s.Before.Workdir.Text)
		if c.Name != "chmod" || !c.Certain || !ok || len(operands) < 2 || !c.Has("-R", "--recursive") || !opens(operands[0].Text) {
			return
		}
		found = found || slices.ContainsFunc(operands[1:], func(w shell.Word) bool {
			target, known := w.In(in)
			return known && workload.Within(file, path.Clean(target))
		})
	})
	return found
}

// opens reports whether a mode lets everyone read files and enter directories: 755, a+rX.
func opens(mode string) bool {
	if n, err := strconv.ParseUint(mode, 8, 32); err == nil {
		return n&0o005 == 0o005
	}
	return opensAll.MatchString(mode)
}

var opensAll = lazyregexp.New(`(^|,)(a|[ug]*o[ug]*)?[+=]w?(rw?[xX]|[xX]r)`)
