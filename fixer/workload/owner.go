package workload

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file determines the owner of a file in the image.

// Making says whether a file exists in the final image.
type Making int

// The ways in which a file of the image comes to be.
const (
	Unmade  Making = iota // no instruction is known to make it; the base image may have it
	Perhaps               // a RUN, or a copy that can't be followed, may have made it
	Made                  // an instruction makes it
)

// Owner is the final owner of a file or directory of the image, as far as the
// instructions of the stage show.
type Owner struct {
	Made Making
	// User is the owner as the Dockerfile writes it, a name or a number; "root" if
	// nothing says otherwise.
	User string
	// Mode is the last mode set for it, "" for none.
	Mode string
	Line int // of the instruction that decided last; 0 for none
}

// MayWrite reports whether a user may write to it. names are all names and numbers of
// that user.
func (o Owner) MayWrite(names ...string) bool {
	if n, err := strconv.ParseUint(o.Mode, 8, 32); err == nil {
		if n&0o002 != 0 {
			return true
		}
		return slices.Contains(names, o.User) && n&0o200 != 0
	}
	if slices.Contains(strings.Fields("a+w a+rw a+rwx a+rwX o+w o+rw ugo+w ugo+rw ugo+rwx"), o.Mode) {
		return true
	}
	return slices.Contains(names, o.User)
}

// Owner returns the final owner of an absolute path of the image.
func (w *Workload) Owner(file string) Owner {
	o := Owner{User: "root"}
	file = path.Clean(file)
	for _, s := range w.in.Run.Steps {
		switch s.In.Name() {
		case "WORKDIR":
			if dir := s.Before.After(s.In).Workdir; dir.Known && Within(dir.Text, file) {
				o.made(s, Made, currentUser(s))
			}
		case "COPY", "ADD":
			if c, ok := s.Before.Copy(s.In); ok {
				w.copied(&o, s, c, file)
			}
		case "RUN":
			o.ran(s, file)
		}
	}
	return o
}

// currentUser returns the user that runs a RUN there.
func currentUser(s stage.Step) string {
	user, _, _ := strings.Cut(s.Before.User.Text, ":")
	if user == "" || user == "0" {
		return "root"
	}
	return user
}

// made records that a step makes the file, unless it exists already.
func (o *Owner) made(s stage.Step, how Making, user string) {
	if o.Made >= how {
		return
	}
	o.Made, o.User, o.Line = how, user, s.In.Line
}

// copied follows a COPY or ADD.
func (w *Workload) copied(o *Owner, s stage.Step, c stage.Copy, file string) {
	user := "root"
	if c.Chown != "" {
		user, _, _ = strings.Cut(c.Chown, ":")
		user, _ = s.Before.Expand(user)
	}
	switch {
	case Within(c.Dest, file):
		o.made(s, Made, user) // an existing directory keeps its owner
	case Within(file, c.Dest):
		how := w.bringsBelow(c, file)
		if how == Unmade {
			return
		}
		o.Made, o.User, o.Line = max(o.Made, how), user, s.In.Line
	default:
		return
	}
	for _, f := range s.In.Flags {
		if mode, ok := strings.CutPrefix(f.Text, "--chmod="); ok {
			o.Mode, _ = s.Before.Expand(mode)
		}
	}
}

// bringsBelow returns how a copy makes a file below its destination.
func (w *Workload) bringsBelow(c stage.Copy, file string) Making {
	if c.From != "" {
		return Perhaps
	}
	rel := strings.TrimPrefix(strings.TrimPrefix(file, c.Dest), "/")
	for _, src := range c.Sources {
		name := path.Join(strings.TrimPrefix(path.Clean("/"+src), "/"), rel)
		if strings.ContainsAny(src, "*?[") {
			name = path.Join(path.Dir(strings.TrimPrefix(path.Clean("/"+src), "/")), rel)
		}
		if src = ContextPath(src); path.Base(src) == rel { // perhaps the file itself
			if info, err := w.in.Files.Stat(src); err == nil && info.Mode().IsRegular() {
				return Made
			}
		}
		if _, err := w.in.Files.Stat(name); err == nil {
			return Made
		}
	}
	return Unmade
}

// ran follows a RUN.
func (o *Owner) ran(s stage.Step, file string) {
	script, err := s.Script()
	user, workdir := currentUser(s), s.Before.Workdir.Text
	if err != nil || script == nil {
		o.made(s, Perhaps, user)
		return
	}
	for _, c := range script.Calls {
		dir, ok := c.In(workdir)
		if !ok {
			dir = ""
		}
		switch c.Name {
		case "mkdir":
			o.mkdir(s, c, dir, file, user)
		case "touch":
			if slices.Contains(operandsIn(c, dir, 0), file) {
				o.made(s, Made, user)
			}
		case "chown":
			o.chown(s, c, dir, file)
		case "chmod":
			o.chmod(s, c, dir, file)
		case "rm", "rmdir":
			if c.Certain && slices.ContainsFunc(operandsIn(c, dir, 0), func(t string) bool { return Within(file, t) }) {
				*o = Owner{User: "root", Line: s.In.Line}
			}
		default:
			m := ReadManager(c, s.Before.Getenv)
			switch {
			case m != nil && slices.Contains([]string{"install", "ci", "i", "add"}, m.Command):
				if Within(file, path.Join(dir, "node_modules")) {
					o.made(s, Made, user)
				}
			case !harmless[c.Name] && dir != "" && Within(file, dir):
				o.made(s, Perhaps, user)
			}
		}
	}
}

// harmless are programs that make nothing in their working directory.
var harmless = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`addgroup adduser apk apt apt-get cat cd chgrp deluser dnf echo env exec export groupadd groupmod ls microdnf printf pushd popd
		set sh bash test [ true useradd userdel usermod yum id sleep which command`) {
		harmless[name] = true
	}
}

// operandsIn returns the known operands of a call, starting at index first, as absolute
// paths.
func operandsIn(c shell.Call, dir string, first int) (list []string) {
	_, operands := c.Options(func(o string) bool { return o == "-m" || o == "--mode" || o == "--reference" || o == "--from" })
	for _, a := range operands[min(first, len(operands)):] {
		if abs, ok := a.In(dir); ok && path.IsAbs(abs) {
			list = append(list, abs)
		}
	}
	return list
}

// MakesParents reports whether a call of mkdir makes the directories above as well.
func MakesParents(c shell.Call) bool {
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return w.Text == "--parents" || strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--") && strings.Contains(w.Text, "p")
	})
}

func (o *Owner) mkdir(s stage.Step, c shell.Call, dir, file, user string) {
	parents := MakesParents(c)
	for _, made := range operandsIn(c, dir, 0) {
		if made == file || parents && Within(made, file) {
			how := Made
			if !c.Certain {
				how = Perhaps
			}
			o.made(s, how, user)
		}
	}
}

func (o *Owner) chown(s stage.Step, c shell.Call, dir, file string) {
	_, operands := c.Options(func(o string) bool { return o == "--from" || o == "--reference" })
	if !c.Certain || len(operands) < 2 || !operands[0].Known {
		return
	}
	for _, target := range operandsIn(c, dir, 1) {
		if target == file || recursive(c) && Within(file, target) {
			if user, _, _ := strings.Cut(operands[0].Text, ":"); user != "" {
				o.User, o.Line = user, s.In.Line
			}
		}
	}
}

func (o *Owner) chmod(s stage.Step, c shell.Call, dir, file string) {
	if len(c.Args) == 0 {
		return
	}
	mode := c.Args[0]
	if recursive(c) && strings.HasPrefix(mode.Text, "-R") && len(c.Args) > 1 {
		mode = c.Args[1]
	}
	for _, target := range operandsIn(c, dir, 0) {
		if c.Certain && mode.Known && (target == file || recursive(c) && Within(file, target)) {
			o.Mode, o.Line = mode.Text, s.In.Line
		}
	}
}

func recursive(c shell.Call) bool {
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return w.Text == "--recursive" || strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "--") && strings.ContainsAny(w.Text, "R")
	})
}
