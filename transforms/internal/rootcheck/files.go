package rootcheck

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds files of the image that only root can use, and that the
// application is likely to need.

// modes finds files that only root can read or run: a private key, an
// entrypoint with mode 0744. What COPY brings into the application's own
// directory is the user's, and may have any mode.
func (x *examiner) modes() (list []blockers.Blocker) {
	for _, s := range x.run.Steps {
		mode := ""
		for _, w := range s.In.Flags {
			if m, ok := strings.CutPrefix(w.Text, "--chmod="); ok {
				mode, _ = s.Before.Expand(m)
			}
		}
		c, ok := s.Before.Copy(s.In)
		if restrictive(mode) && !(ok && owner.GivesOf(x.pass, x.run, c.Dest)) {
			list = append(list, blockers.Files(s.In.Line, "line %d copies files that only root can use (--chmod=%s)", s.In.Line, mode))
		}
	}
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if how := x.private(s, c); how != "" && stage.IsRoot(s.Before.User.Text) {
			list = append(list, blockers.Files(s.In.Line, "line %d makes files that only root can use (%s)", s.In.Line, how))
		}
	})
	return list
}

// private returns the command, with its mode, if it makes or leaves files that only root can
// use; "" if not.
func (x *examiner) private(s stage.Step, c shell.Call) string {
	switch {
	case c.Name == "umask" && len(c.Args) > 0 && strings.HasSuffix(c.Args[0].Text, "7"):
		return "umask " + c.Args[0].Text
	case c.Name == "chmod" && x.takesAway(s, c):
		_, operands := c.Options(func(o string) bool { return o == "--reference" })
		return "chmod " + operands[0].Text
	case c.Name == "install" || c.Name == "mkdir":
		return x.madePrivate(s, c)
	case c.Name == "mv" || c.Name == "cp":
		return x.movesTemporary(s, c)
	}
	return ""
}

// takesAway reports whether a chmod prevents others from using a file that will
// not be the user's.
func (x *examiner) takesAway(s stage.Step, c shell.Call) bool {
	_, operands := c.Options(func(o string) bool { return o == "--reference" })
	if len(operands) < 2 || temporary(operands[1:]) {
		return false
	}
	forOwner := ownersRight.MatchString(operands[0].Text)
	if !forOwner && !restrictive(operands[0].Text) {
		return false
	}
	for _, w := range operands[1:] {
		file := w.Text
		if !path.IsAbs(file) {
			file = path.Join(s.Before.Workdir.Text, file)
		}
		origin := x.run.Origin(file, x.pass.Context)
		switch {
		case forOwner && (x.isForAll(origin.Name) || x.isDirectory(path.Clean(file)) && !c.Has("-R", "--recursive")):
		case !w.Known || !owner.GivesOf(x.pass, x.run, file) || !origin.Copied:
			return true
		}
	}
	return false
}

// ownersRight matches a mode that gives the right to run only to the owner.
var ownersRight = lazyregexp.New(`^[ug]+\+[rwX]*x[rwX]*$`)

// isForAll reports whether everyone may run a file of the build context with its
// present mode.
func (x *examiner) isForAll(name string) bool {
	if name == "" || x.pass.Context == nil {
		return false
	}
	info, err := x.pass.Files().Stat(name)
	return err == nil && info.Mode()&0o001 != 0
}

// isDirectory reports whether the file makes a directory, which everyone may enter then:
// by WORKDIR, or by mkdir.
func (x *examiner) isDirectory(file string) bool {
	found := slices.ContainsFunc(x.run.Steps, func(s stage.Step) bool {
		return s.In.Name() == "WORKDIR" && s.Before.After(s.In).Workdir.Text == file
	})
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		dir, ok := c.In(s.Before.Workdir.Text)
		found = found || ok && c.Name == "mkdir" && !c.Has("-m", "--mode") && slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			made, known := w.In(dir)
			return known && path.Clean(made) == file
		})
	})
	return found
}

// restrictive reports whether a mode gives the owner more than others need:
// 600, 0750, 744, go-rwx, o=.
func restrictive(mode string) bool {
	if n, err := strconv.ParseUint(mode, 8, 32); err == nil {
		return n&0o004 == 0 || n&0o100 != 0 && n&0o001 == 0
	}
	return takesRight.MatchString(mode)
}

// takesRight matches symbolic modes that remove the right to read or to run from
// others.
var takesRight = lazyregexp.New(`(^|,)[ug]*[oa]+[ug]*(-[wrx]*[rx]|=[wx]*(,|$))|(^|,)-[wrx]*[rx]`)

// downloads returns the files that ADD downloads: they have mode 0600 (Docker documentation,
// "ADD").
func (x *examiner) downloads() (list []blockers.Blocker) {
	for i, s := range x.run.Steps {
		c, ok := s.Before.Copy(s.In)
		if !ok || !c.ADD || strings.Contains(s.In.Logical, "--chmod=") || owner.GivesOf(x.pass, x.run, c.Dest) {
			continue
		}
		for _, src := range c.Sources {
			if !strings.HasPrefix(src, "http://") && !strings.HasPrefix(src, "https://") || strings.HasSuffix(src, ".git") {
				continue
			}
			opened := false
			steps.Calls(x.run.Steps[i:], func(_ stage.Step, call shell.Call) {
				if (call.Name == "chmod" && call.Has("+x", "a+x", "+rx", "a+rx", "755", "0755", "775", "777", "555", "644", "+r", "a+r") ||
					slices.Contains([]string{"tar", "unzip", "rm", "mv", "dpkg", "gunzip"}, call.Name)) && strings.Contains(strings.Join(rawWords(call), " "), c.Dest) {
					opened = true
				}
			})
			if !opened {
				list = append(list, blockers.Files(s.In.Line, "line %d adds a download, which only root can read", s.In.Line))
			}
		}
	}
	return list
}

func rawWords(c shell.Call) (list []string) {
	for _, a := range c.Args {
		list = append(list, a.Raw)
	}
	return list
}

func temporary(files []shell.Word) bool {
	return !slices.ContainsFunc(files, func(w shell.Word) bool { return !workload.Within(path.Clean(w.Text), "/tmp") })
}

// plugAndPlay returns the reason of Yarn without node_modules: it runs its packages
// from the cache in the home of the user that installed them (yarnpkg.com,
// "enableGlobalCache").
func (x *examiner) plugAndPlay() string {
	text, err := x.read(".yarnrc.yml")
	if err != nil || !x.runs("yarn") || strings.Contains(text, "node-modules") || strings.Contains(text, "enableGlobalCache: false") {
		return ""
	}
	return "Yarn's Plug'n'Play runs the packages from a cache in root's home"
}

func (x *examiner) runs(program string) bool {
	found := false
	steps.Calls(x.run.Steps, func(_ stage.Step, c shell.Call) { found = found || c.Name == program })
	return found
}
