package stage

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/internal/accounts"
)

// Unknown is a uid or gid that is not known.
const Unknown = accounts.Unknown

// Accounts are the users and groups at one place of a chain: those of the base
// image, as the RUN instructions up to there have changed them.
type Accounts struct {
	// Created are the users that the Dockerfile creates or modifies, and does
	// not delete again, in order.
	Created []Created
	// Err says in one line why the accounts can't be followed up to this place,
	// nil when they can. Once set, it stays set to the end of the chain.
	Err error
	// Fails is the RUN that no build gets past, since it makes an account that
	// there is already; nil when there is none. Why says so in one line. Taken is the
	// number that the account would have, Unknown if it is a name that is taken.
	Fails *dockerfile.Instruction
	Why   string
	Taken int

	base   *baseimage.Accounts // never changed in place
	known  bool                // base is known
	groups []baseimage.Group   // created; Unknown gids included

	sharedCreated *shared[Created] // what Created is a beginning of
	sharedGroups  *shared[baseimage.Group]
}

// Created is a user that a RUN creates. UID and GID may be Unknown.
type Created struct {
	baseimage.User
	Group  string // the primary group's name, or its number where only that is known
	NoHome bool   // the home directory is not made
	// Modified: the base image has the user, and the Dockerfile only changes it.
	Modified bool
	// Raw is the name as the script writes it: "$APP_USER" where it comes from
	// a variable.
	Raw string
	In  *dockerfile.Instruction
}

// IsRoot reports whether a value of USER, "user" or "user:group" with its variables
// expanded, means the superuser. The empty one does.
func IsRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	id, err := strconv.Atoi(name)
	return name == "" || name == "root" || err == nil && id == 0
}

// cloneBase makes the base's accounts a's own, to be called before each change
// of them: states share them.
func (a *Accounts) cloneBase() {
	if a.base == nil {
		a.base = &baseimage.Accounts{}
		return
	}
	a.base = a.base.Clone()
}

// Known reports whether every account at this place is known.
func (a Accounts) Known() bool {
	return a.known && a.Err == nil && a.base != nil && a.base.Complete
}

// Source returns where the base's accounts are known from; "" when they aren't.
func (a Accounts) Source() baseimage.Source {
	if a.base == nil || !a.known {
		return ""
	}
	return a.base.Source
}

// FreeID returns the lowest number from min on that no user and no group has.
func (a Accounts) FreeID(min int) (int, bool) {
	if !a.Known() {
		return 0, false
	}
	for id := min; ; id++ {
		free, ok := a.base.FreeID(id)
		if !ok {
			return 0, false
		}
		taken := slices.ContainsFunc(a.Created, func(c Created) bool { return c.UID == free || c.GID == free }) ||
			slices.ContainsFunc(a.groups, func(g baseimage.Group) bool { return g.GID == free })
		if !taken {
			return free, true
		}
		id = free
	}
}

// User finds a user by name, created ones first. Its ids may be Unknown.
func (a Accounts) User(name string) (Created, bool) {
	return a.find(func(u baseimage.User) bool { return u.Name == name })
}

// UserByID finds a user by uid, created ones first.
func (a Accounts) UserByID(uid int) (Created, bool) {
	return a.find(func(u baseimage.User) bool { return u.UID == uid && uid != Unknown })
}

func (a Accounts) find(match func(baseimage.User) bool) (Created, bool) {
	for _, c := range slices.Backward(a.Created) {
		if match(c.User) {
			return c, true
		}
	}
	if a.base == nil || a.Err != nil {
		return Created{}, false
	}
	for _, u := range a.base.Users {
		if match(u) {
			return Created{User: u, Group: a.groupName(u.GID), Raw: u.Name}, true
		}
	}
	return Created{}, false
}

// GroupID finds a group's gid by its name; it may be Unknown.
func (a Accounts) GroupID(name string) (int, bool) {
	for _, g := range slices.Backward(a.groups) {
		if g.Name == name {
			return g.GID, true
		}
	}
	g, ok := a.base.Group(name)
	return g.GID, ok
}

// Of returns the accounts of an image, with nothing created.
func Of(base *baseimage.Facts) (a Accounts) {
	if base != nil && base.Accounts != nil {
		a.base, a.known = base.Accounts, true
	}
	return a
}

// Runs returns the user and the group that a container starts with, by the value of USER
// as a runtime reads it: a user, and after a colon a group, by name or by number. A number
// without an account is in group 0. It is false where the accounts do not say it.
func (a Accounts) Runs(user string) (uid, gid int, account Created, ok bool) {
	name, group, hasGroup := strings.Cut(user, ":")
	uid, err := strconv.Atoi(name)
	switch {
	case name == "", name == "root":
		uid, err = 0, nil
		account, ok = a.UserByID(0)
	case err == nil:
		account, ok = a.UserByID(uid)
	default:
		account, ok = a.User(name)
	}
	switch {
	case !ok && err != nil, !ok && uid != 0 && !a.Known() && !hasGroup:
		return Unknown, Unknown, account, false // an entry of its own may give it any group
	case ok:
		uid, gid = account.UID, account.GID
	}
	if hasGroup {
		if gid, err = strconv.Atoi(group); err != nil {
			if gid, ok = a.GroupID(group); !ok {
				return uid, Unknown, account, false
			}
		}
	}
	return uid, gid, account, uid != Unknown && gid != Unknown
}

// IsNotRoot reports whether a value of USER is certain to mean another user than root, also
// where the number of that is not known.
func (a Accounts) IsNotRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	if uid, err := strconv.Atoi(name); err == nil {
		return uid != 0
	}
	account, ok := a.User(name)
	return ok && name != "root" && account.UID != 0 && a.Err == nil
}

// groupName returns the name of a gid, or the number where there is no name.
func (a Accounts) groupName(gid int) string {
	for _, g := range a.groups {
		if g.GID == gid && gid != Unknown {
			return g.Name
		}
	}
	if g, ok := a.base.GroupByID(gid); ok {
		return g.Name
	}
	return strconv.Itoa(gid)
}

// after follows what a RUN does to the accounts.
func (a Accounts) after(in *dockerfile.Instruction, s State) Accounts {
	cmd, ok := in.Cmd.(*instructions.RunCommand)
	if !ok {
		return a
	}
	text := strings.Join(cmd.CmdLine, " ")
	if accounts.MayConcern(text) || slices.ContainsFunc(cmd.Files, func(f instructions.ShellInlineFile) bool { return accounts.MayConcern(f.Data) }) {
		a = a.afterScript(in, s, text)
	}
	return a.afterScripts(in, s)
}

// afterScript follows the text of a RUN itself.
func (a Accounts) afterScript(in *dockerfile.Instruction, s State, text string) Accounts {
	script, err := s.Script(in)
	if err != nil || script == nil {
		a.Err = fmt.Errorf("line %d changes the accounts in a script that can't be read", in.Line)
		return a
	}
	for _, c := range script.Calls {
		err := a.call(c, in, s.Base)
		if t := (takenError{}); errors.As(err, &t) && c.Succeeded && a.Fails == nil && a.Err == nil {
			a.Fails, a.Why, a.Taken = in, fmt.Sprintf("%s fails: %s", c.Name, t.why), t.id
		}
		if err != nil && a.Err == nil {
			a.Err = fmt.Errorf("line %d: %w", in.Line, err)
		}
	}
	for _, f := range in.Cmd.(*instructions.RunCommand).Files {
		text += "\n" + f.Data
	}
	if accounts.Written(script, text) {
		a.Err = fmt.Errorf("line %d writes the account files by itself", in.Line)
	}
	return a
}
