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
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds files and directories that a RUN makes for root alone.

// madePrivate returns an install or mkdir with a mode that shuts others out of what stays
// root's. A directory of mkdir for data becomes the user's.
func (x *examiner) madePrivate(s stage.Step, c shell.Call) string {
	values, operands := c.Options(func(o string) bool {
		return slices.Contains([]string{"-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory", "-S"}, o)
	})
	mode := firstText(values["-m"], values["--mode"])
	if mode == "" || !restrictive(mode) || len(operands) == 0 {
		return ""
	}
	if owner := firstText(values["-o"], values["--owner"]); owner != "" && !stage.IsRoot(owner) {
		if x.user == nil {
			x.open = true
		}
		if x.user == nil || x.user.Is(owner) {
			return ""
		}
	}
	made := operands
	if _, dirs := values["-d"]; c.Name == "install" && !dirs {
		made = operands[len(operands)-1:]
		if dir, ok := values["-t"]; ok {
			made = []shell.Word{dir}
		}
	}
	if c.Name == "mkdir" {
		made = slices.DeleteFunc(slices.Clone(made), func(w shell.Word) bool { return paths.IsData(fileIn(s, w)) })
	}
	if len(made) == 0 || x.allOpened(s, made) {
		return ""
	}
	return c.Name + " -m " + mode
}

func firstText(a, b shell.Word) string {
	if a.Text != "" {
		return a.Text
	}
	return b.Text
}

// fromMktemp matches the variable that gets the name of a new file: it has mode 0600, and so
// has what it is moved or copied to (mktemp(1)); and that of a new directory, with 0700.
var fromMktemp = lazyregexp.New("(?m)\\b(\\w+)=[\"']?(?:\\$\\(|`)\\s*mktemp\\b([^)`]*)")

// movesTemporary returns a mv or cp that makes a file of the image out of one of mktemp's.
func (x *examiner) movesTemporary(s stage.Step, c shell.Call) string {
	_, operands := c.Options(func(o string) bool { return o == "-t" || o == "--target-directory" })
	if len(operands) < 2 {
		return ""
	}
	target := operands[len(operands)-1:]
	for _, m := range fromMktemp.FindAllStringSubmatch(steps.Text(s.In), -1) {
		for _, w := range operands[:len(operands)-1] {
			// cp of a directory into another makes one with the mode of any.
			if name := strings.Trim(w.Raw, `"`); name != "$"+m[1] && name != "${"+m[1]+"}" || c.Name == "cp" && strings.Contains(m[2], "-d") {
				continue
			}
			if !x.allOpened(s, target) && !x.allOpened(s, []shell.Word{w}) {
				return c.Name + " of what mktemp made"
			}
		}
	}
	return ""
}

// fileIn returns the file that a word of a RUN names.
func fileIn(s stage.Step, w shell.Word) string {
	if path.IsAbs(w.Text) {
		return path.Clean(w.Text)
	}
	return path.Join(s.Before.Workdir.Text, w.Text)
}

// allOpened reports whether files are temporary, or a step from s on removes each, gives it to
// somebody or lets everyone read it.
func (x *examiner) allOpened(s stage.Step, files []shell.Word) bool {
	i := slices.IndexFunc(x.run.Steps, func(other stage.Step) bool { return other.In == s.In })
	return i >= 0 && len(files) > 0 && !slices.ContainsFunc(files, func(w shell.Word) bool {
		return !(w.Known && temporary([]shell.Word{{Text: fileIn(s, w)}})) && !x.opened(x.run.Steps[i:], s, w)
	})
}

func (x *examiner) opened(list []stage.Step, at stage.Step, file shell.Word) bool {
	found := false
	steps.Calls(list, func(s stage.Step, c shell.Call) {
		_, operands := c.Options(func(o string) bool { return o == "--reference" || o == "--from" })
		switch {
		case s.In == at.In && c.Program.Start <= file.Start: // before it is made
			return
		case c.Name == "chown" && len(operands) > 1 && !strings.HasPrefix(operands[0].Text, "root"):
			operands = operands[1:]
		case c.Name == "chmod" && len(operands) > 1 && forOthers(operands[0].Text):
			operands = operands[1:]
		case c.Name == "rm":
		default:
			return
		}
		for _, w := range operands {
			found = found || s.In == at.In && w.Raw == file.Raw ||
				w.Known && file.Known && (fileIn(at, file) == fileIn(s, w) || recursive(c) && workload.Within(fileIn(at, file), fileIn(s, w)))
		}
	})
	return found
}

// recursive reports whether a call of chown, chmod or rm takes all that is in a directory.
func recursive(c shell.Call) bool {
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return w.Text == "--recursive" || len(w.Text) > 1 && w.Text[0] == '-' && w.Text[1] != '-' && strings.ContainsAny(w.Text, "rR")
	})
}

// forOthers reports whether a mode lets everyone read.
func forOthers(mode string) bool {
	if n, err := strconv.ParseUint(mode, 8, 32); err == nil {
		return n&0o004 != 0
	}
	return strings.HasPrefix(mode, "+") && strings.Contains(mode, "r") || strings.Contains(mode, "a+r") || strings.Contains(mode, "o+r") || strings.Contains(mode, "o=r") || strings.Contains(mode, "a=r")
}
