package repository

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the scripts that a script hands to other shells: those of other machines,
// and heredocs. What they build is not read: their files are not the repository's.

// sshSwitches are the options of ssh without a value (ssh(1)).
var sshSwitches = words("-4 -6 -A -a -C -f -G -g -K -k -M -N -n -q -s -T -t -V -v -X -x -Y -y -tt -batch -ssh -agent")

// elsewhere reads the command line that ssh is called with.
func (c command) elsewhere(args []shell.Word) {
	if c.call.Name == "sshpass" { // sshpass -p x ssh …
		for len(args) > 0 && args[0].Text != "ssh" {
			args = args[1:]
		}
		args = args[min(1, len(args)):]
	}
	_, rest := split(args, sshSwitches, true)
	if len(rest) < 2 {
		return
	}
	var line []string
	for _, w := range rest[1:] {
		line = append(line, spelled(w))
	}
	s := *c.script
	s.place, s.block, s.text = c.place, false, strings.Join(line, " ")
	c.reader.remote(s)
}

// remote reads a script that another machine runs.
func (r *reader) remote(s script) {
	if s.remote {
		return // no more than once
	}
	s.remote, s.dir, s.documented = true, value{}, true
	r.script(s)
}

// shells are the programs that run what they get on standard input.
var shells = words("ssh sshpass plink sh bash ash dash zsh")

// handedOver reads the heredocs of a script that shells run.
func (r *reader) handedOver(s script, text string) {
	if s.remote || !strings.Contains(text, "<<") {
		return
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		st, ok := n.(*syntax.Stmt)
		if !ok {
			return true
		}
		call, ok := st.Cmd.(*syntax.CallExpr)
		if !ok || !runsInput(call) {
			return true
		}
		for _, redirect := range st.Redirs {
			if redirect.Hdoc == nil {
				continue
			}
			from, to := int(redirect.Hdoc.Pos().Offset()), int(redirect.Hdoc.End().Offset())
			inner := s
			inner.place = s.at(text, from)
			inner.text = text[min(from, len(text)):min(to, len(text))]
			r.remote(inner)
		}
		return true
	})
}

// runsInput reports whether a call is one of a shell, perhaps through sudo.
func runsInput(call *syntax.CallExpr) bool {
	for _, word := range call.Args[:min(len(call.Args), 4)] {
		if shells[path.Base(word.Lit())] {
			return true
		}
	}
	return false
}
