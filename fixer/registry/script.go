package registry

import (
	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/shell"
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
	// calls are the commands that ran, and succeeded, whenever the script did.
	calls []shell.Call
	// rest is what the script may do to accounts besides the calls that add some.
	rest accounts.Mention
}

// readScripts reads the scripts of the entries that are runs, by their index.
func readScripts(entries []entry) map[int]script {
	scripts := map[int]script{}
	left := maxScripts
	for i, e := range entries {
		if e.kind != run {
			continue
		}
		if left -= len(e.text); left < 0 || len(e.text) > maxScript {
			scripts[i] = script{rest: accounts.Mentioned(e.text)}
			continue
		}
		scripts[i] = readScript(e.text, e.errexit)
	}
	return scripts
}

// readScript reads a script that is known to have succeeded.
func readScript(text string, errexit bool) script {
	parse := shell.Parse
	if errexit {
		parse = shell.ParseErrexit
	}
	read, err := parse(text, nil)
	if err != nil {
		return script{rest: accounts.Mentioned(text)}
	}
	var s script
	for _, c := range read.Calls {
		if c.Succeeded {
			s.calls = append(s.calls, c)
		}
	}
	for _, w := range read.Words {
		if w.Call < 0 || !followed(read.Calls[w.Call]) {
			s.rest = max(s.rest, accounts.Mentioned(w.Text))
		}
	}
	return s
}

// followed reports whether the words of a call are accounted for: those of one
// that adds accounts are read, and the names of packages don't count.
func followed(c shell.Call) bool {
	return c.Plain && packageManagers[c.Name] != "" || adds(c)
}

// adds reports whether a call is sure to have run a tool that adds accounts.
func adds(c shell.Call) bool {
	return c.Plain && c.Succeeded && accounts.Tool(c.Name) && accounts.Mentioned(c.Name) == accounts.Adds
}
