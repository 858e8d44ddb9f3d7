package baseimage

import "slices"

// The ids of accounts for applications. Those of the distributions are lower, their
// "nobody" and "nogroup" higher (Debian policy, section 9.2.2; Alpine has nogroup as
// 65533).
const (
	firstUser = 1000
	lastUser  = 65532
)

// ForApplications reports whether an account with that id was made for an
// application, and is not one of the distribution's own.
func ForApplications(id int) bool { return id >= firstUser && id <= lastUser }

// Narrow returns the facts without what a did not ask for, so that it doesn't matter
// how much more was known. The configuration stays.
func (f *Facts) Narrow(a Ask) *Facts {
	n := *f
	if a&AskDigest == 0 {
		n.Digest, n.Manifest, n.Local = "", "", false
	}
	if a&AskDistro == 0 && f.Distro.FamilyOf() != Windows {
		n.Distro = nil
	}
	if a&AskVersions == 0 && f.Versions != nil && f.Versions.Source == FromLayer {
		n.Versions = nil
	}
	n.Accounts = f.Accounts.narrow(a)
	n.Programs = f.Programs.narrow(a)
	return &n
}

func (a *Accounts) narrow(ask Ask) *Accounts {
	switch {
	case a == nil || ask&AskAccounts != 0:
		return a
	case ask&AskUsers == 0:
		return nil
	}
	n := &Accounts{Source: a.Source}
	n.Users = slices.DeleteFunc(slices.Clone(a.Users), func(u User) bool { return !ForApplications(u.UID) })
	n.Groups = slices.DeleteFunc(slices.Clone(a.Groups), func(g Group) bool { return !ForApplications(g.GID) })
	return n
}

func (p *Programs) narrow(ask Ask) *Programs {
	if p == nil {
		return nil
	}
	n := &Programs{Paths: map[string]string{}, Source: p.Source}
	for _, name := range ask.Programs() {
		if where, known := p.Paths[name]; known {
			n.Paths[name] = where
		}
		if rights, known := p.Rights[name]; known && ask&AskRights != 0 {
			if n.Rights == nil {
				n.Rights = map[string]string{}
			}
			n.Rights[name] = rights
		}
	}
	if len(n.Paths) == 0 {
		return nil
	}
	return n
}
