package accounts

import (
	"path"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
)

// shadowTools are the tools of shadow, which every family with useradd has. Their
// options are the tables long_options in its src/useradd.c and so on; options of other
// releases are included, abbreviations are not, nor are --root and --prefix, which are
// for another tree of files.
var shadowTools = map[string]reader{
	"useradd": useradd, "groupadd": groupadd,
	"userdel":  deleter(DeleteUser, newGrammar(nil, []string{": -f --force -r --remove -Z --selinux-user"})),
	"groupdel": deleter(DeleteGroup, newGrammar(nil, []string{": -f --force"})),
	"usermod":  usermod, "groupmod": groupmod,
}

var useraddGrammar = newGrammar([]string{
	"uid: -u --uid", "group: -g --gid", "home: -d --home-dir --home", "base: -b --base-dir", "shell: -s --shell", "key: -K --key",
	": -c --comment -e --expiredate -f --inactive -G --groups -k --skel -p --password -Z --selinux-user --selinux-range",
}, []string{
	"system: -r --system", "home: -m --create-home", "nohome: -M --no-create-home", "shared: -N --no-user-group", "nonunique: -o --non-unique",
	"own: -U --user-group", ": -l --no-log-init -F --add-subids-for-system --badname --badnames --btrfs-subvolume-home",
})

// useradd reads useradd(8). Without -g, -N and -U the group depends on USERGROUPS_ENAB
// in login.defs, which is on in all families; with -N it's that of
// /etc/default/useradd. CREATE_HOME is on in Red Hat's login.defs only, and does not
// apply to a system account. The default home is the same for those.
func useradd(c shell.Call, family baseimage.Family) (Change, error) {
	l, err := useraddGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	if l.flags["own"] && (l.has("group") || l.flags["shared"]) || l.flags["home"] && l.flags["nohome"] {
		return Change{}, errConflict
	}
	change, err := named(CreateUser, l)
	if err != nil {
		return Change{}, err
	}
	change.System, change.NonUnique = l.flags["system"], l.flags["nonunique"]
	change.OwnGroup = !l.flags["shared"]
	change.NoHome = !l.flags["home"] && (l.flags["nohome"] || change.System || family != baseimage.RHEL)
	change.Home = "/home/" + change.Name
	if base, ok := l.values["base"]; ok {
		if !path.IsAbs(base.Text) {
			return Change{}, errUnknownWord
		}
		change.Home = base.Text + "/" + change.Name // unchanged: "/srv//app"
	}
	return l.user(change)
}

// user completes a new user with the options that all tools share.
func (l line) user(change Change) (Change, error) {
	var err error
	if change.UID, err = l.id("uid"); err != nil {
		return Change{}, err
	}
	if err := l.home(&change); err != nil {
		return Change{}, err
	}
	if err := l.group(&change); err != nil {
		return Change{}, err
	}
	change.Shell = l.values["shell"].Text
	return change, nil
}

var groupaddGrammar = newGrammar(
	[]string{"gid: -g --gid", "key: -K --key", ": -p --password -U --users"},
	[]string{"force: -f --force", "nonunique: -o --non-unique", "system: -r --system"})

// groupadd reads groupadd(8).
func groupadd(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := groupaddGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	return l.newGroup()
}

// newGroup returns the creation of a group. An unknown gid counts as not stated.
func (l line) newGroup() (Change, error) {
	change, err := named(CreateGroup, l)
	if err != nil {
		return Change{}, err
	}
	change.System, change.Force, change.NonUnique = l.flags["system"], l.flags["force"], l.flags["nonunique"]
	if !l.values["gid"].Known {
		return change, nil
	}
	if change.GID, err = l.id("gid"); err != nil {
		return Change{}, err
	}
	return change, nil
}

// deleter returns a reader for a tool that deletes its operand.
func deleter(kind Kind, g grammar) reader {
	return func(c shell.Call, _ baseimage.Family) (Change, error) {
		l, err := g.parse(c)
		if err != nil {
			return Change{}, err
		}
		return named(kind, l)
	}
}

var usermodGrammar = newGrammar([]string{
	"uid: -u --uid", "group: -g --gid", "home: -d --home", "name: -l --login", "shell: -s --shell",
	": -c --comment -e --expiredate -f --inactive -G --groups -p --password -v --add-subuids -V --del-subuids -w --add-subgids -W --del-subgids -Z --selinux-user --selinux-range",
}, []string{
	"nonunique: -o --non-unique",
	": -a --append -b --badname --badnames -L --lock -m --move-home -r --remove -S --add-subids -U --unlock",
})

// usermod reads usermod(8).
func usermod(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := usermodGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	change, err := named(ModifyUser, l)
	if err != nil {
		return Change{}, err
	}
	if !l.has("name") && !l.has("home") && !l.has("uid") && !l.has("group") {
		return Change{}, nil
	}
	if err := l.rename(&change); err != nil {
		return Change{}, err
	}
	change.NonUnique = l.flags["nonunique"]
	return l.user(change)
}

// rename sets the stated new name.
func (l line) rename(change *Change) error {
	w, ok := l.values["name"]
	if !ok {
		return nil
	}
	if !validName(w.Text) {
		return errUnknownWord
	}
	change.NewName, change.NewRaw = w.Text, w.Raw
	return nil
}

var groupmodGrammar = newGrammar(
	[]string{"gid: -g --gid", "name: -n --new-name", ": -p --password -U --users"},
	[]string{"nonunique: -o --non-unique", ": -a --append"})

// groupmod reads groupmod(8).
func groupmod(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := groupmodGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	change, err := named(ModifyGroup, l)
	if err != nil {
		return Change{}, err
	}
	if !l.has("name") && !l.has("gid") {
		return Change{}, nil
	}
	change.NonUnique = l.flags["nonunique"]
	if err := l.rename(&change); err != nil {
		return Change{}, err
	}
	if change.GID, err = l.id("gid"); err != nil {
		return Change{}, err
	}
	return change, nil
}
