package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads how a script ends that is started with a command as its arguments.

// Ending is the exec that a script ends with.
type Ending struct {
	// Text is the command as written, without exec, and Start where exec begins.
	Text  string
	Start int
	// Passes: it is the arguments of the script, whole or those after a "--". Raw is the
	// word that stands for them.
	Passes bool
	Raw    string
	dashes bool // those after the first "--"
	splits bool // the shell would split them at blanks, and expand patterns
}

// End returns the exec that a script ends with. It is false for a script that ends in
// something else, or can't be read.
func End(script string) (Ending, bool) {
	file, err := (&walker{}).parse(script)
	if err != nil || len(file.Stmts) == 0 {
		return Ending{}, false
	}
	call, ok := lastCall(file.Stmts)
	if !ok || len(call.Args) < 2 || call.Args[0].Lit() != "exec" || len(call.Assigns) > 0 {
		return Ending{}, false
	}
	words := call.Args[1:]
	if words[0].Lit() == "--" && len(words) > 1 {
		words = words[1:]
	}
	from, to := words[0].Pos().Offset(), words[len(words)-1].End().Offset()
	end := Ending{Text: script[from:to], Start: int(call.Pos().Offset())}
	if name := words[0].Lit(); (name == "gosu" || name == "su-exec") && len(words) == 3 {
		words = words[2:]
	}
	if len(words) == 1 {
		end.passed(script, file, words[0])
	}
	return end, true
}

// Arguments returns the arguments that the command receives of a script called with
// these. It is false if the script does not pass them on as they are.
func (e Ending) Arguments(args []string) ([]string, bool) {
	if e.dashes {
		i := slices.Index(args, "--")
		if i < 0 {
			return nil, false
		}
		args = args[i+1:]
	}
	if !e.Passes || e.splits && slices.ContainsFunc(args, func(a string) bool { return !unsplit.MatchString(a) }) {
		return nil, false
	}
	return args, true
}

// unsplit matches a word that a shell does not split, nor takes for a pattern.
var unsplit = lazyregexp.New(`^[\w./:@%+=,-]+$`)

// lastCall returns the last command of a script: in both branches of an if that ends it,
// or in the one that does not exit.
func lastCall(stmts []*syntax.Stmt) (*syntax.CallExpr, bool) {
	last := stmts[len(stmts)-1]
	if last.Negated || last.Background || last.Coprocess || len(last.Redirs) > 0 {
		return nil, false
	}
	switch cmd := last.Cmd.(type) {
	case *syntax.CallExpr:
		return cmd, true
	case *syntax.IfClause:
		if cmd.Else != nil && len(cmd.Else.Cond) == 0 && len(cmd.Else.Then) == 1 && len(cmd.Then) > 0 && exits(cmd.Else.Then[0]) {
			return lastCall(cmd.Then)
		}
	}
	return nil, false
}

func exits(st *syntax.Stmt) bool {
	call, ok := st.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && call.Args[0].Lit() == "exit" && !st.Negated && !st.Background
}

// passed finds out whether a word stands for the arguments of the script.
func (e *Ending) passed(script string, file *syntax.File, word *syntax.Word) {
	e.Raw = script[word.Pos().Offset():word.End().Offset()]
	name, array, quoted := expansion(word)
	switch {
	case name == "@" || name == "*" && !quoted:
		e.Passes, e.splits = true, !quoted
	case name != "" && (array || !quoted):
		var ok bool
		if e.dashes, ok = takesArguments(file, name, array); ok {
			e.Passes, e.splits = true, !quoted || !array
		}
	}
}

// expansion returns the name of the only variable of a word: of "${name[@]}", an array.
func expansion(word *syntax.Word) (name string, array, quoted bool) {
	parts := word.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok && !q.Dollar {
			parts, quoted = q.Parts, true
		}
	}
	if len(parts) != 1 {
		return "", false, false
	}
	p, ok := parts[0].(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Excl || p.Length || p.Width || p.Slice != nil || p.Repl != nil || p.Exp != nil || p.NestedParam != nil {
		return "", false, false
	}
	if p.Index == nil {
		return p.Param.Value, false, quoted
	}
	index, ok := p.Index.(*syntax.Word)
	if !ok || index.Lit() != "@" {
		return "", false, false
	}
	return p.Param.Value, true, quoted
}
