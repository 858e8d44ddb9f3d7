package rootcheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds applications that a build fetches: nobody reads what they write, and their files
// stay root's.

// fetched returns the reason of files that an instruction fetches to where the application is.
func (x *examiner) fetched() string {
	app := x.run.Final.Workdir
	if !app.Known {
		return ""
	}
	copied := x.copiesTo(app.Text)
	for _, s := range slices.Backward(x.run.Steps) {
		dir, cloned := fetches(s)
		switch {
		case dir == "" || !workload.Within(dir, app.Text) && !workload.Within(app.Text, dir):
		case cloned:
			return fmt.Sprintf("line %d clones the application, whose files stay owned by root", s.In.Line)
		case !copied && app.Text != "/":
			return fmt.Sprintf("line %d fetches the application, which is not read, and whose files stay owned by root", s.In.Line)
		}
	}
	return ""
}

// copiesTo reports whether a COPY brings something to a directory, or below it.
func (x *examiner) copiesTo(dir string) bool {
	return slices.ContainsFunc(x.run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && !c.ADD && (workload.Within(c.Dest, dir) || workload.Within(dir, c.Dest) && !workload.IsSystem(c.Dest))
	})
}

// fetches returns the absolute directory to which an instruction fetches a tree of files; "" for
// none, or one that is not known. cloned: it is a repository.
func fetches(s stage.Step) (dir string, cloned bool) {
	if c, ok := s.Before.Copy(s.In); ok && c.ADD {
		cmd := s.In.Cmd.(*instructions.AddCommand)
		for _, src := range cmd.SourcePaths {
			isGit := strings.HasSuffix(src, ".git") || strings.Contains(src, ".git#") || strings.HasPrefix(src, "git@")
			if isGit || cmd.Unpack != nil && *cmd.Unpack && strings.Contains(src, "://") {
				return c.Dest, isGit
			}
		}
		return "", false
	}
	if s.In.Name() != "RUN" || !s.Before.Workdir.Known {
		return "", false
	}
	script, err := s.Script()
	if err != nil || script == nil {
		return "", false
	}
	downloads := slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "curl" || c.Name == "wget" })
	for _, c := range script.Calls {
		to, isClone, ok := unpacks(c, downloads)
		if !ok {
			continue
		}
		at, known := c.In(s.Before.Workdir.Text)
		if !known {
			return "", false
		}
		if !path.IsAbs(to) {
			to = path.Join(at, to)
		}
		return path.Clean(to), isClone
	}
	return "", false
}

// valueOptions are options of git clone, tar and unzip that take a value (git-clone(1), tar(1),
// unzip(1)).
var valueOptions = map[string][]string{
	"git":   strings.Fields("-b --branch -o --origin -c --config --depth --reference --template -j --jobs -u --upload-pack --separate-git-dir --shallow-since --filter"),
	"tar":   strings.Fields("-C --directory -f --file --strip-components --exclude -I --use-compress-program"),
	"unzip": strings.Fields("-d -P -x"),
}

// unpacks returns the directory, as written, to which a command brings a tree from elsewhere.
// downloads: another command of its script gets files.
func unpacks(c shell.Call, downloads bool) (dir string, cloned, ok bool) {
	values, operands := c.Options(func(o string) bool { return slices.Contains(valueOptions[c.Name], o) })
	last := func(n int) string {
		if len(operands) > n {
			return operands[n].Text
		}
		return ""
	}
	switch {
	case c.Name == "git" && c.Has("clone"):
		return last(2), true, true // clone URL DIR
	case c.Name == "npx" && (c.Has("degit") || c.Has("tiged")):
		return last(2), true, true // npx degit REPOSITORY DIR
	case !downloads:
	case c.Name == "tar" && !c.Has("-c", "--create") && !strings.HasPrefix(last(0), "c"):
		return values["-C"].Text + values["--directory"].Text, false, true
	case c.Name == "unzip":
		return values["-d"].Text, false, true
	}
	return "", false, false
}
