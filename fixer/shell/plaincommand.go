package shell

import (
	"errors"
	"strings"
)

// This file recognizes a script that is one plain command: a list of words, for which
// no shell is needed.

// builtins are what a shell does itself, or differently from the program
// of the same name: those of POSIX, dash, BusyBox and bash, and reserved words.
var builtins = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`. : [ [[ alias bg bind break builtin caller cd chdir command compgen complete compopt continue
		coproc declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash
		help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift
		shopt source suspend test then time times trap true type typeset ulimit umask unalias unset until wait while { } !`) {
		builtins[name] = true
	}
}

// Plain returns the words of a script that is one plain command: nothing
// in it is expanded, redirected or combined, and no builtin is called. A leading exec,
// which means the same, is dropped. The error states what else the script does.
func Plain(script string) ([]string, error) {
	if strings.IndexFunc(script, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) >= 0 {
		return nil, errors.New("it has characters that shells may take for blanks or not")
	}
	s, err := Parse(script, nil)
	if err != nil {
		return nil, errors.New("it can't be read as a shell's script")
	}
	if !s.Simple || len(s.Calls) == 0 {
		return nil, errors.New("operators, redirections and assignments take a shell")
	}
	call := s.Calls[0] // of a command inside a word, where there is one: see onlyWords
	if !call.Plain || !call.Program.Known || !call.Known() {
		return nil, errors.New("a shell must expand its words first")
	}
	words := append([]Word{call.Program}, call.Args...)
	if !onlyWords(script, words) {
		return nil, errors.New("there is more in it than the words of one command")
	}
	argv := make([]string, len(words))
	for i, w := range words {
		argv[i] = w.Text
	}
	if argv[0] == "exec" && len(argv) > 1 {
		argv = argv[1:]
	}
	switch name := argv[0]; {
	case builtins[name]:
		return nil, errors.New(name + " is the shell's own command")
	case name == "", strings.HasPrefix(name, "-"), strings.Contains(name, "="):
		return nil, errors.New("its first word is no program")
	}
	return argv, nil
}

// onlyWords reports whether the script has nothing but these words and blanks
// between them: no comment, and no operator after the command.
func onlyWords(script string, words []Word) bool {
	pos := 0
	for _, w := range words {
		if w.End == 0 || strings.Trim(script[pos:w.Start], " \t") != "" {
			return false
		}
		pos = w.End
	}
	return strings.Trim(script[pos:], " \t") == ""
}
