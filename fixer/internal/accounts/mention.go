package accounts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// Mention is what a text may do to accounts, judged by its words.
type Mention int

const (
	Unmentioned Mention = iota
	Adds                // there may be unknown accounts
	Changes             // known facts about any account may no longer hold
)

var (
	files         = []string{"/etc/passwd", "/etc/group"}
	addingWords   = []string{"useradd", "adduser", "groupadd", "addgroup", "newusers", "sysusers"}
	changingWords = append([]string{"usermod", "userdel", "deluser", "groupmod", "groupdel", "delgroup", "chsh", "vipw", "vigr"}, files...)
)

// Mentioned searches any text for the tools and the files of accounts.
func Mentioned(text string) Mention {
	has := func(word string) bool { return strings.Contains(text, word) }
	switch {
	case slices.ContainsFunc(changingWords, has):
		return Changes
	case slices.ContainsFunc(addingWords, has):
		return Adds
	}
	return Unmentioned
}

// MayConcern reports whether a text may be about accounts at all: if it mentions any
// of the above, or users and groups at all, as "net user" does in a language that is
// not parsed here.
func MayConcern(text string) bool {
	return Mentioned(text) != Unmentioned || strings.Contains(text, "user") || strings.Contains(text, "group")
}

// readers are the programs that change no file in their arguments.
var readers = []string{
	"grep", "egrep", "fgrep", "cat", "test", "[", "getent", "cut", "id", "head", "tail", "wc", "ls", "awk", "gawk", "mawk",
	"diff", "cmp", "stat", "chmod", "chown", "chgrp", "echo", "printf", "sha256sum", "md5sum",
}

// editors are the programs that change a file in place, or replace it.
var editors = []string{"sed ", "tee ", "mv ", "cp ", "perl ", "python", "ruby "}

// Written reports whether a script itself writes the files of accounts. A program with
// one of them in its arguments is taken to write it, unless it is known only to read;
// so is one that a text in another language calls before it mentions one.
func Written(script *shell.Script, text string) bool {
	mentions := func(w shell.Word) bool {
		return slices.ContainsFunc(files, func(file string) bool { return strings.Contains(w.Raw+" "+w.Text, file) })
	}
	if slices.ContainsFunc(script.Writes, func(w shell.Write) bool { return mentions(w.Word) }) {
		return true
	}
	for _, c := range script.Calls {
		if slices.ContainsFunc(c.Args, mentions) && writes(c) {
			return true
		}
	}
	return slices.ContainsFunc(files, func(file string) bool {
		seen := 0
		for _, w := range script.Words {
			seen += strings.Count(w.Text, file)
		}
		last := strings.LastIndex(text, file)
		return strings.Count(text, file) > seen && slices.ContainsFunc(editors, func(program string) bool { return strings.Contains(text[:last], program) })
	})
}

// writes reports whether a program with a file in its arguments may change it. A
// shell's script is judged separately.
func writes(c shell.Call) bool {
	if c.Name == "sed" {
		return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
			return strings.HasPrefix(w.Text, "-i") || strings.HasPrefix(w.Text, "--in-place")
		})
	}
	_, nested := c.Script()
	return !nested && len(c.Wrapped()) == 0 && !slices.Contains(readers, c.Name)
}
