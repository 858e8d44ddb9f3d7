// Package shell reads the script of a RUN, a shell-form CMD, or a start script:
// which programs it calls, with which words, and whether each call is certain
// to happen. mvdan.cc/sh parses it; nothing is executed, and nothing of
// the machine (environment, users, files) enters the result.
package shell

import (
	"errors"

	"mvdan.cc/sh/v3/syntax"
)

// Env returns the value of a variable, and whether it is known. nil knows none.
type Env func(name string) (value string, known bool)

// Word is one word of a call after quotes were removed and known variables
// were substituted.
type Word struct {
	Text string
	// Known is false if the text is unknown without running something:
	// command substitution, an unknown variable, arithmetic. Text is "" then.
	Known bool
	Raw   string // as written, quotes and variables included
	// Start and End are the byte range of Raw in the script. Both are 0 for a word
	// outside the script's own text: in a script inside it, in exec form.
	Start, End int
}

// Call is one simple command.
type Call struct {
	// Name is the program without its directory: "useradd" for
	// /usr/sbin/useradd. It is "" if it is not known.
	Name string
	Path string // the program as written
	// Program is the word that Path comes from.
	Program Word
	Args    []Word
	// Certain: whenever the script ends well, this call has run. A call in a
	// branch, a loop, a function, on the right of ||, after !, in the background or
	// after an exit is not certain; one on the right of && is, since an author of "a
	// && b; c" expects b to run. Success is a different question: "a; b" ends well
	// without a's success.
	Certain bool
	// Succeeded: whenever the script ends well, this call has run and ended well
	// itself. It is Certain, and a simple command of the script's own: either in
	// the chain of && that the script ends with, or a statement by itself while
	// errexit holds. A call inside a wrapper never is.
	Succeeded bool
	// Plain: what it runs depends on nothing else. No word has a variable, a command
	// or a file name pattern, and no variable is set for the call alone.
	Plain bool
	// Dir is the directory that it is called in: "" for the one that the script
	// starts in, else relative to that one, or absolute. It is not Known if an earlier
	// cd is unknown, or may not have run.
	Dir Word
	// Vars are the variables that are set for this call alone, as NAME=value;
	// those with an unknown value are left out.
	Vars []string
	// By is the index, in Calls, of the call that hands over to this one: exec,
	// env, sh -c. It is -1 for a command of the script's own.
	By int
	// From is the index, in Calls, of the call whose output it reads through a |. It is
	// -1 where it reads something else, or it is part of a compound command that reads
	// it.
	From int
	// Background: the script continues without waiting for it.
	Background bool
}

// Script is the calls of a script in the order of its text, those inside
// wrappers (sudo, env, exec, sh -c …) listed after their wrapper.
type Script struct {
	Calls []Call
	// Writes are the files that output is redirected to.
	Writes []Write
	// Words are all the words of the script itself, in any role.
	Words []Source
	// Loops are its loops over words.
	Loops []Loop
	// Simple: the script is one single simple command, without assignments,
	// redirections or operators around it.
	Simple bool
}

// Loop is a loop over words: "for NAME in WORDS". Words has patterns of file names as they are
// written.
type Loop struct {
	Name  string
	Words []Word
}

// Write is a file that output is redirected to, and the directory that a relative name
// starts from, as of [Call.Dir].
type Write struct {
	Word
	Dir Word
}

// Source is a word as the script writes it, quotes included. What is inside it,
// as a word in $(…), has a Source too.
type Source struct {
	Text string
	// Call is the index in Calls of the call that contains the word. It is -1 for
	// others: those of an assignment, a loop or a heredoc, the name of a function.
	Call int
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
// that of the parser, or reports more than MaxCalls calls.
func Parse(script string, env Env) (*Script, error) {
	return parseWhole(script, env, false, "")
}

// ParseErrexit is Parse for a shell that is started with errexit, as "sh -e".
func ParseErrexit(script string, env Env) (*Script, error) {
	return parseWhole(script, env, true, "")
}

// ParseIn is Parse for a script that starts in a known directory: each
// Dir is absolute then.
func ParseIn(script string, env Env, dir string) (*Script, error) {
	return parseWhole(script, env, false, dir)
}

func parseWhole(script string, env Env, errexit bool, dir string) (*Script, error) {
	w := &walker{env: env, vars: map[string]Word{}, left: &budget{calls: MaxCalls, bytes: maxNested}, dir: Word{Text: dir, Known: true}, moving: map[string]bool{}, index: map[*syntax.CallExpr]int{}}
	file, err := w.parse(script)
	if err != nil {
		return nil, err
	}
	w.succeeded = succeeding(file, errexit)
	if err := w.walk(file); err != nil {
		return nil, err
	}
	return &Script{Calls: w.calls, Writes: w.writes, Words: w.sources(file), Loops: w.loops, Simple: simple(file)}, nil
}
