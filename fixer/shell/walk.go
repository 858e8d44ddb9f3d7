package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// This file walks the syntax tree of a script, and follows its variables and directory.

// budget is the work that is left for one script and those inside it.
type budget struct{ calls, bytes int }

// maxNesting bounds scripts within scripts: sh -c "sh -c '…'".
const maxNesting = 4

// parse reads the script that w is going to walk.
func (w *walker) parse(script string) (*syntax.File, error) {
	// The parser calls itself for each parenthesis and brace.
	if len(script) > maxNested || strings.Count(script, "(") > maxOpen || strings.Count(script, "{") > maxOpen {
		return nil, errTooLong
	}
	w.src = script
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
}

func (w *walker) walk(file *syntax.File) error {
	w.stmts(file.Stmts, true)
	if w.left.calls < 0 {
		return errTooLong
	}
	return nil
}

// simple reports whether the script is one simple command and nothing else.
func simple(file *syntax.File) bool {
	if len(file.Stmts) != 1 {
		return false
	}
	st := file.Stmts[0]
	call, ok := st.Cmd.(*syntax.CallExpr)
	return ok && !st.Negated && !st.Background && len(st.Redirs) == 0 && len(call.Assigns) == 0 && len(call.Args) > 0
}

type walker struct {
	src    string
	env    Env
	vars   map[string]Word // set by the script itself
	calls  []Call
	writes []Write
	loops  []Loop
	depth  int
	left   *budget
	exited bool // a certain exit or exec comes before

	dir        Word   // the directory at this place, as of Call.Dir
	dirs       []Word // those that pushd left
	moves      int    // how often it changed so far
	background bool
	moving     map[string]bool // functions that change the directory

	succeeded map[*syntax.CallExpr]bool // of a whole script
	index     map[*syntax.CallExpr]int  // in calls
}

func (w *walker) stmts(list []*syntax.Stmt, certain bool) {
	for _, st := range list {
		w.stmt(st, certain)
	}
}

// stmt walks a statement. A negated command must have failed, and how a command in the
// background ends does not matter: neither is certain, nor is anything after an exit.
func (w *walker) stmt(st *syntax.Stmt, certain bool) {
	certain = certain && !st.Negated && !st.Background && !w.exited
	if st.Background {
		defer w.subshell()()
		defer func(before bool) { w.background = before }(w.background)
		w.background = true
	}
	for _, r := range st.Redirs {
		switch r.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			w.writes = append(w.writes, Write{w.word(r.Word), w.dir})
		}
		w.substitutions(r.Word, certain)
		w.substitutions(r.Hdoc, certain)
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		w.call(cmd, certain)
	case *syntax.BinaryCmd:
		w.binary(cmd, certain)
	case *syntax.Subshell:
		defer w.subshell()()
		w.stmts(cmd.Stmts, certain)
	case *syntax.Block:
		w.stmts(cmd.Stmts, certain)
	case *syntax.IfClause:
		for c := cmd; c != nil; c = c.Else {
			w.stmts(c.Cond, certain && c == cmd)
			w.branch(func() { w.stmts(c.Then, false) })
		}
	case *syntax.WhileClause:
		w.stmts(cmd.Cond, certain)
		w.branch(func() { w.stmts(cmd.Do, false) })
	case *syntax.FuncDecl:
		dir := w.dir
		w.nested(cmd.Body)
		if w.dir != dir && cmd.Name != nil {
			w.moving[cmd.Name.Value] = true
		}
		w.dir = dir
	case *syntax.DeclClause:
		for _, a := range cmd.Args {
			w.assign(a, certain)
		}
	case *syntax.TimeClause:
		if cmd.Stmt != nil {
			w.stmt(cmd.Stmt, certain)
		}
	case *syntax.ForClause:
		w.loop(cmd)
		w.branch(func() { w.nested(cmd) })
	case nil:
	default:
		// case, tests, arithmetic: every statement inside may or may not run.
		w.branch(func() { w.nested(cmd) })
	}
}

// loop records a loop over words. Its variable is not known in it and after it.
func (w *walker) loop(cmd *syntax.ForClause) {
	words, ok := cmd.Loop.(*syntax.WordIter)
	if !ok || words.Name == nil {
		return
	}
	one := Loop{Name: words.Name.Value}
	for _, item := range words.Items {
		one.Words = append(one.Words, w.word(item))
	}
	w.loops = append(w.loops, one)
	w.vars[one.Name] = Word{}
}

// binary walks the two sides of && || and |.
func (w *walker) binary(cmd *syntax.BinaryCmd, certain bool) {
	switch cmd.Op {
	case syntax.OrStmt:
		before := w.dir
		w.caught(cmd.X, certain)
		after, moves := w.dir, w.moves
		if after != before {
			w.dir = Word{} // the left side may have failed before or after its cd
		}
		w.stmt(cmd.Y, false)
		if w.dir = after; w.moves != moves {
			w.dir = Word{}
		}
	case syntax.Pipe, syntax.PipeAll:
		var starts []int
		for _, side := range []*syntax.Stmt{cmd.X, cmd.Y} {
			starts = append(starts, len(w.calls))
			leave := w.subshell()
			w.stmt(side, certain)
			leave()
		}
		if starts[1] > starts[0] {
			w.piped(starts[1]-1, cmd.Y)
		}
	default:
		w.stmt(cmd.X, certain)
		w.stmt(cmd.Y, certain)
	}
}

// piped records that a simple command on the right side of a |, and what it hands over
// to, reads the output of the call with that index.
func (w *walker) piped(from int, right *syntax.Stmt) {
	call, ok := right.Cmd.(*syntax.CallExpr)
	at, found := w.index[call]
	for i := at; ok && found && i < len(w.calls); i++ {
		if i == at || w.calls[i].By >= at {
			w.calls[i].From = from
		}
	}
}

// caught walks the left side of ||: only its first command is sure to
// run, since "a && b || c" succeeds without b.
func (w *walker) caught(st *syntax.Stmt, certain bool) {
	switch cmd := st.Cmd.(type) {
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.AndStmt {
			w.caught(cmd.X, certain)
			w.branch(func() { w.stmt(cmd.Y, false) })
			return
		}
		w.stmt(st, certain)
	case *syntax.Subshell, *syntax.Block:
		w.stmt(st, false)
	default:
		w.stmt(st, certain)
	}
}

// nested collects the statements inside a node as uncertain.
func (w *walker) nested(node syntax.Node) {
	if node == nil {
		return
	}
	syntax.Walk(node, func(n syntax.Node) bool {
		if st, ok := n.(*syntax.Stmt); ok {
			w.stmt(st, false)
			return false
		}
		return true
	})
}

func (w *walker) call(c *syntax.CallExpr, certain bool) {
	for _, a := range c.Assigns {
		if a.Value != nil {
			w.substitutions(a.Value, certain)
		}
		if len(c.Args) == 0 {
			w.assign(a, certain)
		}
	}
	var words []Word
	for _, a := range c.Args {
		w.substitutions(a, certain)
		words = append(words, w.word(a))
	}
	if len(words) > 0 {
		w.index[c] = len(w.calls)
	}
	w.add(words, Call{
		Certain: certain, Succeeded: certain && w.succeeded[c], Plain: len(c.Assigns) == 0 && plain(c.Args),
		Dir: w.dir, Vars: w.assigned(c.Assigns), By: -1, From: -1, Background: w.background,
	})
}

// assigned returns the variables before a command, as NAME=value.
func (w *walker) assigned(list []*syntax.Assign) (vars []string) {
	for _, a := range list {
		if a.Name == nil || a.Naked || a.Append || a.Index != nil {
			continue
		}
		v := Word{Known: true}
		if a.Value != nil {
			v = w.word(a.Value)
		}
		if v.Known {
			vars = append(vars, a.Name.Value+"="+v.Text)
		}
	}
	return vars
}

// add records the call with these words, and the one that it wraps.
func (w *walker) add(words []Word, call Call) {
	if w.left.calls--; len(words) == 0 || w.left.calls < 0 {
		return
	}
	call.Path, call.Program, call.Args = words[0].Text, words[0], words[1:]
	if words[0].Known && words[0].Text != "" {
		call.Name = path.Base(words[0].Text)
	}
	at := len(w.calls)
	w.calls = append(w.calls, call)
	w.exited = w.exited || call.Certain && (call.Name == "exit" || call.Name == "return" || call.Name == "exec" && len(call.Args) > 0)
	w.move(call)
	if script, ok := call.Script(); ok && w.depth < maxNesting {
		if w.left.bytes -= len(script); w.left.bytes < 0 {
			w.left.calls = -1
			return
		}
		w.inner(script, call, at)
		return
	}
	w.add(call.Wrapped(), Call{
		Certain: call.Certain, Plain: call.Plain, Dir: join(call.Dir, call.chdir()),
		Vars: append(call.Vars[:len(call.Vars):len(call.Vars)], call.sets()...), By: at, From: -1, Background: call.Background,
	})
}

// inner records the calls of the script in the arguments of a shell, the call with
// index at. If it can't be read, it has none.
func (w *walker) inner(script string, outer Call, at int) {
	sub := &walker{env: w.lookup, vars: map[string]Word{}, depth: w.depth + 1, left: w.left, dir: outer.Dir, moving: map[string]bool{}, index: map[*syntax.CallExpr]int{}}
	file, err := sub.parse(script)
	if err != nil || sub.walk(file) != nil {
		return
	}
	base := len(w.calls)
	for _, c := range sub.calls {
		c.Certain, c.Plain, c.Background = c.Certain && outer.Certain, c.Plain && outer.Plain, c.Background || outer.Background
		if c.By += base; c.By < base {
			c.By = at
		}
		if c.From >= 0 {
			c.From += base
		}
		w.calls = append(w.calls, c)
	}
	w.writes, w.loops = append(w.writes, sub.writes...), append(w.loops, sub.loops...)
}

func (w *walker) assign(a *syntax.Assign, certain bool) {
	if a.Name == nil || a.Naked {
		return
	}
	v := Word{}
	if a.Value != nil && !a.Append && a.Index == nil {
		v = w.word(a.Value)
	}
	if !certain {
		v.Known = false
	}
	w.vars[a.Name.Value] = v
}

func (w *walker) lookup(name string) (string, bool) {
	if v, ok := w.vars[name]; ok {
		return v.Text, v.Known
	}
	if w.env == nil {
		return "", false
	}
	return w.env(name)
}

// substitutions walks the commands inside $(…) of a word.
func (w *walker) substitutions(word *syntax.Word, certain bool) {
	if word == nil {
		return
	}
	defer w.subshell()()
	for _, p := range word.Parts {
		if _, ok := p.(*syntax.Lit); ok {
			continue
		}
		syntax.Walk(p, func(n syntax.Node) bool {
			if st, ok := n.(*syntax.Stmt); ok {
				w.stmt(st, certain)
				return false
			}
			return true
		})
	}
}
