package registry

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// ledger is what a history tells of users and groups.
type ledger struct {
	users  []baseimage.User
	groups []baseimage.Group
	// vague are the names of users and groups that were made with ids which
	// aren't stated.
	vague []string
	// doubt: accounts may have been added, or the files replaced that they are
	// in, in a way that can't be followed.
	doubt bool
	// changed: the same with a change of accounts, so that a record of the image
	// from before is worth nothing either.
	changed bool
}

// readAccounts follows the history from the oldest entry on; scripts are those
// of the entries that are runs.
func readAccounts(entries []entry, scripts map[int]script, complete bool) *ledger {
	l := &ledger{doubt: !complete}
	base := true // the first layer is the distribution itself
	dir := "/"
	for i, e := range entries {
		switch e.kind {
		case inert:
			if to, ok := strings.CutPrefix(e.text, "WORKDIR "); ok {
				dir = resolve(dir, to)
			}
		case run:
			l.follow(scripts[i])
		case command:
			l.take(touchOf(e.text))
		case copied:
			l.doubt = l.doubt || !base && mayHoldAccounts(resolve(dir, e.destination()))
		case foreign:
			l.doubt = l.doubt || !base && !e.empty
		}
		if !e.empty {
			base = false
		}
	}
	return l
}

// resolve returns the path that p means in the directory dir.
func resolve(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

// mayHoldAccounts reports whether what is copied to the path dest may replace
// /etc/passwd or /etc/group.
func mayHoldAccounts(dest string) bool {
	switch dest {
	case "/", "/etc", "/etc/passwd", "/etc/group":
		return true
	}
	return strings.ContainsAny(dest, `$"']`) // a variable, or the JSON form
}

// take notes that something may have been done to accounts.
func (l *ledger) take(t touch) {
	l.doubt = l.doubt || t >= added
	l.changed = l.changed || t >= changed
}

// follow takes down what a script does.
func (l *ledger) follow(s script) {
	l.take(s.rest)
	for _, c := range s.calls {
		if g := accountTools[c.name()]; g != nil && (!c.plain || !l.apply(c.words, g)) {
			l.take(added)
		}
	}
}

// apply takes down one call of a tool, and reports whether it's understood.
func (l *ledger) apply(words []string, g *grammar) bool {
	o, ok := g.parse(words[1:])
	switch {
	case !ok:
		return false
	case len(o.operands) == 2 && len(o.values) == 0 && !g.strict:
		return true // adduser USER GROUP: a membership
	case len(o.operands) != 1:
		return false
	case g.group:
		return l.addGroup(o)
	}
	return l.addUser(o)
}

func (l *ledger) addGroup(o options) bool {
	name := o.operands[0]
	if slices.ContainsFunc(l.groups, func(g baseimage.Group) bool { return g.Name == name }) {
		return false // the second of that name can't have succeeded
	}
	gid, stated := o.id("gid")
	if _, force := o.values["force"]; !stated || force { // with force, a gid that is taken gives way
		l.vague = append(l.vague, name)
		return true
	}
	l.groups = append(l.groups, baseimage.Group{Name: name, GID: gid})
	return true
}

func (l *ledger) addUser(o options) bool {
	u := baseimage.User{Name: o.operands[0], Home: o.values["home"], Shell: o.values["shell"]}
	if slices.ContainsFunc(l.users, func(v baseimage.User) bool { return v.Name == u.Name }) {
		return false
	}
	uid, stated := o.id("uid")
	gid, member := l.gid(o)
	if !stated || !member {
		l.vague = append(l.vague, u.Name)
		return true
	}
	u.UID, u.GID = uid, gid
	// The tools disagree on where a system account lives.
	if _, system := o.values["system"]; u.Home == "" && !system {
		u.Home = path.Join(cmp.Or(o.values["base"], "/home"), u.Name)
	}
	l.users = append(l.users, u)
	return true
}

// gid returns the id of the primary group that the options state, by number or
// by a name that is known by now.
func (l *ledger) gid(o options) (int, bool) {
	if id, ok := o.id("gid"); ok {
		return id, true
	}
	name := o.values["gid"]
	if name == "root" {
		return 0, true
	}
	i := slices.IndexFunc(l.groups, func(g baseimage.Group) bool { return g.Name == name })
	if i < 0 {
		return 0, false
	}
	return l.groups[i].GID, true
}
