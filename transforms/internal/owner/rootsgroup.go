package owner

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file keeps the rights of root's group. OpenShift runs an image as a user that it
// chooses, who is a member of that group (docs.openshift.com, "Creating images", "Support
// arbitrary user ids").

// WithGroup returns the identity as the owner of the application's files: with root's
// group, where the file lets that write them.
func WithGroup(run *stage.Evaluation, id users.Identity) users.Identity {
	if RootsGroup(run, func(file string) bool { return IsApplications(run, id, file) }) != nil {
		id.Group, id.GID = "0", 0
	}
	return id
}

// RootsGroup returns the first RUN that lets root's group write a file of these, nil for
// none.
func RootsGroup(run *stage.Evaluation, of func(file string) bool) *stage.Step {
	var found *stage.Step
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		_, operands := c.Options(func(o string) bool { return o == "--reference" || o == "--from" })
		if found != nil || len(operands) < 2 || !givesToRootsGroup(c.Name, operands[0].Text) {
			return
		}
		dir, ok := c.In(s.Before.Workdir.Text)
		for _, w := range operands[1:] {
			file, known := w.In(dir)
			isTree := c.Has("-R", "--recursive") || path.Ext(file) == "" // and not a script alone
			if ok && known && isTree && of(file) && !(c.Name == "chmod" && hasOtherGroup(run, s, file)) {
				found = &s
			}
		}
	})
	return found
}

// givesToRootsGroup reports whether a program gives files to root's group, or lets their
// group write them, and not everyone.
func givesToRootsGroup(program, what string) bool {
	switch program {
	case "chgrp":
		return what == "0" || what == "root"
	case "chown":
		user, group, _ := strings.Cut(what, ":")
		return group == "0" && !stage.IsRoot(user)
	case "chmod":
		if n, err := strconv.ParseUint(what, 8, 32); err == nil {
			return n&0o020 != 0 && n&0o002 == 0
		}
		return groupWrites.MatchString(what) && !strings.Contains(what, "a+") && !strings.Contains(what, "o+")
	}
	return false
}

// groupWrites matches the symbolic modes that give a group the right to write.
var groupWrites = lazyregexp.New(`(^|,)u?gu?([+=][rxX]*w|=u)`)

// hasOtherGroup reports whether a RUN up to that step gives a file to a group that it names,
// other than root's.
func hasOtherGroup(run *stage.Evaluation, until stage.Step, file string) (other bool) {
	i := slices.IndexFunc(run.Steps, func(s stage.Step) bool { return s.In == until.In })
	steps.Calls(run.Steps[:i+1], func(s stage.Step, c shell.Call) {
		_, operands := c.Options(func(o string) bool { return o == "--reference" || o == "--from" })
		if c.Name != "chgrp" && c.Name != "chown" || len(operands) < 2 {
			return
		}
		group := operands[0].Text
		if c.Name == "chown" {
			_, group, _ = strings.Cut(group, ":")
		}
		for _, w := range operands[1:] {
			target, known := w.In(s.Before.Workdir.Text)
			all := c.Has("-R", "--recursive") && workload.Within(file, path.Clean(target))
			if known && group != "" && (all || path.Clean(target) == file) {
				other = group != "0" && group != "root"
			}
		}
	})
	return other
}
