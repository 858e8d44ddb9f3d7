package chain

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file follows the commands that change accounts. Their options come from
// the manual pages of shadow-utils (useradd, groupadd, usermod …), of Debian's
// adduser package, and from BusyBox's adduser and addgroup.

var errUnknownWord = errors.New("a word of the command can't be known")

func oneOf(options ...string) func(string) bool {
	return func(o string) bool { return slices.Contains(options, o) }
}

var (
	useraddValues = oneOf("-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive",
		"-g", "--gid", "-G", "--groups", "-k", "--skel", "-K", "--key", "-p", "--password", "-R", "--root", "-P", "--prefix",
		"-s", "--shell", "-u", "--uid", "-Z", "--selinux-user", "-l", "--login")
	adduserValues = oneOf("--home", "--shell", "--uid", "--gid", "--ingroup", "--firstuid", "--lastuid", "--gecos", "--comment", "--conf", "--add_extra_groups")
	busyboxValues = oneOf("-h", "-g", "-s", "-G", "-u", "-k", "--home", "--gecos", "--shell", "--ingroup", "--uid", "--gid", "--skel")
	groupValues   = oneOf("-g", "--gid", "-K", "--key", "-n", "--new-name", "-p", "--password", "-R", "--root", "-P", "--prefix", "-U", "--users")
)

// options splits a call and gives an accessor: the first of the names given.
func options(c shell.Call, takes func(string) bool) (get func(names ...string) (shell.Word, bool), operands []shell.Word) {
	values, operands := c.Options(takes)
	return func(names ...string) (shell.Word, bool) {
		for _, n := range names {
			if w, ok := values[n]; ok {
				return w, true
			}
		}
		return shell.Word{}, false
	}, operands
}

func (a *Accounts) useradd(c shell.Call, family baseimage.Family, in *dockerfile.Instruction) error {
	get, operands := options(c, useraddValues)
	if len(operands) != 1 || !operands[0].Known {
		return errUnknownWord
	}
	name := operands[0]
	u := Created{User: baseimage.User{Name: name.Text, UID: Unknown, GID: Unknown}, Raw: name.Raw, In: in}
	u.Home = "/home/" + name.Text
	if w, ok := get("-d", "--home-dir", "--home"); ok {
		u.Home = w.Text
	}
	_, system := get("-r", "--system")
	_, made := get("-m", "--create-home")
	_, unmade := get("-M", "--no-create-home")
	// login.defs: CREATE_HOME is set on Red Hat's systems, not on Debian's.
	u.NoHome = !made && (unmade || system || family != baseimage.RHEL)
	group, hasGroup := get("-g", "--gid")
	_, shared := get("-N", "--no-user-group")
	return a.create(u, get, group, hasGroup || shared)
}

func (a *Accounts) adduser(c shell.Call, family baseimage.Family, in *dockerfile.Instruction) error {
	switch family {
	case baseimage.RHEL:
		return a.useradd(c, family, in) // a link to useradd there
	case baseimage.Alpine, baseimage.Busybox, baseimage.Wolfi:
		return a.busyboxAdduser(c, in)
	case baseimage.Debian:
		return a.debianAdduser(c, in)
	}
	return errors.New("adduser has other options on each distribution, and this one is not known")
}

func (a *Accounts) debianAdduser(c shell.Call, in *dockerfile.Instruction) error {
	get, operands := options(c, adduserValues)
	_, group := get("--group")
	_, system := get("--system")
	switch {
	case len(operands) == 2:
		return nil // adduser USER GROUP: a membership
	case len(operands) != 1 || !operands[0].Known:
		return errUnknownWord
	case group && !system:
		return a.addGroup(operands[0].Text, get, "--gid")
	}
	name := operands[0]
	u := Created{User: baseimage.User{Name: name.Text, UID: Unknown, GID: Unknown, Home: "/home/" + name.Text}, Raw: name.Raw, In: in}
	if system {
		u.Home = "/nonexistent" // since Debian 12; before, /home/NAME, made
		u.NoHome = true
	}
	if w, ok := get("--home"); ok {
		u.Home, u.NoHome = w.Text, false
	}
	if _, ok := get("--no-create-home"); ok {
		u.NoHome = true
	}
	primary, has := get("--ingroup", "--gid")
	if system && !group && !has {
		primary, has = shell.Word{Text: "nogroup", Known: true}, true
	}
	return a.create(u, get, primary, has)
}

func (a *Accounts) busyboxAdduser(c shell.Call, in *dockerfile.Instruction) error {
	get, operands := options(c, busyboxValues)
	switch {
	case len(operands) == 2:
		return nil // adduser USER GROUP: a membership
	case len(operands) != 1 || !operands[0].Known:
		return errUnknownWord
	}
	name := operands[0]
	u := Created{User: baseimage.User{Name: name.Text, UID: Unknown, GID: Unknown, Home: "/home/" + name.Text}, Raw: name.Raw, In: in}
	if w, ok := get("-h", "--home"); ok {
		u.Home = w.Text
	}
	_, u.NoHome = get("-H", "--no-create-home")
	group, has := get("-G", "--ingroup")
	if _, system := get("-S", "--system"); system && !has {
		group, has = shell.Word{Text: "nogroup", Known: true}, true
	}
	return a.create(u, get, group, has)
}

// create adds the user. Without a primary group of another name it gets one of
// its own.
func (a *Accounts) create(u Created, get func(...string) (shell.Word, bool), group shell.Word, hasGroup bool) error {
	if u.Name == "" || u.Home == "" {
		return errUnknownWord
	}
	if w, ok := get("-u", "--uid"); ok {
		id, err := strconv.Atoi(w.Text)
		if err != nil {
			return errUnknownWord
		}
		u.UID = id
	}
	if _, exists := a.User(u.Name); exists {
		return fmt.Errorf("the user %s exists already, so it does not build", u.Name)
	}
	_, shared := get("-o", "--non-unique")
	if other, taken := a.UserByID(u.UID); taken && !shared {
		return fmt.Errorf("uid %d is %s's already, so it does not build", u.UID, other.Name)
	}
	switch gid, err := strconv.Atoi(group.Text); {
	case !hasGroup:
		u.Group = u.Name
		if _, exists := a.GroupID(u.Name); !exists {
			a.groups = append(a.groups, baseimage.Group{Name: u.Name, GID: Unknown})
		}
	case !group.Known || group.Text == "":
		return errUnknownWord
	case err == nil:
		u.GID, u.Group = gid, a.groupName(gid)
	default:
		u.Group = group.Text
		if id, ok := a.GroupID(group.Text); ok {
			u.GID = id
		}
	}
	a.Created = append(a.Created, u)
	return nil
}

func (a *Accounts) groupadd(c shell.Call, _ baseimage.Family, _ *dockerfile.Instruction) error {
	get, operands := options(c, groupValues)
	switch {
	case len(operands) == 2:
		return nil // addgroup USER GROUP: a membership
	case len(operands) != 1 || !operands[0].Known:
		return errUnknownWord
	}
	return a.addGroup(operands[0].Text, get, "-g", "--gid")
}

func (a *Accounts) addGroup(name string, get func(...string) (shell.Word, bool), flags ...string) error {
	g := baseimage.Group{Name: name, GID: Unknown}
	if w, ok := get(flags...); ok {
		if id, err := strconv.Atoi(w.Text); err == nil {
			g.GID = id
		}
	}
	if _, exists := a.GroupID(name); exists {
		if _, force := get("-f", "--force"); force {
			return nil
		}
		return fmt.Errorf("the group %s exists already, so it does not build", name)
	}
	_, shared := get("-o", "--non-unique")
	if other := a.groupName(g.GID); g.GID != Unknown && other != strconv.Itoa(g.GID) && !shared {
		return fmt.Errorf("gid %d is %s's already, so it does not build", g.GID, other)
	}
	a.groups = append(a.groups, g)
	return nil
}

func (a *Accounts) userdel(c shell.Call, _ baseimage.Family, _ *dockerfile.Instruction) error {
	get, operands := options(c, oneOf("--backup-to", "-R", "--root", "-P", "--prefix"))
	if _, ok := get("--group"); ok {
		return a.groupdel(c, "", nil)
	}
	if len(operands) == 2 {
		return nil // deluser USER GROUP: a membership
	}
	if len(operands) != 1 || !operands[0].Known {
		return errUnknownWord
	}
	name := operands[0].Text
	a.own()
	a.base.Users = slices.DeleteFunc(a.base.Users, func(u baseimage.User) bool { return u.Name == name })
	a.Created = slices.DeleteFunc(slices.Clone(a.Created), func(u Created) bool { return u.Name == name })
	// The group of the same name goes too, when it is nobody's primary group.
	a.removeGroup(name)
	return nil
}

func (a *Accounts) groupdel(c shell.Call, _ baseimage.Family, _ *dockerfile.Instruction) error {
	_, operands := options(c, groupValues)
	if len(operands) != 1 || !operands[0].Known {
		return errUnknownWord
	}
	a.own()
	a.removeGroup(operands[0].Text)
	return nil
}

func (a *Accounts) removeGroup(name string) {
	a.base.Groups = slices.DeleteFunc(a.base.Groups, func(g baseimage.Group) bool { return g.Name == name })
	a.groups = slices.DeleteFunc(slices.Clone(a.groups), func(g baseimage.Group) bool { return g.Name == name })
}

func (a *Accounts) usermod(c shell.Call, _ baseimage.Family, in *dockerfile.Instruction) error {
	get, operands := options(c, useraddValues)
	if len(operands) != 1 || !operands[0].Known {
		return errUnknownWord
	}
	if _, ok := get("-l", "--login", "-d", "--home", "-u", "--uid", "-g", "--gid"); !ok {
		return nil // shell, further groups, password: nothing that matters here
	}
	u, ok := a.User(operands[0].Text)
	if !ok {
		return fmt.Errorf("usermod of %s, who is not known", operands[0].Text)
	}
	old := u.Name
	u.Modified = u.Modified || u.In == nil
	for _, o := range []struct {
		names []string
		set   func(shell.Word) error
	}{
		{[]string{"-l", "--login"}, func(w shell.Word) error { u.Name, u.Raw = w.Text, w.Raw; return nil }},
		{[]string{"-d", "--home"}, func(w shell.Word) error { u.Home = w.Text; return nil }},
		{[]string{"-u", "--uid"}, func(w shell.Word) (err error) { u.UID, err = strconv.Atoi(w.Text); return err }},
		{[]string{"-g", "--gid"}, func(w shell.Word) error {
			u.Group = w.Text
			u.GID = Unknown
			if id, err := strconv.Atoi(w.Text); err == nil {
				u.GID, u.Group = id, a.groupName(id)
			} else if id, ok := a.GroupID(w.Text); ok {
				u.GID = id
			}
			return nil
		}},
	} {
		if w, ok := get(o.names...); ok && (!w.Known || o.set(w) != nil) {
			return errUnknownWord
		}
	}
	a.own()
	a.base.Users = slices.DeleteFunc(a.base.Users, func(b baseimage.User) bool { return b.Name == old })
	a.Created = slices.DeleteFunc(slices.Clone(a.Created), func(b Created) bool { return b.Name == old })
	u.In, u.Raw = in, cmp.Or(u.Raw, u.Name)
	a.Created = append(a.Created, u)
	return nil
}

func (a *Accounts) groupmod(c shell.Call, _ baseimage.Family, _ *dockerfile.Instruction) error {
	get, operands := options(c, groupValues)
	if len(operands) != 1 || !operands[0].Known {
		return errUnknownWord
	}
	old := operands[0].Text
	gid, _ := a.GroupID(old)
	name := old
	if w, ok := get("-n", "--new-name"); ok {
		name = w.Text
	}
	before := gid
	if w, ok := get("-g", "--gid"); ok {
		id, err := strconv.Atoi(w.Text)
		if err != nil {
			return errUnknownWord
		}
		gid = id
	}
	if name == "" || strings.ContainsAny(name, " :") {
		return errUnknownWord
	}
	a.own()
	a.removeGroup(old)
	a.groups = append(a.groups, baseimage.Group{Name: name, GID: gid})
	// groupmod -g changes the primary gid of the group's members with it.
	for i, u := range a.base.Users {
		if u.GID == before && before != Unknown {
			a.base.Users[i].GID = gid
		}
	}
	a.Created = slices.Clone(a.Created)
	for i, u := range a.Created {
		if u.Group == old {
			a.Created[i].Group, a.Created[i].GID = name, gid
		}
	}
	return nil
}
