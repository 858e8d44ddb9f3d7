package workload

import (
	"github.com/dockmend/dockmend/fixer/shell"
)

// ScriptKind is the origin of the commands of a Script.
type ScriptKind int

// The kinds of scripts.
const (
	// CommandLine is what the runtime executes: ENTRYPOINT with CMD as its
	// arguments.
	CommandLine ScriptKind = iota
	// Handed is a command in the arguments of another program, such as npx.
	Handed
	// Arguments are the arguments of a shell script, which it executes with exec "$@".
	Arguments
	// ShellScript is a file that a shell reads.
	ShellScript
	// PackageScript is a script of package.json.
	PackageScript
	// ProcessFile is a file that lists processes: a Procfile, one of pm2.
	ProcessFile
	// ChildCommand is a command that a source of the application starts.
	ChildCommand
)

// Script is a text of commands that runs, or may run, when the container starts.
type Script struct {
	Kind ScriptKind
	// Name is that of a file in the build context, or of the script in package.json; of a
	// heredoc, the absolute path in the image.
	Name string
	// Text is the text of the script; "" for a command line.
	Text string
	// Place is where the script is: the file, or package.json. Its File is "" for a
	// command line.
	Place Place
	// Dir is the absolute directory of the image that it starts in; "" if it is
	// not known.
	Dir      string
	Commands []*Command // in the order of the text
	// Writes are the files that output is redirected to.
	Writes []Redirection
	// Words are all words of the text, in any role.
	Words []shell.Source
	// Loops are its loops over words.
	Loops []shell.Loop
	// Simple reports whether it is one simple command and nothing else.
	Simple bool
}

// Redirection is a file that a script writes by > or >>.
type Redirection struct {
	shell.Word
	// File is the absolute path; "" if it is not known.
	File string
}

// Command is a call of a program in a script, with what that program runs in turn.
type Command struct {
	shell.Call
	// In is the script that contains it.
	In *Script
	// Dir is the absolute directory of the image where it is called; "" if it
	// is not known.
	Dir string
	// File is the absolute path of the program, or of the script that a shell is
	// called with, if a COPY or ADD brought it; "" otherwise.
	File string
	// Source is that file's path in the build context; "" if it is not known.
	Source string
	// Manager is the call of a package manager; nil for other programs.
	Manager *ManagerCall
	// Runs are the scripts that it runs.
	Runs []*Script
	// Unread is why a script that it starts could not be read; "" when there
	// is none, or it could be read.
	Unread string
	// Unfollowed is why something else that it may start could not be followed; ""
	// when all could.
	Unfollowed string
}

// All calls visit for each command of the script and of all that they run, parents
// first, until visit returns false.
func (s *Script) All(visit func(*Command) bool) bool {
	for _, c := range s.Commands {
		if !visit(c) {
			return false
		}
		for _, inner := range c.Runs {
			if !inner.All(visit) {
				return false
			}
		}
	}
	return true
}

// Last returns the script's own last command, and the command that it finally runs
// after exec, env and similar; nil when it has none.
func (s *Script) Last() (own, end *Command) {
	for i, c := range s.Commands {
		switch {
		case c.By < 0:
			own, end = c, c
		case end != nil && s.Commands[c.By] == end:
			end = s.Commands[i]
		}
	}
	return own, end
}
