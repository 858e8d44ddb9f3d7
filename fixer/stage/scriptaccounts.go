package stage

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file follows accounts through files of the build context: scripts that a RUN runs,
// and copies that bring the account files.

// accountFiles are the files that accounts are kept in.
var accountFiles = []string{"/etc/passwd", "/etc/group"}

// accountsKey is what the accounts after a RUN depend on: what stands before it is the same
// for one base.
type accountsKey struct {
	in   *dockerfile.Instruction
	base *baseimage.Facts
}

// afterScripts follows the scripts that a RUN runs, once for each base.
func (a Accounts) afterScripts(in *dockerfile.Instruction, s State) Accounts {
	if len(s.brought) == 0 && len(in.Flags) == 0 || a.Err != nil {
		return a
	}
	key := accountsKey{in, s.Base}
	known, ok := s.graph.accounts[key]
	if !ok {
		known = a.findScripts(in, s)
		s.graph.accounts[key] = known
	}
	return known
}

func (a Accounts) findScripts(in *dockerfile.Instruction, s State) Accounts {
	script, err := s.Script(in)
	if err != nil || script == nil {
		return a
	}
	f := &scriptFollower{in: in, state: s, accounts: a, left: maxScripts, looks: maxLooks}
	f.follow(script, true)
	return f.accounts
}

// scriptFollower follows the scripts of one RUN.
type scriptFollower struct {
	in       *dockerfile.Instruction
	state    State
	accounts Accounts
	left     int // scripts that may still be read
	looks    int // calls that may still be looked at
}

// follow looks for scripts among the calls of one. certain: the script itself certainly runs.
func (f *scriptFollower) follow(script *shell.Script, certain bool) {
	for _, c := range script.Calls {
		if f.looks--; f.looks < 0 || f.accounts.Err != nil {
			return
		}
		one, ok := f.state.runs(f.in, c)
		if !ok {
			continue
		}
		if f.left--; f.left < 0 {
			return
		}
		f.script(one, certain && c.Certain)
	}
}

// script follows one script: its own calls, and the scripts that it runs.
func (f *scriptFollower) script(one contextScript, certain bool) {
	inner, err := f.parse(one.text)
	if !one.isShell() || err != nil {
		if accounts.Mentioned(one.text) != accounts.Unmentioned {
			f.accounts.Err = fmt.Errorf("line %d runs %s, which may change them in a way that is not followed", f.in.Line, one.name)
		}
		return
	}
	if accounts.Mentioned(one.text) != accounts.Unmentioned {
		f.calls(one, inner, certain)
	}
	f.follow(inner, certain)
}

// parse reads a script; one without variables only once.
func (f *scriptFollower) parse(text string) (*shell.Script, error) {
	if strings.ContainsAny(text, "$`") {
		return shell.Parse(text, f.state.Getenv)
	}
	return f.state.graph.scripts.parse(text)
}

// calls follows what the calls of a script do to the accounts.
func (f *scriptFollower) calls(one contextScript, script *shell.Script, certain bool) {
	a := &f.accounts
	before := len(a.Created)
	for _, c := range script.Calls {
		c.Certain = c.Certain && certain
		if err := a.call(c, f.in, f.state.Base); err != nil {
			a.Err = fmt.Errorf("line %d runs %s: %w", f.in.Line, one.name, err)
			return
		}
	}
	if accounts.Written(script, one.text) {
		a.Err = fmt.Errorf("line %d runs %s, which writes the account files by itself", f.in.Line, one.name)
		return
	}
	// A variable of the script's is none of the Dockerfile's.
	if len(a.Created) > before {
		a.sharedCreated, a.Created = nil, slices.Clone(a.Created)
		for i := before; i < len(a.Created); i++ {
			a.Created[i].Raw = a.Created[i].Name
		}
	}
}

// afterCopy: a copied file may take the place of the account files.
func (a Accounts) afterCopy(c Copy, s State) Accounts {
	for _, file := range accountFiles {
		if c.Dest == file {
			a.Err = errors.New(file + " is copied into the image")
			return a
		}
		if name := s.brings(c, file); name != "" {
			a.Err = fmt.Errorf("line %d copies %s over those of the base image", c.In.Line, name)
			return a
		}
	}
	if c.Dest == "/" && slices.ContainsFunc(c.Sources, func(src string) bool {
		return c.From != "" && path.Clean("/"+src) == "/" || c.ADD && isArchive(src)
	}) {
		a.Err = fmt.Errorf("line %d copies a whole root file system", c.In.Line)
	}
	return a
}

// isArchive reports whether a file is named as one that ADD unpacks.
func isArchive(name string) bool {
	name = strings.ToLower(path.Base(name))
	return strings.Contains(name, ".tar") || slices.Contains([]string{".tgz", ".tbz", ".tbz2", ".txz", ".tzst"}, path.Ext(name))
}

// brings returns the source that brings an account file by a copy, "" if none is known to.
func (s State) brings(c Copy, file string) string {
	rest, below := strings.CutPrefix(file, strings.TrimSuffix(c.Dest, "/")+"/")
	if !below {
		return ""
	}
	for _, src := range c.Sources {
		switch {
		case src == "" || c.From == "" && s.graph.opts.Context == nil:
		case path.Base(src) == rest:
			return path.Clean(src)
		case c.From == "":
			if name, covers := c.source(src, file, s.graph.opts.Context); covers {
				return name
			}
		default:
			if name := s.bringsFromStage(c, path.Join("/", src), rest); name != "" {
				return name
			}
		}
	}
	return ""
}

// bringsFromStage is brings for a directory of another stage: a COPY brings the file there,
// or a RUN names its directory, or installs a system below dir.
func (s State) bringsFromStage(c Copy, dir, rest string) string {
	in := s.graph.nodeOf(c.In)
	from := s.graph.stage(c.From, in.Stage.Index)
	if from == nil || dir == "/" {
		return ""
	}
	run := from.Eval(nil)
	if o := run.Origin(path.Join(dir, rest), s.graph.opts.Context); o.Name != "" && !o.Perhaps {
		return o.Name
	}
	for _, step := range run.Steps {
		if step.In.Name() != "RUN" {
			continue
		}
		text := step.In.Logical
		for _, h := range step.In.Node.Heredocs {
			text += "\n" + h.Content
		}
		if strings.Contains(text, path.Join(dir, rest)) || strings.Contains(text, dir) && otherRoot.MatchString(text) {
			return path.Join(dir, rest)
		}
	}
	return ""
}

// otherRoot matches the options and programs that install a system into a directory.
var otherRoot = lazyregexp.New(`--(install)?root\b|--initdb\b|\bdebootstrap\b|\bapk\b.*\s-p\s`)
