package accounts

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/shell"
)

// debianTools are Debian's adduser scripts in Perl (package adduser, /usr/sbin/adduser
// and deluser). They have long options only, and their name together with the options
// --group and --system decides what they do.
var debianTools = map[string]reader{
	"adduser": debianAdduser, "addgroup": debianAdduser,
	"deluser": debianDeluser, "delgroup": debianDeluser,
}

var debianGrammar = newGrammar([]string{
	"uid: --uid", "gid: --gid", "ingroup: --ingroup", "home: --home", "shell: --shell",
	": --comment --gecos --firstuid --lastuid --firstgid --lastgid",
}, []string{
	"system: --system", "group: --group", "nohome: --no-create-home",
	": -q --quiet --debug --verbose --disabled-login --disabled-password --add-extra-groups --add_extra_groups --allow-all-names --allow-badname --allow-bad-names --force-badname",
})

func debianAdduser(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := debianGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	group := c.Name == "addgroup" || l.flags["group"] && !l.flags["system"]
	if len(l.operands) == 2 && !group && !l.flags["system"] {
		return Change{}, nil // adduser USER GROUP: a membership
	}
	if group {
		return l.newGroup()
	}
	change, err := named(CreateUser, l)
	if err != nil {
		return Change{}, err
	}
	change.OwnGroup = true
	change.Home = "/home/" + change.Name
	change.NoHome = l.flags["nohome"]
	if change.System = l.flags["system"]; change.System {
		// Since Debian 12; before, it was /home/NAME, and made.
		change.Home = nonexistent
		if change.OwnGroup = l.flags["group"]; !change.OwnGroup {
			change.Group = "nogroup"
		}
	}
	switch {
	case l.has("gid") && l.has("ingroup"), l.flags["group"] && (l.has("gid") || l.has("ingroup")):
		return Change{}, errConflict
	case l.has("gid"):
		l.values["group"] = l.values["gid"]
	case l.has("ingroup"):
		l.values["group"] = l.values["ingroup"]
	}
	if change, err = l.user(change); err != nil {
		return Change{}, err
	}
	change.NoHome = change.NoHome || change.Home == nonexistent || strings.HasPrefix(change.Home, nonexistent+"/")
	return change, nil
}

// nonexistent is a home that the script never makes.
const nonexistent = "/nonexistent"

var debianDelGrammar = newGrammar(
	[]string{": --backup-to --backup-suffix"},
	[]string{"group: --group", ": -q --quiet --debug --verbose --system --only-if-empty --remove-home --remove-all-files --backup --no-preserve-root"})

func debianDeluser(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := debianDelGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	switch {
	case len(l.operands) == 2:
		return Change{}, nil // deluser USER GROUP: a membership
	case c.Name == "delgroup" || l.flags["group"]:
		return named(DeleteGroup, l)
	}
	return named(DeleteUser, l)
}

// busyboxTools are BusyBox's: loginutils/adduser.c, addgroup.c and deluser.c, which
// handles delgroup too.
var busyboxTools = map[string]reader{
	"adduser": busyboxAdduser, "addgroup": busyboxAddgroup,
	"deluser":  deleter(DeleteUser, newGrammar(nil, []string{": --remove-home"})),
	"delgroup": busyboxDelgroup,
}

var busyboxGrammar = newGrammar([]string{
	"uid: -u --uid", "group: -G --ingroup", "home: -h --home", "shell: -s --shell", ": -g --gecos -k --skel",
}, []string{
	"system: -S --system", "nohome: -H --no-create-home", ": -D --disabled-password --empty-password",
})

func busyboxAdduser(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := busyboxGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	if len(l.operands) == 2 && l.options == 0 {
		return Change{}, nil // adduser USER GROUP: a membership
	}
	change, err := named(CreateUser, l)
	if err != nil {
		return Change{}, err
	}
	change.System, change.NoHome = l.flags["system"], l.flags["nohome"]
	change.Home = "/home/" + change.Name // of a system account too
	if change.OwnGroup = !change.System; change.System {
		change.Group = "nogroup"
	}
	return l.user(change)
}

var busyboxGroupGrammar = newGrammar([]string{"gid: -g --gid"}, []string{"system: -S --system"})

func busyboxAddgroup(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := busyboxGroupGrammar.parse(c)
	if err != nil {
		return Change{}, err
	}
	if len(l.operands) == 2 && !l.has("gid") {
		return Change{}, nil // addgroup USER GROUP: a membership
	}
	return l.newGroup()
}

func busyboxDelgroup(c shell.Call, _ baseimage.Family) (Change, error) {
	l, err := newGrammar(nil, nil).parse(c)
	if err != nil {
		return Change{}, err
	}
	if len(l.operands) == 2 {
		return Change{}, nil // delgroup USER GROUP: a membership
	}
	return named(DeleteGroup, l)
}
