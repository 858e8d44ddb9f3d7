package history

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/shell"
)

// accountLog is what a history shows of users and groups.
type accountLog struct {
	users  []baseimage.User
	groups []baseimage.Group
	// vague are the names of users and groups that were made with unstated ids.
	vague []string
	// doubt: accounts may have been added, or their files replaced, in a way that
	// can't be followed.
	doubt bool
	// changed: the same with a change of accounts, so that an earlier record of the
	// image is worthless too.
	changed bool
}

// readAccounts follows the history from the oldest entry on; scripts are those
// of the entries that are runs.
func readAccounts(entries []entry, scripts map[int]script, complete bool) *accountLog {
	l := &accountLog{doubt: !complete}
	base := true // the first layer is the distribution itself
	in := position{dir: "/"}
	for i, e := range entries {
		switch e.kind {
		case inert:
			in.enter(e)
		case run:
			l.addScript(scripts[i])
			l.doubt = l.doubt || in.dir == "/etc" || in.hides(scripts[i])
		case command:
			l.note(max(accounts.Adds, accounts.Mentioned(e.text)))
		case copied:
			l.doubt = l.doubt || !base && mayHoldAccounts(in.copy(e))
		case foreign:
			l.doubt = l.doubt || !base && !e.empty
		}
		if !e.empty {
			base = false
		}
	}
	return l
}

// mayHoldAccounts reports whether what is copied to the path dest may replace
// the files of accounts, or the defaults of the tools.
func mayHoldAccounts(dest string) bool {
	switch dest {
	case "/", "/etc", "/etc/passwd", "/etc/group", "/etc/default", "/etc/default/useradd", "/etc/adduser.conf", "/etc/login.defs":
		return true
	}
	return strings.ContainsAny(dest, `$"']`) // a variable, or the JSON form
}

// note records that something may have been done to accounts.
func (l *accountLog) note(m accounts.Mention) {
	l.doubt = l.doubt || m >= accounts.Adds
	l.changed = l.changed || m >= accounts.Changes
}

// addScript records what a script does.
func (l *accountLog) addScript(s script) {
	l.note(s.rest)
	if s.opaque {
		l.note(accounts.Adds)
	}
	for _, c := range s.calls {
		if adds(c) && !l.addCall(c) {
			l.note(accounts.Adds)
		}
	}
}

// addCall records one call of a tool, and reports whether it's understood. A history
// doesn't show for certain which distribution's tools it ran.
func (l *accountLog) addCall(c shell.Call) bool {
	change, err := accounts.Read(c, baseimage.Unknown)
	if err != nil {
		return false
	}
	switch change.Kind {
	case accounts.Nothing:
		return true
	case accounts.CreateGroup:
		return l.addGroup(change)
	case accounts.CreateUser:
		return l.addUser(change)
	}
	return false
}

func (l *accountLog) addGroup(change accounts.Change) bool {
	if slices.ContainsFunc(l.groups, func(g baseimage.Group) bool { return g.Name == change.Name }) {
		return false // the second of that name can't have succeeded
	}
	if change.GID == accounts.Unknown || change.Force { // with force, a gid that is taken gives way
		l.vague = append(l.vague, change.Name)
		return true
	}
	l.groups = append(l.groups, baseimage.Group{Name: change.Name, GID: change.GID})
	return true
}

func (l *accountLog) addUser(change accounts.Change) bool {
	if slices.ContainsFunc(l.users, func(u baseimage.User) bool { return u.Name == change.Name }) {
		return false
	}
	gid, member := l.gid(change.Group)
	if change.UID == accounts.Unknown || !member {
		l.vague = append(l.vague, change.Name)
		return true
	}
	u := baseimage.User{Name: change.Name, UID: change.UID, GID: gid, Home: change.Home, Shell: change.Shell}
	// The distributions disagree on where a system account lives.
	if change.System && !change.HomeStated {
		u.Home = ""
	}
	l.users = append(l.users, u)
	return true
}

// gid returns the id of the group that a command states, by number or by a name
// that is known by now. The tools disagree on numbers that are also names.
func (l *accountLog) gid(stated string) (int, bool) {
	i := slices.IndexFunc(l.groups, func(g baseimage.Group) bool { return g.Name == stated })
	if id, err := strconv.ParseUint(stated, 10, 31); err == nil {
		return int(id), i < 0 && !slices.Contains(l.vague, stated)
	}
	switch {
	case stated == "root":
		return 0, true
	case i < 0:
		return 0, false
	}
	return l.groups[i].GID, true
}
