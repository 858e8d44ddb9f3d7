// Package accounts reads the command lines that make, change and delete users
// and groups: those of shadow (useradd, groupmod …), of Debian's adduser and of
// BusyBox. It is the only place that knows their options and their defaults;
// what became of the accounts is for those to follow who know where they began.
package accounts

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Unknown stands for a uid or gid that the command line doesn't tell.
const Unknown = -1

// Kind is what a command does.
type Kind int

const (
	// Nothing comes, goes, or gets another name, id or home. The command may
	// still make a user a member of a group, or set a password or login shell.
	Nothing Kind = iota
	CreateUser
	CreateGroup
	DeleteUser
	DeleteGroup
	ModifyUser
	ModifyGroup
)

// Change is what one command does to the accounts. Fields that its kind has no
// use for are zero, ids Unknown.
type Change struct {
	Kind Kind
	Name string // of the user or group; a valid one
	Raw  string // the name as the script writes it: "$APP_USER"
	// UID and GID are the ids that the command states: for a new account, or to
	// be changed to. A user's primary group is in Group.
	UID, GID int

	// Group is the primary group of a user, by name or number; "" when the
	// command doesn't tell, or a modified user keeps his own. OwnGroup: it's a
	// new one of the user's name.
	Group    string
	OwnGroup bool
	// Home is a new user's home directory, or what it is changed to, absolute;
	// "" when a modified user keeps his own. HomeStated: the command says so,
	// and not the tool's default. NoHome: the directory is not made.
	Home       string
	HomeStated bool
	NoHome     bool
	Shell      string // the login shell, "" when the command doesn't tell
	System     bool   // a system account
	NonUnique  bool   // the id may be another's too
	// Force: a group that exists already is left as it is, and a gid that is
	// taken gives way to another.
	Force bool
	// NewName and NewRaw are the name that it is changed to, "" to keep it.
	NewName, NewRaw string
}

var (
	errUnknownWord = errors.New("a word of the command can't be known")
	errConflict    = errors.New("options of the command exclude each other")
)

// unfollowed are the tools that take what they do from elsewhere.
var unfollowed = map[string]bool{
	"newusers": true, "vipw": true, "vigr": true, "sysusers": true, "systemd-sysusers": true,
}

// Tool reports whether a program of that name changes accounts.
func Tool(name string) bool {
	return unfollowed[name] || shadowTools[name] != nil || debianTools[name] != nil || busyboxTools[name] != nil
}

// Read reads the command line of a tool, as the one of that family does. With
// family Unknown it reads what all those agree on that accept the command line.
// The error says, in few words, why it can't be followed: an unknown word, an
// option that the tool doesn't have or that leads elsewhere.
func Read(c shell.Call, family baseimage.Family) (Change, error) {
	if unfollowed[c.Name] {
		return Change{}, fmt.Errorf("%s changes the accounts in a way that is not followed", c.Name)
	}
	readers := readersOf(c.Name, family)
	switch len(readers) {
	case 0:
		return Change{}, fmt.Errorf("%s is no command of this distribution", c.Name)
	case 1:
		return readers[0](c, family)
	}
	var agreed *Change
	for _, read := range readers {
		change, err := read(c, family)
		if err != nil {
			continue
		}
		if agreed != nil && *agreed != change {
			agreed = nil
			break
		}
		agreed = &change
	}
	if agreed == nil {
		return Change{}, fmt.Errorf("%s has other options on each distribution, and this one is not known", c.Name)
	}
	return *agreed, nil
}

// reader reads the command line of one tool.
type reader func(shell.Call, baseimage.Family) (Change, error)

// readersOf returns the readers of the tools that have this name in a family.
func readersOf(name string, family baseimage.Family) []reader {
	var readers []reader
	add := func(tools map[string]reader, name string) {
		if tools[name] != nil {
			readers = append(readers, tools[name])
		}
	}
	add(shadowTools, name)
	known := family == baseimage.Debian || family == baseimage.RHEL ||
		family == baseimage.Alpine || family == baseimage.Busybox || family == baseimage.Wolfi
	if !known || family == baseimage.Debian {
		add(debianTools, name)
	}
	if !known || family != baseimage.Debian && family != baseimage.RHEL {
		add(busyboxTools, name)
	}
	if name == "adduser" && (!known || family == baseimage.RHEL) {
		add(shadowTools, "useradd") // which it is a link to
	}
	return readers
}

// named returns a change of the account that the only operand names.
func named(kind Kind, l line) (Change, error) {
	if len(l.operands) != 1 {
		return Change{}, errors.New("the command does not name one account")
	}
	w := l.operands[0]
	if !validName(w.Text) {
		return Change{}, fmt.Errorf("%.40q is no name of an account", w.Text)
	}
	return Change{Kind: kind, Name: w.Text, Raw: w.Raw, UID: Unknown, GID: Unknown}, nil
}

// validName refuses what no tool accepts as a name (shadow's chkname.c), and
// what the shell may turn into something else.
func validName(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"#',/:;\*?[]{}~`, r)
	})
}
