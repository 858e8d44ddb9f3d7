package workload

import (
	"github.com/dockmend/dockmend/fixer/shell"
)

// ScriptKind says what the commands of a Script come from.
type ScriptKind int

// The kinds of scripts.
const (
	// CommandLine is what the runtime executes: ENTRYPOINT with CMD as its
	// arguments.
	CommandLine ScriptKind = iota
	// Handed is a command that another program is given as its arguments, as npx
	// is.
	Handed
	// Arguments is what a shell script is called with, where it says exec "$@".
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
	// Name is that of a file in the build context, or of the script in package.json.
	Name string
	// Text is what is written there; "" for a command line.
	Text string
	// Place is where it stands: the file, or package.json. Its File is "" for a
	// command line.
	Place Place
	// Dir is the absolute directory of the image that it starts in; "" where it is
	// not known.
	Dir      string
	Commands []*Command // in the order of the text
	// Writes are the files that output is redirected to.
	Writes []Redirection
	// Words are all words of the text, whatever they are for.
	Words []shell.Source
	// Simple: it is one simple command and nothing else.
	Simple bool
}

// Redirection is a file that a script writes by > or >>.
type Redirection struct {
	shell.Word
	// File is the absolute path; "" where it is not known.
	File string
}

// Command is a call of a program in a script, with what that program runs in turn.
type Command struct {
	shell.Call
	// In is the script that it stands in.
	In *Script
	// Dir is the absolute directory of the image that it is called in; "" where it
	// is not known.
	Dir string
	// File is the absolute path of the program, or of the script that a shell is
	// called with, where a COPY or ADD brought it; "" for all others.
	File string
	// Source is that file's path in the build context; "" where it can't be told.
	Source string
	// Manager is set where it is a package manager.
	Manager *ManagerCall
	// Runs are the scripts that it runs.
	Runs []*Script
	// Unread says why nothing is known of a script that it starts; "" when there
	// is none, or it could be read.
	Unread string
	// Unfollowed says what else it may start and could not be followed to; ""
	// when all could.
	Unfollowed string
}

// All calls visit for each command of the script and of all that they run, each
// before those that it runs, until visit returns false.
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

// Last returns the last command of the script's own, and what it is in the end
// where exec, env and their kind stand before it; nil when it has none.
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
