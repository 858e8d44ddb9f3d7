package accounts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// Mention is what a text may do to accounts, by the words in it.
type Mention int

const (
	Unmentioned Mention = iota
	Adds                // there may be accounts that nothing is known of
	Changes             // what is known of any account may no longer hold
)

var (
	files         = []string{"/etc/passwd", "/etc/group"}
	addingWords   = []string{"useradd", "adduser", "groupadd", "addgroup", "newusers", "sysusers"}
	changingWords = append([]string{"usermod", "userdel", "deluser", "groupmod", "groupdel", "delgroup", "chsh", "vipw", "vigr"}, files...)
)

// Mentioned looks for the tools and the files of accounts in a text, whatever
// the text is.
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

// MayConcern reports whether a text may have to do with accounts at all: when
// it mentions any of the above, or users and groups at all, as "net user" does
// in a language that nobody here reads.
func MayConcern(text string) bool {
	return Mentioned(text) != Unmentioned || strings.Contains(text, "user") || strings.Contains(text, "group")
}

// editors are the programs that change a file in place, or put another there.
var editors = []string{"sed ", "tee ", "mv ", "cp "}

// Written reports whether a script writes the files of accounts by itself. A
// program that is called before it mentions one of them is taken to write it.
func Written(script *shell.Script, text string) bool {
	if slices.ContainsFunc(script.Writes, func(w shell.Word) bool {
		return slices.ContainsFunc(files, func(file string) bool { return strings.Contains(w.Raw, file) })
	}) {
		return true
	}
	return slices.ContainsFunc(files, func(file string) bool {
		before, _, found := strings.Cut(text, file)
		return found && slices.ContainsFunc(editors, func(program string) bool { return strings.Contains(before, program) })
	})
}
