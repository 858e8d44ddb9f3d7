// Package users chooses the user that a stage will run as, makes a new one if there is
// none, and places the USER instruction.
package users

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Identity is the user and group that a container runs as.
type Identity struct {
	// User and Group are how an instruction may name them: a name, a number,
	// or a variable.
	User, Group string // Group is "" if it is not known
	Spec        string // the argument of USER
	Name        string // the user's name after expansion; "" when it has none
	UID, GID    int    // stage.Unknown if they are not known
	Home        string // "" if there is none that the user could write to
	why         string // where the user comes from
	Create      string // the RUN that creates the user; "" when it exists
}

// Is reports whether the owner in a chown is this user.
func (id Identity) Is(owner string) bool {
	return owner != "" && (owner == id.Name || owner == id.User || id.UID != stage.Unknown && owner == strconv.Itoa(id.UID))
}

// Owner returns the argument of chown that gives something to the identity.
func (id Identity) Owner() string {
	if id.Group == "" {
		return id.User
	}
	return id.User + ":" + id.Group
}

// Numeric returns "uid:gid", false if an id is not known.
func (id Identity) Numeric() (string, bool) {
	if id.UID == stage.Unknown || id.GID == stage.Unknown {
		return "", false
	}
	return fmt.Sprintf("%d:%d", id.UID, id.GID), true
}

// OfAccount returns the identity of a known account. If its name can't be written
// down, as may be in an untrusted image, it goes by its number.
func OfAccount(u stage.Created, why string) Identity {
	id := Identity{User: u.Name, Group: u.Group, Spec: u.Name, Name: u.Name, UID: u.UID, GID: u.GID, why: why}
	if !portableName.MatchString(id.User) && id.UID != stage.Unknown {
		id.User, id.Spec = strconv.Itoa(id.UID), strconv.Itoa(id.UID)
	}
	if !portableName.MatchString(id.Group) && id.Group != "" && id.GID != stage.Unknown {
		id.Group = strconv.Itoa(id.GID)
	}
	if !u.NoHome && u.Home != "/" && u.Home != "/nonexistent" && !(u.In == nil && ofDistribution(u.UID)) {
		id.Home = u.Home
	}
	return id
}

// ofDistribution reports whether a number is that of an account for a service of the
// distribution, whose home need not be there: /var/www.
func ofDistribution(uid int) bool { return uid > 0 && uid < 1000 }

// Named returns what the value of USER itself says of its identity, where no more is known.
func Named(user string) Identity {
	name, group, _ := strings.Cut(user, ":")
	id := Identity{User: name, Group: group, Spec: user, Name: name, UID: stage.Unknown, GID: stage.Unknown}
	if n, err := strconv.Atoi(name); err == nil {
		id.Name, id.UID = "", n
	}
	return id
}

// Lookup finds the identity that the value of USER names at this place.
func Lookup(s stage.State, user string) (Identity, bool) {
	if !isPlain(user) {
		return Identity{}, false
	}
	name, group, hasGroup := strings.Cut(user, ":")
	var u stage.Created
	var ok bool
	uid, err := strconv.Atoi(name)
	if err == nil {
		u, ok = s.Accounts.UserByID(uid)
	} else {
		u, ok = s.Accounts.User(name)
	}
	switch {
	case !ok && err != nil:
		return Identity{}, false
	case !ok && !s.Accounts.Known() && !hasGroup:
		return Identity{}, false // an entry of its own may give it any group
	case !ok:
		u = stage.Created{User: baseimage.User{UID: uid, GID: 0}, Group: "0", NoHome: true}
	}
	id := OfAccount(u, "")
	id.User, id.Spec = name, user
	if err == nil {
		id.Group = strconv.Itoa(u.GID)
	}
	if hasGroup {
		id.Group = group
		if gid, err := strconv.Atoi(group); err == nil {
			id.GID = gid
		} else if gid, ok := s.Accounts.GroupID(group); ok {
			id.GID = gid
		} else {
			return Identity{}, false
		}
	}
	return id, id.Group != "-1"
}

// choose picks the user for a stage that runs as root, in the order: one that the file
// creates and gives files to, the base image's own, another that the file creates, one
// that the base image has for applications, the base's nonroot. The error says why none
// can be picked; it is ErrNone if a new one has to be made, for which more must be
// known of the base.
func choose(run *stage.Evaluation) (Identity, error) {
	final := run.Final
	if err := final.Accounts.Err; err != nil {
		return Identity{}, fmt.Errorf("its users are unknown: %w", err)
	}
	if id, ok, err := created(run); ok && err == nil {
		if u, _ := final.Accounts.User(id.Name); ownsSomething(run, u) {
			return id, nil
		}
	}
	if c := final.Base.Config; c != nil && !stage.IsRoot(c.User) {
		if !isPlain(c.User) {
			return Identity{}, fmt.Errorf("the base image's own user %q has a name that an instruction could read otherwise", c.User)
		}
		id, ok := Lookup(final, c.User)
		if !ok {
			name, group, _ := strings.Cut(c.User, ":")
			id = Identity{User: name, Group: group, UID: stage.Unknown, GID: stage.Unknown}
		}
		if id.UID == 0 {
			return Identity{}, fmt.Errorf("the base image's own user %s is root by another name", c.User)
		}
		id.Spec, id.why = c.User, "the base image's own user"
		return id, nil
	}
	if id, ok, err := created(run); ok || err != nil {
		return id, err
	}
	if u, ok := forApplications(final); ok {
		return OfAccount(u, InBase), nil
	}
	family := final.Base.Distro.FamilyOf()
	hasShell, known := final.Base.Programs.Has("sh")
	switch {
	case family == baseimage.Distroless:
		if u, ok := final.Accounts.User("nonroot"); ok {
			return OfAccount(u, InBase), nil
		}
		return anonymous(65532, "distroless images reserve it"), nil
	case family == baseimage.Scratch, known && !hasShell:
		return anonymous(65532, "there is no user database to name one from"), nil
	}
	return Identity{}, ErrNone
}

// forApplications returns the account that the base image has for what runs in it: node
// and bun; .NET's app, whose number is in APP_UID since .NET 8
// (devblogs.microsoft.com/dotnet/securing-containers-with-rootless); deno's own
// (hub.docker.com/r/denoland/deno).
func forApplications(s stage.State) (stage.Created, bool) {
	find := func(name string) (stage.Created, bool) {
		u, ok := s.Accounts.User(name)
		return u, ok && u.UID > 0
	}
	for _, name := range []string{"node", "bun"} {
		if u, ok := find(name); ok {
			return u, true
		}
	}
	if uid, ok := s.EnvVar("APP_UID"); ok {
		if u, ok := find("app"); ok && uid == strconv.Itoa(u.UID) {
			return u, true
		}
	}
	if s.Base != nil && denoImage.MatchString(s.Base.Image) {
		return find("deno")
	}
	return stage.Created{}, false
}

var denoImage = lazyregexp.New(`^(docker\.io/)?denoland/deno[:@]`)

// named returns the user with the name or number of --user. The error is ErrNone if
// no user has that name.
func named(run *stage.Evaluation, user string) (Identity, error) {
	if err := run.Final.Accounts.Err; err != nil {
		return Identity{}, fmt.Errorf("its users are unknown: %w", err)
	}
	id, ok := Lookup(run.Final, user)
	switch {
	case !ok && !run.Final.Accounts.Known():
		return Identity{}, errors.New("the users of the image are unknown")
	case !ok:
		return Identity{}, ErrNone
	case id.UID == 0:
		return Identity{}, fmt.Errorf("%s is root", user)
	}
	id.why = "set by --user"
	return id, nil
}

// ErrNone is the error if a new user has to be made.
var ErrNone = errors.New("it has no user to run as")

// InBase is why an account of the base image is picked.
const InBase = "the base image has it"

func anonymous(id int, why string) Identity {
	n := strconv.Itoa(id)
	return Identity{User: n, Group: n, Spec: n + ":" + n, UID: id, GID: id, why: why}
}

// isSystemAccount reports whether a user of the base image was made for a service
// of the distribution, or is one that choose knows by name.
func isSystemAccount(u stage.Created) bool {
	return u.UID != stage.Unknown && u.UID < 1000 || u.Name == "node" || u.Name == "bun" || u.UID == 65534
}

// plainName matches a name or a number that means nothing else to a shell or an
// instruction.
var plainName = lazyregexp.New(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// HasForeignGroup reports whether the group is one, such as nogroup, that only all the
// accounts of the base can identify.
func HasForeignGroup(run *stage.Evaluation, id Identity) bool {
	_, known := run.Final.Accounts.GroupID(id.Group)
	_, err := strconv.Atoi(id.Group)
	return id.Group != "" && err != nil && !known && !strings.HasPrefix(id.Group, "$") && !run.Final.Accounts.Known()
}

// isPlain reports whether the value of USER, "user" or "user:group", consists of
// such names.
func isPlain(user string) bool {
	name, group, hasGroup := strings.Cut(user, ":")
	return plainName.MatchString(name) && (!hasGroup || plainName.MatchString(group))
}

// portableName matches a name that can't be taken for a number or a variable (POSIX,
// "3.426 User Name", without the $ of Samba).
var portableName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9._-]*$`)

// created picks the one user that the Dockerfile creates.
func created(run *stage.Evaluation) (Identity, bool, error) {
	users := slices.DeleteFunc(slices.Clone(run.Final.Accounts.Created), func(u stage.Created) bool {
		return u.UID == 0 || u.Modified && isSystemAccount(u)
	})
	if len(users) > 1 {
		// Files are given to the one that is meant to run.
		owners := slices.DeleteFunc(slices.Clone(users), func(u stage.Created) bool { return !ownsSomething(run, u) })
		if len(owners) != 1 {
			var names []string
			for _, u := range users {
				if len(names) == 3 {
					names = append(names, "…")
					break
				}
				names = append(names, u.Name)
			}
			return Identity{}, false, fmt.Errorf("it creates several users (%s), and which one is meant to run is unknown", strings.Join(names, ", "))
		}
		users = owners
	}
	if len(users) == 0 {
		return Identity{}, false, nil
	}
	u := users[0]
	if !portableName.MatchString(u.Name) {
		return Identity{}, false, fmt.Errorf("the user %q that it creates has a name that USER could read otherwise", u.Name)
	}
	verb := "creates"
	if u.Modified {
		verb = "changes"
	}
	id := OfAccount(u, fmt.Sprintf("line %d %s it", u.In.Line, verb))
	if name, ok := Variable(run.Final, u.Raw); ok {
		id.User, id.Spec = name, name
		if id.Group == u.Name {
			id.Group = name
		}
	}
	return id, true, nil
}

// Variable returns a name that a script spells as a variable of the Dockerfile in a
// form for an instruction.
func Variable(s stage.State, raw string) (string, bool) {
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

func ownsSomething(run *stage.Evaluation, u stage.Created) bool {
	id := OfAccount(u, "")
	found := false
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if ch, ok := steps.ReadChown(c, s.Before.Workdir.Text); ok && id.Is(ch.User) {
			found = true
		}
	})
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && c.Chown != "" {
			owner, _, _ := strings.Cut(c.Chown, ":")
			owner, _ = s.Before.Expand(owner)
			found = found || id.Is(owner)
		}
	}
	return found
}

// Owns reports whether some RUN of the steps already gives dir to the user.
func Owns(list []stage.Step, id Identity, dir string) bool {
	found := false
	steps.Calls(list, func(s stage.Step, c shell.Call) {
		ch, ok := steps.ReadChown(c, s.Before.Workdir.Text)
		if !ok || !c.Certain || !id.Is(ch.User) {
			return
		}
		for _, t := range ch.Targets {
			if t == dir || ch.Recursive && workload.Within(dir, t) {
				found = true
			}
		}
	})
	return found
}
