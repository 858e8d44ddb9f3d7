package transforms

import (
	"bytes"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file tells when a shell's script is one plain command: a list of words,
// for which no shell is needed.

// builtins are what a shell does itself, or does in another way than the program
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

// plainCommand returns the words of a script that is one plain command: nothing
// in it is expanded, redirected or combined, and no builtin is called. An exec in
// front, which says the same, is dropped. The error says what else the script is.
func plainCommand(script string) ([]string, error) {
	if strings.IndexFunc(script, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) >= 0 {
		return nil, errors.New("it has characters that shells may take for blanks or not")
	}
	s, err := shell.Parse(script, nil)
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
	words := append([]shell.Word{call.Program}, call.Args...)
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
// between them: no comment, and no operator behind the command.
func onlyWords(script string, words []shell.Word) bool {
	pos := 0
	for _, w := range words {
		if w.End == 0 || strings.Trim(script[pos:w.Start], " \t") != "" {
			return false
		}
		pos = w.End
	}
	return strings.Trim(script[pos:], " \t") == ""
}

// onlyRuns tells why the shell of a shell form does more than to run its script:
// a login shell or a file that it reads first may set up an environment.
func onlyRuns(s chain.State) error {
	if len(s.Shell) < 2 || !s.POSIXShell() {
		return errors.New("its SHELL is no POSIX shell")
	}
	for i := 1; i < len(s.Shell); i++ {
		flag, last := s.Shell[i], i == len(s.Shell)-1
		letters := strings.TrimPrefix(flag, "-")
		if letters == flag || strings.Trim(letters, "ceuo") != "" || last != strings.Contains(letters, "c") {
			return errors.New("its SHELL has options that may set up an environment")
		}
		if strings.Contains(letters, "o") {
			if i++; i >= len(s.Shell)-1 || !slices.Contains([]string{"pipefail", "errexit", "nounset"}, s.Shell[i]) {
				return errors.New("its SHELL has options that may set up an environment")
			}
		}
	}
	for _, name := range []string{"BASH_ENV", "ENV"} {
		if v, ok := s.EnvVar(name); ok && (name == "ENV" || path.Base(s.Shell[0]) == "bash") && strings.Contains(v, "/") {
			return errors.New(name + " names a file that its shell may read first")
		}
	}
	return nil
}

// execForm writes words as exec form, in the way in which like, another array of
// the file, is written; "" for the usual way.
func execForm(argv []string, like string) string {
	comma, open, end := ", ", "[", "]"
	if strings.Contains(like, `","`) && !strings.Contains(like, `", "`) {
		comma = ","
	}
	if strings.HasPrefix(like, "[ ") && strings.HasSuffix(like, " ]") {
		open, end = "[ ", " ]"
	}
	quoted := make([]string, len(argv))
	for i, a := range argv {
		quoted[i] = jsonString(a)
	}
	return open + strings.Join(quoted, comma) + end
}

// jsonString quotes a word as encoding/json does, without its escapes for HTML.
func jsonString(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""` // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
