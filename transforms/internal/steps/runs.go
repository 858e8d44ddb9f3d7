// Package steps answers questions about the evaluated instructions of a stage: what a RUN
// calls, whether one can be added, where a finding about the stage belongs.
package steps

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Inert are the programs that neither check the owner of existing files, as git and
// some releases of npm do, nor write into their working directory.
var Inert = map[string]bool{
	"addgroup": true, "adduser": true, "apk": true, "apt": true, "apt-get": true, "chgrp": true, "chmod": true, "chown": true,
	"deluser": true, "dnf": true, "echo": true, "groupadd": true, "groupmod": true, "ln": true, "mkdir": true, "microdnf": true, "rm": true, "rmdir": true,
	"set": true, "test": true, "true": true, "useradd": true, "userdel": true, "usermod": true, "yum": true, "install": true, "touch": true,
}

// IsInert reports whether a RUN calls nothing but inert programs.
func IsInert(s stage.Step) bool {
	if s.In.Name() != "RUN" {
		return true
	}
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return false
	}
	return !slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return !Inert[c.Name] })
}

// Calls calls visit for every call in the RUN instructions of the steps that can be
// read.
func Calls(steps []stage.Step, visit func(stage.Step, shell.Call)) {
	for _, s := range steps {
		if s.In.Name() != "RUN" {
			continue
		}
		script, err := s.Script()
		if err != nil || script == nil {
			continue
		}
		for _, c := range script.Calls {
			visit(s, c)
		}
	}
}

// Chown is a parsed chown.
type Chown struct {
	User, group string // as written; group "" if it stays
	Recursive   bool
	Targets     []string // absolute, without those below an unknown directory
	Known       bool     // every word is known
}

// ReadChown parses a call of chown in a script that starts in workdir.
func ReadChown(c shell.Call, workdir string) (Chown, bool) {
	if c.Name != "chown" {
		return Chown{}, false
	}
	values, operands := c.Options(func(o string) bool { return o == "--from" || o == "--reference" })
	if len(operands) < 2 {
		return Chown{}, false
	}
	out := Chown{Known: operands[0].Known}
	out.User, out.group, _ = strings.Cut(operands[0].Text, ":")
	_, short := values["-R"]
	_, long := values["--recursive"]
	out.Recursive = short || long
	dir, ok := c.In(workdir)
	for _, t := range operands[1:] {
		out.Known = out.Known && t.Known && (ok || path.IsAbs(t.Text)) && !strings.ContainsAny(t.Text, "*?[")
		switch {
		case path.IsAbs(t.Text):
			out.Targets = append(out.Targets, path.Clean(t.Text))
		case ok:
			out.Targets = append(out.Targets, path.Join(dir, t.Text))
		}
	}
	return out, true
}

// RemovesTools reports whether a RUN removes the shell or the core programs from the
// image: after it, nothing can be run any more.
func RemovesTools(s stage.Step) bool {
	found := false
	Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) {
		if c.Name != "rm" && c.Name != "apk" && c.Name != "unlink" && c.Name != "find" {
			return
		}
		for _, a := range c.Args {
			if !a.Known {
				continue
			}
			switch t := strings.TrimSuffix(a.Text, "/*"); {
			case t == "/bin", t == "/sbin", t == "/usr/bin", t == "/usr/sbin", t == "busybox" && c.Name == "apk":
				found = true
			case slices.Contains([]string{"sh", "busybox", "bash", "dash", "chown", "coreutils"}, path.Base(t)) && path.IsAbs(t):
				found = true
			}
		}
	})
	return found
}

// ToolsGone reports whether they are gone before an instruction.
func ToolsGone(run *stage.Evaluation, in *dockerfile.Instruction) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool { return s.In.Index < in.Index && RemovesTools(s) })
}

// CanRun reports whether a RUN can be added: the image has, as far as is
// known, a shell and a chown.
func CanRun(s stage.State) bool {
	if !s.POSIXShell() || s.Base == nil {
		return false
	}
	switch s.Base.Distro.FamilyOf() {
	case baseimage.Distroless, baseimage.Scratch, baseimage.Windows:
		return false
	}
	for _, name := range []string{"sh", "chown"} {
		if has, known := s.Base.Programs.Has(name); known && !has {
			return false
		}
	}
	return true
}

// Text returns an instruction with its heredocs.
func Text(in *dockerfile.Instruction) string {
	text := in.Logical
	for _, h := range in.Node.Heredocs {
		text += "\n" + h.Content
	}
	return text
}

// MadeByCopy reports whether the first thing to make the directory is a COPY that
// is the image's alone, to which chown-copy gives an owner.
func MadeByCopy(run *stage.Evaluation, dir string) bool {
	for _, s := range run.Exclusive() {
		if c, ok := s.Before.Copy(s.In); ok && c.Dest == dir {
			return true
		}
		if s.In.Name() == "WORKDIR" && workload.Within(s.Before.After(s.In).Workdir.Text, dir) {
			return false
		}
	}
	return false
}

// Replace returns the edit for a word of a RUN's script. The error says in a few
// words why there is none.
func Replace(s stage.Step, w shell.Word, text string) (document.Edit, error) {
	place, ok := s.Place(w)
	if !ok {
		if s.In.JSON() {
			return document.Edit{}, errors.New("it is in exec form")
		}
		return document.Edit{}, errors.New("it is part of a heredoc, or of a script inside the script")
	}
	edit, err := s.In.Replace(place, text)
	if err != nil {
		return edit, errors.New("a line continuation stands inside it")
	}
	return edit, nil
}

// ChangesDirectory reports whether a RUN leaves its working directory.
func ChangesDirectory(s stage.Step) bool {
	script, err := s.Script()
	return err == nil && script != nil && slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "cd" || c.Name == "pushd" })
}
