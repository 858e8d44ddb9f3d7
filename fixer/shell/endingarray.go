package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// This file follows CLI=("$@") to exec "${CLI[@]}", as wait-for-it.sh has it
// (github.com/vishnubob/wait-for-it).

// takesArguments reports whether a variable, perhaps an array, has the arguments of the
// script: all of them, or those after the first "--".
func takesArguments(file *syntax.File, name string, array bool) (dashes, ok bool) {
	take := theOnly(file, name)
	if take == nil || !isOfArguments(take, array) {
		return false, false
	}
	isTake := func(st *syntax.Stmt) bool {
		call, ok := st.Cmd.(*syntax.CallExpr)
		return ok && len(call.Args) == 0 && len(call.Assigns) == 1 && call.Assigns[0] == take
	}
	if slices.ContainsFunc(file.Stmts, isTake) {
		return false, !shiftsBefore(file, take.Pos())
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		c, isCase := n.(*syntax.CaseClause)
		if !isCase {
			return true
		}
		subject, _, _ := expansion(c.Word)
		for _, item := range c.Items {
			// --) shift; CLI=("$@")
			dashes = dashes || subject == "1" && len(item.Patterns) == 1 && item.Patterns[0].Lit() == "--" &&
				len(item.Stmts) > 1 && isShift(item.Stmts[0]) && isTake(item.Stmts[1])
		}
		return true
	})
	return dashes, dashes
}

// theOnly returns the assignment of a variable, nil if there is none, or something else
// may change it.
func theOnly(file *syntax.File, name string) (only *syntax.Assign) {
	other := false
	count := 0
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil && n.Name.Value == name {
				only, count = n, count+1
			}
		case *syntax.WordIter:
			other = other || n.Name != nil && n.Name.Value == name
		case *syntax.CallExpr:
			words := texts(n.Args)
			other = other || slices.Contains(words, name) || len(words) > 0 && words[0] == "eval" // read, unset, mapfile
		}
		return !other
	})
	if other || count != 1 || only.Append || only.Naked || only.Index != nil {
		return nil
	}
	return only
}

// isOfArguments reports whether an assignment is of "$@", as the list of an array or as
// one text.
func isOfArguments(a *syntax.Assign, array bool) bool {
	value := a.Value
	if array {
		if a.Array == nil || len(a.Array.Elems) != 1 || a.Array.Elems[0].Index != nil {
			return false
		}
		value = a.Array.Elems[0].Value
	}
	if value == nil {
		return false
	}
	name, isArray, quoted := expansion(value)
	return !isArray && (name == "@" && (quoted || !array) || name == "*" && !array)
}

// shiftsBefore reports whether the arguments may be others than those of the script at a
// position.
func shiftsBefore(file *syntax.File, at syntax.Pos) bool {
	found := false
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && call.Pos().Offset() < at.Offset() {
			words := texts(call.Args)
			found = found || len(words) > 0 && words[0] == "shift" || len(words) > 1 && words[0] == "set" && words[1] == "--"
		}
		return !found
	})
	return found
}

// isShift reports whether a statement takes away the first argument.
func isShift(st *syntax.Stmt) bool {
	call, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 {
		return false
	}
	words := texts(call.Args)
	return words[0] == "shift" && (len(words) == 1 || len(words) == 2 && words[1] == "1")
}
