package registry

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Images are made by anybody, and the parser follows nested constructs by
// recursion: a script, and all those of an image together, are parsed up to
// these sizes. The official images stay far below.
const (
	maxScript  = 16 << 10
	maxScripts = 256 << 10
)

// script is what a shell script does beyond doubt.
type script struct {
	// calls are the commands that ran, and succeeded, whenever the script did:
	// each its words, which are known when plain.
	calls []invocation
	// rest is what the script may do to accounts besides the calls.
	rest touch
}

// invocation is one command that a script runs.
type invocation struct {
	words []string // never empty
	plain bool     // no word depends on anything
}

// name is the command without its directory.
func (c invocation) name() string { return path.Base(c.words[0]) }

// readScripts reads the scripts of the entries that are runs, by their index.
func readScripts(entries []entry) map[int]script {
	scripts := map[int]script{}
	left := maxScripts
	for i, e := range entries {
		if e.kind != run {
			continue
		}
		if left -= len(e.text); left < 0 || len(e.text) > maxScript {
			scripts[i] = script{rest: touchOf(e.text)}
			continue
		}
		scripts[i] = readScript(e.text, e.errexit)
	}
	return scripts
}

// readScript reads a script that is known to have succeeded.
func readScript(text string, errexit bool) script {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return script{rest: touchOf(text)}
	}
	r := reader{errexit: errexit, certain: map[*syntax.CallExpr]bool{}}
	if !leavesEarly(file) {
		for i, stmt := range file.Stmts {
			r.follow(stmt, i == len(file.Stmts)-1)
		}
	}
	return script{calls: r.calls, rest: r.rest(file, text)}
}

// leavesEarly reports whether the script may end well before its end.
func leavesEarly(file *syntax.File) (early bool) {
	syntax.Walk(file, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			switch c.Args[0].Lit() {
			case "exec", "return", "trap":
				early = true
			case "exit":
				early = early || len(c.Args) < 2 || !digits(c.Args[1].Lit()) || c.Args[1].Lit() == "0"
			}
		}
		return !early
	})
	return early
}

// reader collects the calls of a script.
type reader struct {
	errexit bool
	calls   []invocation
	certain map[*syntax.CallExpr]bool
}

// follow collects the calls of a statement that must have succeeded: when it's
// the last of the script, all the members of its "&&" chain; else, under
// errexit, a simple command. (errexit overlooks a member of a chain that fails.)
func (r *reader) follow(stmt *syntax.Stmt, last bool) {
	if stmt.Negated || stmt.Background || stmt.Coprocess {
		return
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		if c.Op == syntax.AndStmt && last {
			r.follow(c.X, true)
			r.follow(c.Y, true)
		}
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			return
		}
		words, plain := literals(c.Args)
		if plain && words[0] == "set" {
			r.set(words[1:])
		}
		if last || r.errexit {
			r.calls = append(r.calls, invocation{words, plain})
			r.certain[c] = true
		}
	}
}

// set follows the option errexit.
func (r *reader) set(options []string) {
	for i, o := range options {
		on := strings.HasPrefix(o, "-")
		if !on && !strings.HasPrefix(o, "+") {
			continue
		}
		named := strings.HasSuffix(o, "o") && i+1 < len(options) && options[i+1] == "errexit"
		if strings.Contains(o, "e") || named {
			r.errexit = on
		}
	}
}

// rest returns what the script may do to accounts besides the plain calls that
// were collected. The names of packages don't count.
func (r *reader) rest(file *syntax.File, text string) (rest touch) {
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			words, plain := literals(n.Args)
			if !plain || len(words) == 0 || len(n.Assigns) > 0 {
				return true
			}
			name := invocation{words, plain}.name()
			followed := r.certain[n] && accountTools[name] != nil
			return !followed && packageManagers[name] == ""
		case *syntax.FuncDecl:
			rest = max(rest, touchOf(between(text, n.Pos(), n.Body.Pos()))) // its name, or names
		case *syntax.Word:
			rest = max(rest, touchOf(between(text, n.Pos(), n.End())))
		}
		return true
	})
	return rest
}
