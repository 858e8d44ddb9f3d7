package stage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/shell"
)

// call follows one command. The error says why it can't be followed.
func (a *Accounts) call(c shell.Call, in *dockerfile.Instruction, base *baseimage.Facts) error {
	if !accounts.Tool(c.Name) {
		return nil
	}
	if !c.Certain {
		return fmt.Errorf("%s runs only under a condition", c.Name)
	}
	family := baseimage.Unknown
	if base != nil {
		family = base.Distro.FamilyOf()
	}
	change, err := accounts.Read(c, family)
	if err != nil {
		return err
	}
	switch change.Kind {
	case accounts.CreateUser:
		if change.Disputed {
			return accounts.Differs(c.Name)
		}
		return a.createUser(change, in)
	case accounts.CreateGroup:
		return a.createGroup(change)
	case accounts.DeleteUser:
		a.removeUser(change.Name)
		// The group of the same name goes too, when it is no account's primary group.
		a.removeGroup(change.Name)
	case accounts.DeleteGroup:
		a.removeGroup(change.Name)
	case accounts.ModifyUser:
		return a.modifyUser(change, in)
	case accounts.ModifyGroup:
		return a.modifyGroup(change)
	}
	return nil
}

// takenError is that of a command which fails since there is such an account.
type takenError struct {
	why string
	id  int // that is taken; Unknown if a name is
}

func (t takenError) Error() string { return t.why + ", so it does not build" }

// unknownError is that of a command which changes an account that is not known.
type unknownError string

func (e unknownError) Error() string { return string(e) }

// NeedsAll reports whether the accounts could not be followed since an account is not known
// that the base image may have: with all of its accounts they may be.
func (a Accounts) NeedsAll() bool {
	unknown := unknownError("")
	return errors.As(a.Err, &unknown) && !(a.known && a.base != nil && a.base.Complete)
}

func (a *Accounts) createUser(change accounts.Change, in *dockerfile.Instruction) error {
	if _, exists := a.User(change.Name); exists {
		return takenError{fmt.Sprintf("the user %s exists already", change.Name), Unknown}
	}
	if other, taken := a.UserByID(change.UID); taken && !change.NonUnique {
		return takenError{fmt.Sprintf("uid %d is %s's already", change.UID, other.Name), change.UID}
	}
	u := Created{
		User:   baseimage.User{Name: change.Name, UID: change.UID, GID: Unknown, Home: change.Home, Shell: change.Shell},
		NoHome: change.NoHome, Raw: change.Raw, In: in,
	}
	switch {
	case change.OwnGroup:
		u.Group = u.Name
		if gid, exists := a.GroupID(u.Name); exists {
			u.GID = gid
		} else {
			u.GID = a.likeUser(u.UID)
			a.addGroup(baseimage.Group{Name: u.Name, GID: u.GID})
		}
	case change.Group == "":
		return errors.New("the command does not tell the user's primary group")
	default:
		u.Group, u.GID = a.primary(change.Group)
	}
	a.addUser(u)
	return nil
}

// likeUser returns the number of a group that a tool makes for a user: the user's, where that is
// free (shadow's find_new_gid, Debian's adduser, BusyBox's adduser). It is Unknown where it is not
// known to be.
func (a *Accounts) likeUser(uid int) int {
	if uid == Unknown || !a.Known() || a.groupName(uid) != strconv.Itoa(uid) || slices.ContainsFunc(a.groups, func(g baseimage.Group) bool { return g.GID == Unknown }) {
		return Unknown
	}
	return uid
}

// primary returns the name and gid of a group that a command states by either.
func (a *Accounts) primary(stated string) (name string, gid int) {
	if id, err := strconv.Atoi(stated); err == nil {
		return a.groupName(id), id
	}
	if id, ok := a.GroupID(stated); ok {
		return stated, id
	}
	return stated, Unknown
}

func (a *Accounts) createGroup(change accounts.Change) error {
	if _, exists := a.GroupID(change.Name); exists {
		if change.Force {
			return nil
		}
		return takenError{fmt.Sprintf("the group %s exists already", change.Name), Unknown}
	}
	g := baseimage.Group{Name: change.Name, GID: change.GID}
	if other := a.groupName(g.GID); g.GID != Unknown && other != strconv.Itoa(g.GID) && !change.NonUnique {
		if !change.Force {
			return takenError{fmt.Sprintf("gid %d is %s's already", g.GID, other), g.GID}
		}
		g.GID = Unknown
	}
	a.addGroup(g)
	return nil
}

func (a *Accounts) addUser(u Created) {
	a.sharedCreated, a.Created = a.sharedCreated.extend(a.Created, u)
}

func (a *Accounts) addGroup(g baseimage.Group) {
	a.sharedGroups, a.groups = a.sharedGroups.extend(a.groups, g)
}

func (a *Accounts) removeUser(name string) {
	a.cloneBase()
	a.base.Users = slices.DeleteFunc(a.base.Users, func(u baseimage.User) bool { return u.Name == name })
	a.sharedCreated, a.Created = nil, slices.DeleteFunc(slices.Clone(a.Created), func(u Created) bool { return u.Name == name })
}

func (a *Accounts) removeGroup(name string) {
	a.cloneBase()
	a.base.Groups = slices.DeleteFunc(a.base.Groups, func(g baseimage.Group) bool { return g.Name == name })
	a.sharedGroups, a.groups = nil, slices.DeleteFunc(slices.Clone(a.groups), func(g baseimage.Group) bool { return g.Name == name })
}

func (a *Accounts) modifyUser(change accounts.Change, in *dockerfile.Instruction) error {
	u, ok := a.User(change.Name)
	if !ok {
		return unknownError(fmt.Sprintf("usermod of %s, who is not known", change.Name))
	}
	if u.In == nil {
		u.Modified, u.NoHome = true, change.Home == "" && !baseimage.ForApplications(u.UID)
	}
	u.Name, u.Raw = cmp.Or(change.NewName, u.Name), cmp.Or(change.NewRaw, u.Raw, u.Name)
	u.Home, u.Shell = cmp.Or(change.Home, u.Home), cmp.Or(change.Shell, u.Shell)
	if change.UID != Unknown {
		u.UID = change.UID
	}
	if change.Group != "" {
		u.Group, u.GID = a.primary(change.Group)
	}
	u.In = in
	a.removeUser(change.Name)
	a.addUser(u)
	return nil
}

func (a *Accounts) modifyGroup(change accounts.Change) error {
	before, ok := a.GroupID(change.Name)
	if !ok {
		return unknownError(fmt.Sprintf("groupmod of %s, which is not known", change.Name))
	}
	g := baseimage.Group{Name: cmp.Or(change.NewName, change.Name), GID: before}
	if change.GID != Unknown {
		g.GID = change.GID
	}
	a.removeGroup(change.Name)
	a.addGroup(g)
	// groupmod -g changes the primary gid of the group's members with it.
	for i, u := range a.base.Users {
		if u.GID == before && before != Unknown {
			a.base.Users[i].GID = g.GID
		}
	}
	a.sharedCreated, a.Created = nil, slices.Clone(a.Created)
	for i, u := range a.Created {
		if u.Group == change.Name {
			a.Created[i].Group, a.Created[i].GID = g.Name, g.GID
		}
	}
	return nil
}
