package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// identity is the user and group that a container runs as.
type identity struct {
	// user and group are how an instruction may name them: a name, a number,
	// or a variable.
	user, group string // group is "" when it can't be told
	spec        string // the argument of USER
	name        string // the user's name after expansion; "" when it has none
	uid, gid    int    // chain.Unknown when they can't be told
	home        string // "" when there is none that the user could write to
	why         string // where the user comes from
	create      string // the RUN that creates the user; "" when it exists
}

// is reports whether the owner in a chown is this user.
func (id identity) is(owner string) bool {
	return owner != "" && (owner == id.name || owner == id.user || id.uid != chain.Unknown && owner == strconv.Itoa(id.uid))
}

// owner is the argument of chown that gives something to the identity.
func (id identity) owner() string {
	if id.group == "" {
		return id.user
	}
	return id.user + ":" + id.group
}

// numeric is "uid:gid", false when an id is not known.
func (id identity) numeric() (string, bool) {
	if id.uid == chain.Unknown || id.gid == chain.Unknown {
		return "", false
	}
	return fmt.Sprintf("%d:%d", id.uid, id.gid), true
}

// isRoot reports whether the value of USER means the superuser.
func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	id, err := strconv.Atoi(name)
	return name == "" || name == "root" || err == nil && id == 0
}

// ofAccount makes the identity of a known account. What can't be written down by
// its name, be it that of a stranger's image, goes by its number.
func ofAccount(u chain.Created, why string) identity {
	id := identity{user: u.Name, group: u.Group, spec: u.Name, name: u.Name, uid: u.UID, gid: u.GID, why: why}
	if !portableName.MatchString(id.user) && id.uid != chain.Unknown {
		id.user, id.spec = strconv.Itoa(id.uid), strconv.Itoa(id.uid)
	}
	if !portableName.MatchString(id.group) && id.group != "" && id.gid != chain.Unknown {
		id.group = strconv.Itoa(id.gid)
	}
	if !u.NoHome && u.Home != "/" && u.Home != "/nonexistent" {
		id.home = u.Home
	}
	return id
}

// lookup finds the identity that the value of USER names at this place.
func lookup(s chain.State, user string) (identity, bool) {
	if !isPlain(user) {
		return identity{}, false
	}
	name, group, hasGroup := strings.Cut(user, ":")
	var u chain.Created
	var ok bool
	uid, err := strconv.Atoi(name)
	if err == nil {
		u, ok = s.Accounts.UserByID(uid)
	} else {
		u, ok = s.Accounts.User(name)
	}
	switch {
	case !ok && err != nil:
		return identity{}, false
	case !ok && !s.Accounts.Known() && !hasGroup:
		return identity{}, false // an entry of its own may give it any group
	case !ok:
		u = chain.Created{User: baseimage.User{UID: uid, GID: 0}, Group: "0", NoHome: true}
	}
	id := ofAccount(u, "")
	id.user, id.spec = name, user
	if err == nil {
		id.group = strconv.Itoa(u.GID)
	}
	if hasGroup {
		id.group = group
		if gid, err := strconv.Atoi(group); err == nil {
			id.gid = gid
		} else if gid, ok := s.Accounts.GroupID(group); ok {
			id.gid = gid
		} else {
			return identity{}, false
		}
	}
	return id, id.group != "-1"
}

// choose picks the user that a stage which runs as root should run as, in the
// order: the base image's own, one that the file creates, node, the base's
// nonroot. The error says why none can be picked; it is errNewUser when a new
// one has to be made, for which more must be known of the base.
func choose(run *chain.Run) (identity, error) {
	final := run.Final
	if err := final.Accounts.Err; err != nil {
		return identity{}, fmt.Errorf("its users can't be followed: %w", err)
	}
	if c := final.Base.Config; c != nil && !isRoot(c.User) {
		if !isPlain(c.User) {
			return identity{}, fmt.Errorf("the base image's own user %q has a name that an instruction could read otherwise", c.User)
		}
		id, ok := lookup(final, c.User)
		if !ok {
			name, group, _ := strings.Cut(c.User, ":")
			id = identity{user: name, group: group, uid: chain.Unknown, gid: chain.Unknown}
		}
		if id.uid == 0 {
			return identity{}, fmt.Errorf("the base image's own user %s is root by another name", c.User)
		}
		id.spec, id.why = c.User, "the base image's own user"
		return id, nil
	}
	if id, ok, err := created(run); ok || err != nil {
		return id, err
	}
	for _, name := range []string{"node", "bun"} {
		if u, ok := final.Accounts.User(name); ok && !isRoot(strconv.Itoa(u.UID)) {
			return ofAccount(u, inBase), nil
		}
	}
	family := final.Base.Distro.FamilyOf()
	hasShell, known := final.Base.Programs.Has("sh")
	switch {
	case family == baseimage.Distroless:
		if u, ok := final.Accounts.User("nonroot"); ok {
			return ofAccount(u, inBase), nil
		}
		return anonymous(65532, "distroless images reserve it"), nil
	case family == baseimage.Scratch, known && !hasShell:
		return anonymous(65532, "there is no user database to name one from"), nil
	}
	return identity{}, errNewUser
}

// named is the user that was asked for by name or number (--user). The error is
// errNewUser when nobody has that name.
func named(run *chain.Run, user string) (identity, error) {
	if err := run.Final.Accounts.Err; err != nil {
		return identity{}, fmt.Errorf("its users can't be followed: %w", err)
	}
	id, ok := lookup(run.Final, user)
	switch {
	case !ok && !run.Final.Accounts.Known():
		return identity{}, errors.New("which users the image has is not known")
	case !ok:
		return identity{}, errNewUser
	case id.uid == 0:
		return identity{}, fmt.Errorf("%s is root", user)
	}
	id.why = "asked for with --user"
	return id, nil
}

var errNewUser = errors.New("it has no user to run as")

// inBase is why an account of the base image is picked.
const inBase = "the base image has it"

func anonymous(id int, why string) identity {
	n := strconv.Itoa(id)
	return identity{user: n, group: n, spec: n + ":" + n, uid: id, gid: id, why: why}
}

// isSystemAccount reports a user of the base image that was made for a service
// of the distribution, or is one that choose knows by name.
func isSystemAccount(u chain.Created) bool {
	return u.UID != chain.Unknown && u.UID < 1000 || u.Name == "node" || u.Name == "bun" || u.UID == 65534
}

// plainName is a name or a number that means nothing else to a shell or an
// instruction.
var plainName = lazyregexp.New(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// hasForeignGroup reports whether the group is one that only all the accounts of
// the base can tell, such as nogroup.
func hasForeignGroup(run *chain.Run, id identity) bool {
	_, known := run.Final.Accounts.GroupID(id.group)
	_, err := strconv.Atoi(id.group)
	return id.group != "" && err != nil && !known && !strings.HasPrefix(id.group, "$") && !run.Final.Accounts.Known()
}

// isPlain reports whether the value of USER, "user" or "user:group", is made of
// such names.
func isPlain(user string) bool {
	name, group, hasGroup := strings.Cut(user, ":")
	return plainName.MatchString(name) && (!hasGroup || plainName.MatchString(group))
}

// portableName is a name that can't be taken for a number or a variable (POSIX,
// "3.426 User Name", with the $ of Samba left out).
var portableName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9._-]*$`)

// created picks the one user that the Dockerfile creates.
func created(run *chain.Run) (identity, bool, error) {
	users := slices.DeleteFunc(slices.Clone(run.Final.Accounts.Created), func(u chain.Created) bool {
		return u.UID == 0 || u.Modified && isSystemAccount(u)
	})
	if len(users) > 1 {
		// Files are given to the one that is meant to run.
		owners := slices.DeleteFunc(slices.Clone(users), func(u chain.Created) bool { return !ownsSomething(run, u) })
		if len(owners) != 1 {
			var names []string
			for _, u := range users {
				if len(names) == 3 {
					names = append(names, "…")
					break
				}
				names = append(names, u.Name)
			}
			return identity{}, false, fmt.Errorf("it creates several users (%s), and which one is meant to run can't be told", strings.Join(names, ", "))
		}
		users = owners
	}
	if len(users) == 0 {
		return identity{}, false, nil
	}
	u := users[0]
	if !portableName.MatchString(u.Name) {
		return identity{}, false, fmt.Errorf("the user %q that it creates has a name that USER could read otherwise", u.Name)
	}
	id := ofAccount(u, fmt.Sprintf("line %d creates it", u.In.Line))
	if name, ok := variable(run.Final, u.Raw); ok {
		id.user, id.spec = name, name
		if id.group == u.Name {
			id.group = name
		}
	}
	return id, true, nil
}

// variable gives the name that a script spells as a variable of the Dockerfile
// in the form that an instruction can use.
func variable(s chain.State, raw string) (string, bool) {
	name := strings.Trim(raw, `"`)
	if !strings.HasPrefix(name, "$") {
		return "", false
	}
	bare := strings.Trim(name, "${}")
	if strings.ContainsAny(bare, ":-+?#%/ ") {
		return "", false
	}
	_, known := s.Getenv(bare)
	return name, known
}

func ownsSomething(run *chain.Run, u chain.Created) bool {
	id := ofAccount(u, "")
	found := false
	calls(run.Steps, func(s chain.Step, c shell.Call) {
		if ch, ok := readChown(c, s.Before.Workdir.Text); ok && id.is(ch.user) {
			found = true
		}
	})
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && c.Chown != "" {
			owner, _, _ := strings.Cut(c.Chown, ":")
			owner, _ = s.Before.Expand(owner)
			found = found || id.is(owner)
		}
	}
	return found
}
