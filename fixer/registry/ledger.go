package registry

import (
	"cmp"
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// with returns the accounts that the history tells, together with those of the
// table's record when there is one: then they are no better than the table.
// Without a record they are never complete, and nil when the history leaves
// any doubt or doesn't tell.
func (l *ledger) with(known *baseimage.Accounts) *baseimage.Accounts {
	if l.changed {
		return nil
	}
	if known == nil {
		if l.doubt || len(l.users)+len(l.groups) == 0 {
			return nil
		}
		return &baseimage.Accounts{Users: l.users, Groups: l.groups, Source: baseimage.FromHistory}
	}
	if l.doubt {
		return known
	}
	a := known.Clone()
	a.Source = baseimage.FromTable
	for _, g := range l.groups {
		a.Groups = correct(a, a.Groups, g, func(o baseimage.Group) bool { return o.Name == g.Name || o.GID == g.GID })
	}
	for _, u := range l.users {
		if o, ok := a.User(u.Name); ok { // the table may know what the command left to defaults
			u.Home, u.Shell = cmp.Or(u.Home, o.Home), cmp.Or(u.Shell, o.Shell)
		}
		a.Users = correct(a, a.Users, u, func(o baseimage.User) bool { return o.Name == u.Name || o.UID == u.UID })
	}
	for _, name := range l.vague {
		_, user := a.User(name)
		_, group := a.Group(name)
		a.Complete = a.Complete && (user || group)
	}
	return a
}

// correct puts an account of the history into the table's list, in the place
// of those that clash with it. A table that was wrong about one is not to be
// believed that there are no others.
func correct[T comparable](a *baseimage.Accounts, list []T, told T, clash func(T) bool) []T {
	if slices.Contains(list, told) {
		return list
	}
	kept := slices.DeleteFunc(list, clash)
	if len(kept) < len(list) {
		a.Complete = false
	}
	return append(kept, told)
}
