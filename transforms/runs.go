package transforms

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// inert are the programs that neither look at the owner of a file that they
// find, as git and some releases of npm do, nor write into the directory that
// they are called in.
var inert = map[string]bool{
	"addgroup": true, "adduser": true, "apk": true, "apt": true, "apt-get": true, "chgrp": true, "chmod": true, "chown": true,
	"deluser": true, "dnf": true, "echo": true, "groupadd": true, "groupmod": true, "ln": true, "mkdir": true, "microdnf": true, "rm": true, "rmdir": true,
	"set": true, "test": true, "true": true, "useradd": true, "userdel": true, "usermod": true, "yum": true, "install": true, "touch": true,
}

// isInert reports whether a RUN calls nothing but inert programs.
func isInert(s chain.Step) bool {
	if s.In.Name() != "RUN" {
		return true
	}
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return false
	}
	return !slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return !inert[c.Name] })
}

// calls gives every call in the RUN instructions of the steps that can be read.
func calls(steps []chain.Step, visit func(chain.Step, shell.Call)) {
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

// chownCall is what a chown does.
type chownCall struct {
	user, group string // as written; group "" when it stays
	recursive   bool
	targets     []string // absolute where they can be told
	known       bool     // every word is known
}

// readChown reads a call of chown.
func readChown(c shell.Call, workdir string) (chownCall, bool) {
	if c.Name != "chown" {
		return chownCall{}, false
	}
	values, operands := c.Options(func(o string) bool { return o == "--from" || o == "--reference" })
	if len(operands) < 2 {
		return chownCall{}, false
	}
	out := chownCall{known: operands[0].Known}
	out.user, out.group, _ = strings.Cut(operands[0].Text, ":")
	_, short := values["-R"]
	_, long := values["--recursive"]
	out.recursive = short || long
	for _, t := range operands[1:] {
		out.known = out.known && t.Known && !strings.ContainsAny(t.Text, "*?[")
		if path.IsAbs(t.Text) {
			out.targets = append(out.targets, path.Clean(t.Text))
		} else {
			out.targets = append(out.targets, path.Join(workdir, t.Text))
		}
	}
	return out, true
}

// owns reports whether some RUN of the steps already gives dir to the user.
func owns(steps []chain.Step, id identity, dir string) bool {
	found := false
	calls(steps, func(s chain.Step, c shell.Call) {
		ch, ok := readChown(c, s.Before.Workdir.Text)
		if !ok || !c.Certain || !id.is(ch.user) {
			return
		}
		for _, t := range ch.targets {
			if t == dir || ch.recursive && workload.Within(dir, t) {
				found = true
			}
		}
	})
	return found
}

// removesTools reports whether a RUN takes the shell or the core programs out
// of the image: behind it, nothing can be run any more.
func removesTools(s chain.Step) bool {
	found := false
	calls([]chain.Step{s}, func(_ chain.Step, c shell.Call) {
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

// toolsGone reports whether they are gone in front of an instruction.
func toolsGone(run *chain.Run, in *dockerfile.Instruction) bool {
	return slices.ContainsFunc(run.Steps, func(s chain.Step) bool { return s.In.Index < in.Index && removesTools(s) })
}

// canRun reports whether a RUN can be added: the image has, for all that is
// known, a shell and a chown.
func canRun(s chain.State) bool {
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

// wholeText is an instruction with its heredocs.
func wholeText(in *dockerfile.Instruction) string {
	text := in.Logical
	for _, h := range in.Node.Heredocs {
		text += "\n" + h.Content
	}
	return text
}
