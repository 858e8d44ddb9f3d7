package registry

import (
	"slices"
	"strings"
)

// touch is what a text may do to accounts, by the words in it.
type touch int

const (
	untouched touch = iota
	added           // there may be accounts that nothing is known of
	changed         // what is known of any account may no longer hold
)

var (
	addingWords   = []string{"useradd", "adduser", "groupadd", "addgroup", "newusers", "sysusers"}
	changingWords = []string{"usermod", "userdel", "deluser", "groupmod", "groupdel", "delgroup", "chsh", "vipw", "vigr", "/etc/passwd", "/etc/group"}
)

func touchOf(text string) touch {
	has := func(word string) bool { return strings.Contains(text, word) }
	switch {
	case slices.ContainsFunc(changingWords, has):
		return changed
	case slices.ContainsFunc(addingWords, has):
		return added
	}
	return untouched
}
