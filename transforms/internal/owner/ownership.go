package owner

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file reads what the file says of owners and groups, and writes what the user gets: a
// group that the author has chosen stays.

// ownership is what a call says of the owner of files. A name is "" where it says nothing.
type ownership struct {
	user, group string
	targets     []string // absolute, without patterns
	tree        bool
}

// ownerOf reads a call of chown, chgrp, or install -d; and of rm, which gives to nobody.
func ownerOf(s stage.Step, c shell.Call) (of ownership) {
	values, operands := c.Options(func(o string) bool {
		return o == "--from" || o == "--reference" || c.Name == "install" && slices.Contains([]string{"-o", "-g", "-m", "--owner", "--group", "--mode"}, o)
	})
	of.tree = c.Has("-R", "-r", "-rf", "-fr", "--recursive")
	switch c.Name {
	case "chown":
		if len(operands) > 0 {
			of.user, of.group, _ = strings.Cut(spelled(operands[0]), ":")
		}
	case "chgrp":
		if len(operands) > 0 {
			of.group = spelled(operands[0])
		}
	case "install":
		if !c.Has("-d", "--directory") {
			return ownership{}
		}
		of.user, of.group = cmp.Or(spelled(values["-o"]), spelled(values["--owner"])), cmp.Or(spelled(values["-g"]), spelled(values["--group"]))
		operands = append([]shell.Word{{}}, operands...)
	case "rm":
		operands = append([]shell.Word{{}}, operands...)
	default:
		return ownership{}
	}
	dir, ok := c.In(s.Before.Workdir.Text)
	for _, w := range operands[min(1, len(operands)):] {
		if file, known := w.In(dir); known && path.IsAbs(file) && (ok || path.IsAbs(w.Text)) && !strings.ContainsAny(file, "*?[") {
			of.targets = append(of.targets, path.Clean(file))
		}
	}
	return of
}

// spelled returns a word as it is known, or as it is written.
func spelled(w shell.Word) string {
	if w.Known {
		return w.Text
	}
	return w.Raw
}

// keepsGroup reports whether the file gives a directory, or with tree something in it, to a
// group that it names, and that is neither root's nor the user's: a member may write there.
func keepsGroup(run *stage.Evaluation, id users.Identity, dir string, tree bool) (keeps bool) {
	set := func(file, group string, all bool) {
		switch {
		case group == "":
		case file == dir || all && workload.Within(dir, file):
			keeps = !isGroup(run, id, group)
		case tree && workload.Within(file, dir):
			keeps = keeps || !isGroup(run, id, group)
		}
	}
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok {
			_, group, _ := strings.Cut(c.Chown, ":")
			set(c.Dest, group, true)
		}
		steps.Calls([]stage.Step{s}, func(s stage.Step, c shell.Call) {
			of := ownerOf(s, c)
			for _, t := range of.targets {
				set(t, of.group, of.tree)
			}
		})
	}
	return keeps
}

// isGroup reports whether a group is root's, or the user's.
func isGroup(run *stage.Evaluation, id users.Identity, group string) bool {
	gid, known := run.Final.Accounts.GroupID(group)
	return group == "0" || group == "root" || group == id.Group || group == strconv.Itoa(id.GID) || known && gid == id.GID && gid != stage.Unknown
}

// chowns returns the calls that give directories to a user, with its group where no RUN has
// chosen another. flag is "-R " for all that is in them.
func chowns(run *stage.Evaluation, id users.Identity, flag, owner string, dirs []string) (calls []string) {
	user, _, _ := strings.Cut(owner, ":")
	var with, without []string
	for _, dir := range dirs {
		if keepsGroup(run, id, dir, flag != "") {
			without = append(without, dir)
		} else {
			with = append(with, dir)
		}
	}
	for _, one := range []struct {
		owner string
		dirs  []string
	}{{owner, with}, {user, without}} {
		if len(one.dirs) > 0 {
			calls = append(calls, "chown "+flag+one.owner+" "+strings.Join(one.dirs, " "))
		}
	}
	return calls
}
