package baseimage

import (
	"strconv"
	"strings"
)

// This file has what the images of the table share: distributions, programs and accounts.

func alpineDistro(tag string) *Distro {
	d := &Distro{ID: "alpine", Family: Alpine}
	if m := alpineSuffix.FindStringSubmatch(tag); m != nil {
		d.Version = m[1]
	} else if v, _, _ := strings.Cut(tag, "-"); v != "" && v[0] >= '0' && v[0] <= '9' {
		d.Version = v
	}
	return d
}

var debianReleases = []struct{ codename, version string }{
	{"jessie", "8"}, {"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"},
}

// debianByName returns the release from its name in a tag such as "20-bookworm-slim".
// The number there is that of another program.
func debianByName(tag string) *Distro {
	d := &Distro{ID: "debian", Family: Debian}
	for _, r := range debianReleases {
		if strings.Contains(tag, r.codename) {
			d.Version, d.Codename = r.version, r.codename
		}
	}
	return d
}

// debianDistro returns the release from a tag of Debian's own image: "bookworm-slim",
// "12.4".
func debianDistro(tag string) (*Distro, bool) {
	d := &Distro{ID: "debian", Family: Debian}
	first, _, _ := strings.Cut(strings.SplitN(tag, "-", 2)[0], ".")
	for _, r := range debianReleases {
		if strings.Contains(tag, r.codename) || first == r.version {
			d.Version, d.Codename = r.version, r.codename
			return d, true
		}
	}
	switch first {
	case "latest", "stable", "oldstable", "testing", "unstable", "sid":
		return d, true
	}
	return d, false
}

func alpinePrograms() *Programs {
	return &Programs{Paths: map[string]string{
		"sh": "/bin/sh", "chown": "/bin/chown", "apk": "/sbin/apk", "adduser": "/usr/sbin/adduser", "addgroup": "/usr/sbin/addgroup",
		"useradd": "", "apt-get": "", "tini": "", "git": "",
	}}
}

func debianPrograms() *Programs {
	return &Programs{Paths: map[string]string{
		"sh": "/bin/sh", "chown": "/bin/chown", "apt-get": "/usr/bin/apt-get", "useradd": "/usr/sbin/useradd", "groupadd": "/usr/sbin/groupadd",
		"apk": "", "tini": "", "git": "",
	}}
}

func noPrograms() *Programs {
	return &Programs{Paths: map[string]string{"sh": "", "chown": "", "apk": "", "apt-get": "", "useradd": "", "adduser": "", "tini": "", "npm": "", "git": ""}}
}

// accounts returns complete accounts.
func accounts(users []User, groups ...Group) *Accounts {
	a := &Accounts{Complete: true, Groups: groups}
	for _, u := range users {
		a.add(u)
	}
	return a
}

// add adds a user, and its group when the user has one of its own.
func (a *Accounts) add(u User) {
	a.Users = append(a.Users, u)
	if _, ok := a.GroupByID(u.GID); !ok && u.UID == u.GID {
		a.Groups = append(a.Groups, Group{u.Name, u.GID})
	}
}

// debianUsers are the accounts of base-passwd. System accounts that packages
// add lie below 1000.
var debianUsers = []User{
	{"root", 0, 0, "/root", "/bin/bash"}, {"daemon", 1, 1, "/usr/sbin", "/usr/sbin/nologin"},
	{"bin", 2, 2, "/bin", "/usr/sbin/nologin"}, {"sys", 3, 3, "/dev", "/usr/sbin/nologin"},
	{"sync", 4, 65534, "/bin", "/bin/sync"}, {"games", 5, 60, "/usr/games", "/usr/sbin/nologin"},
	{"man", 6, 12, "/var/cache/man", "/usr/sbin/nologin"}, {"lp", 7, 7, "/var/spool/lpd", "/usr/sbin/nologin"},
	{"mail", 8, 8, "/var/mail", "/usr/sbin/nologin"}, {"news", 9, 9, "/var/spool/news", "/usr/sbin/nologin"},
	{"uucp", 10, 10, "/var/spool/uucp", "/usr/sbin/nologin"}, {"proxy", 13, 13, "/bin", "/usr/sbin/nologin"},
	{"www-data", 33, 33, "/var/www", "/usr/sbin/nologin"}, {"backup", 34, 34, "/var/backups", "/usr/sbin/nologin"},
	{"list", 38, 38, "/var/list", "/usr/sbin/nologin"}, {"irc", 39, 39, "/run/ircd", "/usr/sbin/nologin"},
	{"_apt", 42, 65534, "/nonexistent", "/usr/sbin/nologin"}, {"nobody", 65534, 65534, "/nonexistent", "/usr/sbin/nologin"},
}

// alpineUsers are the accounts of alpine-baselayout that matter: those with an
// id that another account might take.
var alpineUsers = []User{
	{"root", 0, 0, "/root", "/bin/sh"}, {"bin", 1, 1, "/bin", "/sbin/nologin"}, {"daemon", 2, 2, "/sbin", "/sbin/nologin"},
	{"mail", 8, 12, "/var/mail", "/sbin/nologin"}, {"ftp", 21, 21, "/var/lib/ftp", "/sbin/nologin"},
	{"guest", 405, 100, "/dev/null", "/sbin/nologin"}, {"nobody", 65534, 65534, "/", "/sbin/nologin"},
}

func atoi(m []string, i int) int {
	if i >= len(m) {
		return 0
	}
	n, err := strconv.Atoi(m[i])
	if err != nil {
		return 0
	}
	return n
}
