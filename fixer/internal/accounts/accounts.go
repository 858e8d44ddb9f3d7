// Package accounts parses the command lines that make, change and delete users and
// groups: those of shadow (useradd, groupmod …), of Debian's adduser and of BusyBox.
// It is the only place that knows their options and defaults; callers, who know the
// accounts at the start, follow the result.
package accounts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Unknown is a uid or gid that the command line doesn't state.
const Unknown = -1

// Kind is what a command does.
type Kind int

const (
	// Nothing is added, removed, renamed, or given another id or home. The command may
	// still make a user a member of a group, or set a password or login shell.
	Nothing Kind = iota
	CreateUser
	CreateGroup
	DeleteUser
	DeleteGroup
	ModifyUser
	ModifyGroup
)

// Change is what one command does to the accounts. Fields without a meaning for its
// kind are zero, ids Unknown; Nothing has no fields.
type Change struct {
	Kind Kind
	Name string // the name of the user or group; a valid one
	Raw  string // the name as the script writes it: "$APP_USER"
	// UID and GID are the ids that the command states, for a new account or as the new
	// ids. A user's primary group is in Group.
	UID, GID int

	// Group is the primary group of a user, by name or number; "" if the command
	// doesn't state it, or a modified user keeps the old one. OwnGroup: it's a
	// new one of the user's name.
	Group    string
	OwnGroup bool
	// Home is a new user's home directory, or the new one of a modified user,
	// absolute; "" if a modified user keeps the old one. HomeStated: it comes from the
	// command, not from the tool's default. NoHome: the directory is not made.
	Home       string
	HomeStated bool
	NoHome     bool
	// Disputed: a new user's home or primary group depends on the family, which
	// is Unknown. Home or Group is "" if it does; NoHome has no meaning.
	Disputed  bool
	Shell     string // the login shell, "" if the command doesn't state it
	System    bool   // a system account
	NonUnique bool   // the id may be another's too
	// Force: an existing group is left unchanged, and a gid in use is replaced by
	// another.
	Force bool
	// NewName and NewRaw are the new name, "" to keep the old one.
	NewName, NewRaw string
}

var (
	errUnknownWord = errors.New("a word of the command can't be known")
	errConflict    = errors.New("options of the command exclude each other")
)

// unfollowed are the tools that take their instructions from elsewhere.
var unfollowed = map[string]bool{
	"newusers": true, "vipw": true, "vigr": true, "sysusers": true, "systemd-sysusers": true,
}

// Tool reports whether a program of that name changes accounts.
func Tool(name string) bool {
	return unfollowed[name] || shadowTools[name] != nil || debianTools[name] != nil || busyboxTools[name] != nil
}

// Read parses the command line of a tool, like the one of that family. With family
// Unknown it returns what all tools that accept the command line agree on. The error
// states, in few words, why it can't be followed: an unknown word, an
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
	var all []Change
	for _, read := range readers {
		if change, err := read(c, family); err == nil {
			all = append(all, change)
		}
	}
	if !same(all) {
		dispute(all)
	}
	if len(all) == 0 || !same(all) {
		return Change{}, Differs(c.Name)
	}
	return all[0], nil
}

func same(list []Change) bool {
	return !slices.ContainsFunc(list, func(c Change) bool { return c != list[0] })
}

// dispute leaves open where the tools differ on a new user's home and primary group.
func dispute(list []Change) {
	first := list[0]
	home := !slices.ContainsFunc(list, func(c Change) bool { return c.Home != first.Home })
	group := !slices.ContainsFunc(list, func(c Change) bool { return c.Group != first.Group || c.OwnGroup != first.OwnGroup })
	for i := range list {
		c := &list[i]
		if c.Kind != CreateUser {
			continue
		}
		c.NoHome, c.Disputed = false, true
		if !home {
			c.Home = ""
		}
		if !group {
			c.Group, c.OwnGroup = "", false
		}
	}
}

// Differs returns the error of a command that each distribution reads differently.
func Differs(name string) error {
	return fmt.Errorf("%s has other options on each distribution, and this one is not known", name)
}

// reader parses the command line of one tool.
type reader func(shell.Call, baseimage.Family) (Change, error)

// readersOf returns the readers of the tools that have this name in a family.
func readersOf(name string, family baseimage.Family) []reader {
	link := shadowTools[name]
	if name == "adduser" {
		link = useradd // which it is a link to on Red Hat's systems
	}
	var list []reader
	switch family {
	case baseimage.RHEL:
		list = []reader{link}
	case baseimage.Debian:
		list = []reader{shadowTools[name], debianTools[name]}
	case baseimage.Alpine, baseimage.Busybox, baseimage.Wolfi:
		list = []reader{shadowTools[name], busyboxTools[name]}
	default:
		list = []reader{link, debianTools[name], busyboxTools[name]}
	}
	return slices.DeleteFunc(list, func(r reader) bool { return r == nil })
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

// validName refuses names that no tool accepts (shadow's chkname.c), and those that
// the shell may change.
func validName(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"#',/:;\*?[]{}~`, r)
	})
}
