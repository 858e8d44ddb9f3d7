package stage

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Value is a setting, where it was made, and whether it is known.
type Value struct {
	Text  string // after expansion
	Known bool
	In    *dockerfile.Instruction // nil: inherited from the base image
}

// Command is an effective CMD or ENTRYPOINT.
type Command struct {
	Argv  []string                // exec form: as written; shell form: the script alone
	Shell bool                    // shell form: run by the effective SHELL
	In    *dockerfile.Instruction // nil: inherited from the base image
}

// State is what holds at one place of a chain.
type State struct {
	Base       *baseimage.Facts // nil when nothing is known of the base image
	User       Value            // "" for the default, root
	Workdir    Value            // absolute
	Shell      []string
	Entrypoint *Command // nil for none
	Cmd        *Command // nil for none
	// Env is the environment that the image will have, known values only.
	Env      []string
	Volumes  []Value
	Accounts Accounts

	vars    vars
	envs    *shared[string] // what Env is a beginning of
	volumes *shared[Value]
	copies  *shared[Copy] // what brought is a beginning of
	brought []Copy        // the copies up to here, which Eval keeps
	cmdSet  bool          // CMD was set in this stage
	graph   *Graph
}

// Step is one instruction of a chain and what holds before it.
type Step struct {
	In     *dockerfile.Instruction
	Node   *Node
	Before State
	script *scriptOnce
}

// scriptOnce keeps what Step.Script found: many questions are asked of one RUN.
type scriptOnce struct {
	done   bool
	script *shell.Script
	err    error
}

// Script reads what the step runs, as State.Script does.
func (s Step) Script() (*shell.Script, error) {
	if !s.script.done {
		s.script.script, s.script.err = s.Before.Script(s.In)
		s.script.done = true
	}
	return s.script.script, s.script.err
}

// Evaluation is a chain of stages, evaluated.
type Evaluation struct {
	Node  *Node
	Steps []Step // of the whole chain, FROM lines excluded
	Final State

	steps    *shared[Step] // what Steps is a beginning of
	branches []branch      // what others found
}

// Eval evaluates the chain of n on top of the base image's facts, nil when they
// are not known. The result is kept: it is shared, and must not be changed.
func (n *Node) Eval(base *baseimage.Facts) *Evaluation {
	if r, ok := n.runs[base]; ok {
		return r
	}
	r := &Evaluation{Node: n}
	var s State
	if n.Parent == nil {
		s = n.initial(base)
	} else {
		parent := n.Parent.Eval(base)
		r.steps, r.Steps = parent.steps, parent.Steps
		s = parent.Final
	}
	s.cmdSet = false
	for _, in := range n.Stage.Body {
		r.steps, r.Steps = r.steps.extend(r.Steps, Step{in, n, s, &scriptOnce{}})
		c, isCopy := s.Copy(in)
		if s = s.After(in); isCopy {
			s.copies, s.brought = s.copies.extend(s.brought, c)
		}
	}
	r.Final = s
	if n.runs == nil {
		n.runs = map[*baseimage.Facts]*Evaluation{}
	}
	n.runs[base] = r
	return r
}

// At returns what holds before an instruction of the chain; the final state for
// any other.
func (r *Evaluation) At(in *dockerfile.Instruction) State {
	for _, s := range r.Steps {
		if s.In == in {
			return s.Before
		}
	}
	return r.Final
}

// Own returns the steps of the target stage itself.
func (r *Evaluation) Own() []Step {
	return r.Steps[len(r.Steps)-len(r.Node.Stage.Body):]
}

// Exclusive returns the steps of the stages at the end of the chain that lead to the
// target's image, and to no other: what they copy is that image's alone. The
// target's own are the last of them.
func (r *Evaluation) Exclusive() []Step {
	top := 0 // the first stage that is the image's alone
	for _, b := range r.others() {
		if b.leaf {
			top = max(top, b.join+1)
		}
	}
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Node.Stage.Index >= top })
	if i < 0 {
		return nil
	}
	return r.Steps[i:]
}

// Downstream returns all the steps that find what a step of the chain left: those after
// it, and those of the stages that are built from its stage for other ends.
func (r *Evaluation) Downstream(step Step) []Step {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.In == step.In })
	list := slices.Clip(r.Steps[i+1:])
	for _, b := range r.others() {
		if b.join >= step.Node.Stage.Index {
			list = append(list, b.node.Eval(r.Final.Base).Own()...)
		}
	}
	return list
}

// branch is a stage that is built from one of a chain, and not part of it.
type branch struct {
	node *Node
	join int  // the index of the chain's stage that it goes back to
	leaf bool // it becomes an image
}

// others returns the branches of the run's chain, in the order of the file.
func (r *Evaluation) others() []branch {
	if r.branches != nil {
		return r.branches
	}
	in := map[*Node]bool{}
	for _, n := range r.Node.Chain() {
		in[n] = true
	}
	leaves := map[*Node]bool{}
	for _, n := range r.Node.graph.leaves() {
		leaves[n] = true
	}
	r.branches = []branch{}
	for _, n := range r.Node.graph.Nodes {
		at := n
		for at != nil && !in[at] {
			at = at.Parent
		}
		if at != nil && at != n {
			r.branches = append(r.branches, branch{n, at.Stage.Index, leaves[n]})
		}
	}
	return r.branches
}

func (n *Node) initial(base *baseimage.Facts) State {
	s := State{Base: base, graph: n.graph, Shell: []string{"/bin/sh", "-c"}}
	s.Accounts.known = base != nil && base.Accounts != nil
	if base == nil {
		return s
	}
	s.Accounts.base = base.Accounts
	if c := base.Config; c != nil {
		s.User = Value{Text: c.User, Known: true}
		s.Workdir = Value{Text: path.Join("/", c.WorkingDir), Known: true}
		if len(c.Shell) > 0 {
			s.Shell = c.Shell
		}
		if len(c.Entrypoint) > 0 {
			s.Entrypoint = &Command{Argv: c.Entrypoint}
		}
		if len(c.Cmd) > 0 {
			s.Cmd = &Command{Argv: c.Cmd}
		}
		for _, e := range c.Env {
			k, v, _ := strings.Cut(e, "=")
			s.vars = s.vars.set(variable{name: k, value: v, known: true, ofImage: true})
		}
		s.Env = c.Env
		for _, v := range c.Volumes {
			s.Volumes = append(s.Volumes, Value{Text: v, Known: true})
		}
	}
	return s
}

// After returns the state after one instruction (dispatch of BuildKit).
func (s State) After(in *dockerfile.Instruction) State {
	switch cmd := in.Cmd.(type) {
	case *instructions.ArgCommand:
		for _, a := range cmd.Args {
			s.arg(a)
		}
	case *instructions.EnvCommand:
		s.env(cmd)
	case *instructions.UserCommand:
		s.User = s.value(cmd.User, in)
	case *instructions.WorkdirCommand:
		v := s.value(cmd.Path, in)
		if !path.IsAbs(v.Text) {
			v.Known = v.Known && s.Workdir.Known
			v.Text = path.Join(s.Workdir.Text, v.Text)
		}
		v.Text = path.Clean(v.Text)
		s.Workdir = v
	case *instructions.ShellCommand:
		s.Shell = cmd.Shell
	case *instructions.CmdCommand:
		s.Cmd, s.cmdSet = command(cmd.ShellDependantCmdLine, in), true
	case *instructions.EntrypointCommand:
		s.Entrypoint = command(cmd.ShellDependantCmdLine, in)
		if !s.cmdSet {
			s.Cmd = nil
		}
	case *instructions.VolumeCommand:
		for _, v := range cmd.Volumes {
			s.volumes, s.Volumes = s.volumes.extend(s.Volumes, s.value(v, in))
		}
	case *instructions.RunCommand:
		s.Accounts = s.Accounts.after(in, s)
	case *instructions.CopyCommand, *instructions.AddCommand:
		if c, ok := s.Copy(in); ok {
			s.Accounts = s.Accounts.afterCopy(c, s)
		}
	}
	return s
}

// arg is dispatchArg of BuildKit: --build-arg, else the default, else the value
// of a global ARG of that name. Without any of them the value is unknown.
func (s *State) arg(a instructions.KeyValuePairOptional) {
	if v, ok := s.graph.opts.BuildArgs[a.Key]; ok {
		s.vars = s.vars.set(variable{name: a.Key, value: v, known: true, fromArg: true})
		return
	}
	if a.Value == nil {
		v, ok := s.graph.globals.Get(a.Key)
		s.vars = s.vars.set(variable{name: a.Key, value: v, known: ok, fromArg: true})
		return
	}
	v, err := s.graph.expand(*a.Value, s.vars)
	s.vars = s.vars.set(variable{name: a.Key, value: v, known: err == nil, fromArg: true})
}

func (s *State) env(cmd *instructions.EnvCommand) {
	before := s.vars // "ENV a=1 b=$a" sees the a from before
	var set []variable
	var known []string
	for _, kv := range cmd.Env {
		v, err := s.graph.expand(kv.Value, before)
		set = append(set, variable{name: kv.Key, value: v, known: err == nil, fromArg: s.graph.dependsOnArg(kv.Value, before), ofImage: true})
		if err == nil {
			known = append(known, kv.Key+"="+v)
		}
	}
	s.envs, s.Env = s.envs.extend(s.Env, known...)
	s.vars = s.vars.set(set...)
}

// DependsOnArg reports whether a word's value depends on a build argument: then
// it holds for the defaults alone.
func (s State) DependsOnArg(word string) bool { return s.graph.dependsOnArg(word, s.vars) }

func (s State) value(word string, in *dockerfile.Instruction) Value {
	v, err := s.graph.expand(word, s.vars)
	return Value{Text: v, Known: err == nil, In: in}
}

// Expand puts the variables that hold here into a word of an instruction, and
// reports whether all of them are known.
func (s State) Expand(word string) (string, bool) {
	v, err := s.graph.expand(word, s.vars)
	return v, err == nil
}

// Getenv gives the value of a variable at this place, for scripts of RUN.
func (s State) Getenv(name string) (string, bool) { return s.vars.Get(name) }

// EnvVar gives the value of a variable of the image's environment.
func (s State) EnvVar(name string) (string, bool) { return s.vars.image(name) }

func command(c instructions.ShellDependantCmdLine, in *dockerfile.Instruction) *Command {
	if len(c.CmdLine) == 0 {
		return nil // CMD [] clears what was inherited
	}
	return &Command{Argv: c.CmdLine, Shell: c.PrependShell, In: in}
}
