// Package shell reads the script of a RUN, a shell-form CMD, or a start script:
// which programs it calls, with which words, and whether each call is certain
// to happen. Parsing is mvdan.cc/sh's; nothing is ever executed, and nothing of
// the machine (environment, users, files) enters the result.
package shell

import (
	"errors"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Env gives the value of a variable, and whether it is known. nil knows none.
type Env func(name string) (value string, known bool)

// Word is one word of a call after quotes were removed and known variables
// were put in.
type Word struct {
	Text string
	// Known is false where the text can't be told without running something:
	// command substitution, an unknown variable, arithmetic. Text is "" then.
	Known bool
	Raw   string // as written, quotes and variables included
}

// Call is one simple command.
type Call struct {
	// Name is the program without its directory: "useradd" for
	// /usr/sbin/useradd. It is "" when it can't be told.
	Name string
	Path string // the program as written
	Args []Word
	// Certain: whenever the script ends well, this call has run. A call in a
	// branch, a loop, a function, on the right of ||, behind !, in the
	// background or behind an exit is not certain. Whether it succeeded is
	// another matter: "a; b" ends well without a's success.
	Certain bool
}

// Script is the calls of a script in the order of its text, those inside
// wrappers (sudo, env, exec, sh -c …) listed after their wrapper.
type Script struct {
	Calls []Call
	// Writes are the files that output is redirected to.
	Writes []Word
	// Simple: the script is one single simple command, without assignments,
	// redirections or operators around it.
	Simple bool
}

// MaxCalls is the longest script that is read, scripts inside it included: a
// longer one was not written by hand, and the work for one Dockerfile must be
// bounded.
const MaxCalls = 4096

const (
	maxNested = 256 << 10 // bytes of a script, and of all scripts inside it
	maxOpen   = 2000      // parentheses, or braces
)

var errTooLong = errors.New("the script is longer than any that is written by hand")

// Parse reads a script in bash's superset of the POSIX language. The error is
// that of the parser, or says that there are more than MaxCalls calls.
func Parse(script string, env Env) (*Script, error) {
	return parse(script, env, 0, &budget{calls: MaxCalls, bytes: maxNested})
}

// budget is what is left of the work for one script and those inside it.
type budget struct{ calls, bytes int }

// maxNesting bounds scripts within scripts: sh -c "sh -c '…'".
const maxNesting = 4

func parse(script string, env Env, depth int, left *budget) (*Script, error) {
	// The parser calls itself for each parenthesis and brace.
	if len(script) > maxNested || strings.Count(script, "(") > maxOpen || strings.Count(script, "{") > maxOpen {
		return nil, errTooLong
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, err
	}
	w := &walker{src: script, env: env, vars: map[string]Word{}, depth: depth, left: left}
	w.stmts(file.Stmts, true)
	if left.calls < 0 {
		return nil, errTooLong
	}
	s := &Script{Calls: w.calls, Writes: w.writes}
	if len(file.Stmts) == 1 {
		st := file.Stmts[0]
		call, ok := st.Cmd.(*syntax.CallExpr)
		s.Simple = ok && !st.Negated && !st.Background && len(st.Redirs) == 0 && len(call.Assigns) == 0 && len(call.Args) > 0
	}
	return s, nil
}

type walker struct {
	src    string
	env    Env
	vars   map[string]Word // set by the script itself
	calls  []Call
	writes []Word
	depth  int
	left   *budget
	exited bool // a certain exit or exec stands before
}

func (w *walker) stmts(list []*syntax.Stmt, certain bool) {
	for _, st := range list {
		w.stmt(st, certain)
	}
}

// stmt walks a statement. What is negated must have failed, and how what runs
// in the background ends is nobody's concern: neither is certain, nor is
// anything behind an exit.
func (w *walker) stmt(st *syntax.Stmt, certain bool) {
	certain = certain && !st.Negated && !st.Background && !w.exited
	for _, r := range st.Redirs {
		switch r.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			w.writes = append(w.writes, w.word(r.Word))
		}
		w.substitutions(r.Word, certain)
		w.substitutions(r.Hdoc, certain)
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		w.call(cmd, certain)
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.OrStmt {
			w.caught(cmd.X, certain)
			w.stmt(cmd.Y, false)
			return
		}
		w.stmt(cmd.X, certain)
		w.stmt(cmd.Y, certain)
	case *syntax.Subshell:
		w.stmts(cmd.Stmts, certain)
	case *syntax.Block:
		w.stmts(cmd.Stmts, certain)
	case *syntax.IfClause:
		for c := cmd; c != nil; c = c.Else {
			w.stmts(c.Cond, certain && c == cmd)
			w.stmts(c.Then, false)
		}
	case *syntax.WhileClause:
		w.stmts(cmd.Cond, certain)
		w.stmts(cmd.Do, false)
	case *syntax.DeclClause:
		for _, a := range cmd.Args {
			w.assign(a, certain)
		}
	case *syntax.TimeClause:
		if cmd.Stmt != nil {
			w.stmt(cmd.Stmt, certain)
		}
	case nil:
	default:
		// for, case, functions, tests, arithmetic: every statement inside may
		// or may not run.
		w.nested(cmd)
	}
}

// caught walks what stands on the left of ||: only its first command is sure to
// run, since "a && b || c" succeeds without b.
func (w *walker) caught(st *syntax.Stmt, certain bool) {
	switch cmd := st.Cmd.(type) {
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.AndStmt {
			w.caught(cmd.X, certain)
			w.stmt(cmd.Y, false)
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
	w.add(words, certain)
}

// add records a call, and the call that it wraps.
func (w *walker) add(words []Word, certain bool) {
	if w.left.calls--; len(words) == 0 || w.left.calls < 0 {
		return
	}
	call := Call{Path: words[0].Text, Args: words[1:], Certain: certain}
	if words[0].Known && words[0].Text != "" {
		call.Name = path.Base(words[0].Text)
	}
	w.calls = append(w.calls, call)
	w.exited = w.exited || certain && (call.Name == "exit" || call.Name == "return" || call.Name == "exec" && len(call.Args) > 0)
	if script, ok := call.Script(); ok && w.depth < maxNesting {
		if w.left.bytes -= len(script); w.left.bytes < 0 {
			w.left.calls = -1
			return
		}
		if sub, err := parse(script, w.lookup, w.depth+1, w.left); err == nil {
			for _, c := range sub.Calls {
				c.Certain = c.Certain && certain
				w.calls = append(w.calls, c)
			}
			w.writes = append(w.writes, sub.Writes...)
		}
		return
	}
	w.add(call.Wrapped(), certain)
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
