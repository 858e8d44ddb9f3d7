package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// succeeding returns the calls of a script that must have ended well when it
// has: see Call.Succeeded. errexit reports whether the option is set at first.
func succeeding(file *syntax.File, errexit bool) map[*syntax.CallExpr]bool {
	f := follower{errexit: errexit, calls: map[*syntax.CallExpr]bool{}}
	if !f.survey(file) {
		return nil
	}
	for i, stmt := range file.Stmts {
		f.follow(stmt, i == len(file.Stmts)-1)
	}
	return f.calls
}

// follower goes through the statements of a script.
type follower struct {
	errexit bool
	fickle  bool // errexit may change where it isn't followed
	calls   map[*syntax.CallExpr]bool
}

// survey examines every command, at any depth. It returns false if the
// script may end well before its end.
func (f *follower) survey(file *syntax.File) bool {
	own := map[*syntax.CallExpr]bool{} // those that follow reaches
	for _, stmt := range file.Stmts {
		if c, ok := stmt.Cmd.(*syntax.CallExpr); ok && !stmt.Negated && !stmt.Background {
			own[c] = true
		}
	}
	through := true
	syntax.Walk(file, func(n syntax.Node) bool {
		c, ok := n.(*syntax.CallExpr)
		if !ok {
			return through
		}
		words := texts(c.Args)
		wrapped := false
		for len(words) > 1 && (words[0] == "command" || words[0] == "builtin") {
			words, wrapped = words[1:], true
		}
		switch {
		case len(words) == 0:
		case leaves(words):
			through = false
		case words[0] == "set" && (wrapped || !own[c]):
			on, set := errexitOf(words[1:])
			f.fickle = f.fickle || set && !on
		}
		return through
	})
	return through
}

// leaves reports whether a command may end the script well.
func leaves(words []string) bool {
	switch words[0] {
	case "exec", "return", "trap":
		return true
	case "exit":
		if len(words) < 2 {
			return true
		}
		status, err := strconv.ParseUint(words[1], 10, 8) // 256 would be 0 again
		return err != nil || status == 0
	}
	return false
}

// follow records the calls of a statement that must have succeeded: if it's the last
// of the script, all members of its "&&" chain; else, under errexit, a simple command.
// (errexit ignores a failing member of a chain.)
func (f *follower) follow(stmt *syntax.Stmt, last bool) {
	if stmt.Negated || stmt.Background {
		return
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		if c.Op == syntax.AndStmt && last {
			f.follow(c.X, true)
			f.follow(c.Y, true)
		}
	case *syntax.CallExpr:
		words := texts(c.Args)
		if len(words) == 0 {
			return
		}
		if words[0] == "set" {
			if on, set := errexitOf(words[1:]); set {
				f.errexit = on
			}
		}
		if last || f.errexit && !f.fickle {
			f.calls[c] = true
		}
	}
}

// errexitOf reads the arguments of set: whether the option errexit is on after
// it, and whether it's set at all. An unknown argument may turn it off.
func errexitOf(args []string) (on, set bool) {
	for i := 0; i < len(args); i++ {
		o := args[i]
		if o == "" {
			return false, true
		}
		if o == "--" || o == "-" || o[0] != '-' && o[0] != '+' {
			break
		}
		if strings.Contains(o, "e") {
			on, set = o[0] == '-', true
		}
		if strings.HasSuffix(o, "o") && i+1 < len(args) { // its value follows
			i++
			if args[i] == "errexit" || args[i] == "" {
				on, set = o[0] == '-' && args[i] != "", true
			}
		}
	}
	return on, set
}

// texts returns the text of words, "" for one that depends on anything.
func texts(words []*syntax.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i], _ = literal(w.Parts, `\*?[]{}~`)
	}
	return list
}
