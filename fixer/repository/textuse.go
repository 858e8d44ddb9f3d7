package repository

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads the command lines that take the text of a Dockerfile for what they do:
// they find lines of it, or put others after it.

// ofText is a TextUse and its Dockerfile.
type ofText struct {
	dockerfile string
	workload.TextUse
}

// maxFinds bounds the expressions of one command line.
const maxFinds = 20

// textUse reads a call of a program that works on texts.
func (c command) textUse(calls []shell.Call) {
	file := c.textOperand()
	if file == "" && c.call.From >= 0 && c.call.From < len(calls) && calls[c.call.From].Name == "cat" {
		from := c
		from.call = calls[c.call.From]
		file = from.textOperand()
	}
	if file == "" {
		return
	}
	finds, all := []string(nil), false
	switch c.call.Name {
	case "cat":
		if c.continues(file) {
			c.reader.continueText(file, c.place)
		}
		return
	case "grep", "egrep", "fgrep":
		finds, all = c.grepFinds()
	case "sed", "gsed":
		var adds bool
		if finds, adds, all = sedFinds(c.call); adds {
			c.reader.continueText(file, c.place)
		}
	case "awk", "gawk", "mawk":
		finds, all = awkFinds(c.call)
	case "head":
		finds = []string{`(?i)^\s*(?:FROM|ARG)\s`}
	case "patch", "diff", "cmp", "tail":
		all = true
	}
	if (all || len(finds) > 0) && len(c.reader.uses) < maxLinks {
		if all {
			finds = nil
		}
		c.reader.uses = append(c.reader.uses, ofText{file, workload.TextUse{Place: c.place, Program: c.call.Name, Finds: finds[:min(len(finds), maxFinds)]}})
	}
}

// textPrograms are the programs that textUse knows.
var textPrograms = words("cat grep egrep fgrep sed gsed awk gawk mawk head tail patch diff cmp")

// textOperand returns the Dockerfile of the repository that the words of a call name, ""
// for none.
func (c command) textOperand() string {
	for _, w := range c.call.Args {
		if w.Known && discover.IsNamed(path.Base(w.Text)) {
			if name := c.reader.isIn(c.dir, c.own, w.Text); name != "" {
				return name
			}
		}
	}
	return ""
}

// continues reports whether cat puts another file after a Dockerfile.
func (c command) continues(file string) bool {
	i := slices.IndexFunc(c.call.Args, func(w shell.Word) bool { return w.Known && c.reader.isIn(c.dir, c.own, w.Text) == file })
	return i >= 0 && slices.ContainsFunc(c.call.Args[i+1:], func(w shell.Word) bool { return w.Text == "-" || !strings.HasPrefix(w.Text, "-") })
}

func (r *reader) continueText(dockerfile string, place workload.Place) {
	if len(r.continued) < maxLinks {
		r.continued = append(r.continued, continuedText{dockerfile, place})
	}
}

// continuesText reads what a script writes after the text of a Dockerfile: by ">>", or in a
// list of commands whose output is one text.
func (r *reader) continuesText(s script, text string) {
	if !strings.Contains(text, "ockerfile") || !strings.Contains(text, "cat ") && !strings.Contains(text, ">>") {
		return
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return
	}
	copied := "" // the Dockerfile that cp, cat or sed was called with before
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Subshell:
			r.continuesIn(s, text, n.Stmts)
		case *syntax.Block:
			r.continuesIn(s, text, n.Stmts)
		case *syntax.Stmt:
			if call, ok := n.Cmd.(*syntax.CallExpr); ok && slices.Contains([]string{"cp", "cat", "sed", "install"}, literalOf(call.Args, 0)) {
				for i := range call.Args {
					if name := r.namesText(s, literalOf(call.Args, i)); name != "" {
						copied = name
						break
					}
				}
			}
			for _, redirect := range n.Redirs {
				if to := redirect.Word.Lit(); redirect.Op == syntax.AppOut && discover.IsNamed(path.Base(to)) {
					if name := r.namesText(s, to); name != "" {
						copied = name
					}
					if copied != "" {
						r.continueText(copied, s.at(text, int(n.Pos().Offset())))
					}
				}
			}
		}
		return true
	})
}

// continuesIn reads the list of commands of a subshell or a group.
func (r *reader) continuesIn(s script, text string, list []*syntax.Stmt) {
	for _, st := range list[:max(len(list)-1, 0)] {
		if call, ok := st.Cmd.(*syntax.CallExpr); ok && literalOf(call.Args, 0) == "cat" {
			if name := r.namesText(s, literalOf(call.Args, len(call.Args)-1)); name != "" {
				r.continueText(name, s.at(text, int(st.Pos().Offset())))
			}
		}
	}
}

// namesText returns the Dockerfile of the repository that a word of a script names.
func (r *reader) namesText(s script, word string) string {
	if !discover.IsNamed(path.Base(word)) {
		return ""
	}
	return r.isIn(s.dir, s.own, word)
}

func literalOf(words []*syntax.Word, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i].Lit()
}
