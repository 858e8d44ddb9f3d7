package history

import (
	"cmp"
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// Accounts returns the users and groups that the history shows, merged into a table's
// record of the image; known is not changed, and nil means no record. With a record
// the result is FromTable, since it is not better than that: a doubtful history adds
// nothing to it. Without one the result is never complete, and nil if there is doubt
// or no account. It is also nil if the history may have changed accounts, since an
// earlier record is then worthless.
func (s *Summary) Accounts(known *baseimage.Accounts) *baseimage.Accounts {
	return s.log.merge(known)
}

// merge implements Summary.Accounts.
func (l *accountLog) merge(known *baseimage.Accounts) *baseimage.Accounts {
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
		a.Groups = replaceClashing(a, a.Groups, g, func(o baseimage.Group) bool { return o.Name == g.Name || o.GID == g.GID })
	}
	for _, u := range l.users {
		if o, ok := a.User(u.Name); ok { // the table may know what the command left to defaults
			u.Home, u.Shell = cmp.Or(u.Home, o.Home), cmp.Or(u.Shell, o.Shell)
		}
		a.Users = replaceClashing(a, a.Users, u, func(o baseimage.User) bool { return o.Name == u.Name || o.UID == u.UID })
	}
	for _, name := range l.vague {
		_, user := a.User(name)
		_, group := a.Group(name)
		a.Complete = a.Complete && (user || group)
	}
	return a
}

// replaceClashing puts an account of the history into the record's list, in
// place of those that clash with it. If the record contradicts the history about
// one account, its list is no longer complete.
func replaceClashing[T comparable](a *baseimage.Accounts, list []T, told T, clash func(T) bool) []T {
	if slices.Contains(list, told) {
		return list
	}
	kept := slices.DeleteFunc(list, clash)
	if len(kept) < len(list) {
		a.Complete = false
	}
	return append(kept, told)
}
