package registry_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// world is a file system as far as the facts need it, with the effects of the tools of
// Debian 12 (shadow 4.13, adduser 3.134) and of Alpine (BusyBox). It knows
// nothing of how a command line is written.
type world struct {
	debian bool
	users  []baseimage.User
	groups []baseimage.Group
	// files are all others, by path without the first "/", as tarOf writes them.
	files map[string]string
	// wanted are the packages that were asked for by name; bundles are those of
	// apk add --virtual.
	wanted  map[string]bool
	bundles map[string][]string
}

func newWorld(debian bool) *world {
	w := &world{debian: debian, files: map[string]string{}, wanted: map[string]bool{}, bundles: map[string][]string{}}
	entries, shell := debianFiles, "/bin/bash"
	if !debian {
		entries, shell = alpineFiles, "/bin/sh"
	}
	for _, e := range entries {
		if name, content, ok := cutEntry(e); ok && name != "etc/passwd" && name != "etc/group" {
			w.files[name] = content
		}
	}
	w.users = []baseimage.User{{Name: "root", Home: "/root", Shell: shell}, {Name: "nobody", UID: 65534, GID: 65534, Home: "/nonexistent", Shell: "/usr/sbin/nologin"}}
	w.groups = []baseimage.Group{{Name: "root"}, {Name: "users", GID: 100}, {Name: "nogroup", GID: 65534}}
	return w
}

// cutEntry cuts an entry of tarOf into its name and the rest.
func cutEntry(e string) (name, content string, ok bool) {
	i := strings.IndexAny(e, "=-")
	for i >= 0 && e[i] == '-' && !strings.HasPrefix(e[i:], "->") {
		next := strings.IndexAny(e[i+1:], "=-")
		if next < 0 {
			return "", "", false
		}
		i += 1 + next
	}
	if i < 0 {
		return "", "", false
	}
	return e[:i], e[i:], true
}

func (w *world) clone() *world {
	c := *w
	c.users, c.groups, c.files = slices.Clone(w.users), slices.Clone(w.groups), maps.Clone(w.files)
	c.wanted, c.bundles = maps.Clone(w.wanted), maps.Clone(w.bundles)
	return &c
}

// entries are the whole of the file system for tarOf, by path.
func (w *world) entries() map[string]string {
	all := maps.Clone(w.files)
	var passwd, group strings.Builder
	for _, u := range w.users {
		fmt.Fprintf(&passwd, "%s:x:%d:%d::%s:%s\n", u.Name, u.UID, u.GID, u.Home, u.Shell)
	}
	for _, g := range w.groups {
		fmt.Fprintf(&group, "%s:x:%d:\n", g.Name, g.GID)
	}
	all["etc/passwd"], all["etc/group"] = "="+passwd.String(), "="+group.String()
	return all
}

// layer returns what changed since an earlier state, for tarOf.
func (w *world) layer(before *world) (entries []string) {
	old, now := map[string]string{}, w.entries()
	if before != nil {
		old = before.entries()
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if old[name] != now[name] {
			entries = append(entries, name+now[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, ok := now[name]; !ok {
			i := strings.LastIndex(name, "/") + 1
			entries = append(entries, name[:i]+".wh."+name[i:]+"=")
		}
	}
	return entries
}

// has reports whether a program exists and is executable.
func (w *world) has(paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		switch content := w.files[p]; {
		case content == "=x":
			return true
		case strings.HasPrefix(content, "->/"):
			return w.files[content[3:]] == "=x"
		case strings.HasPrefix(content, "->"):
			return w.files[p[:strings.LastIndex(p, "/")+1]+content[2:]] == "=x"
		}
		return false
	})
}

func (w *world) shell() bool { return w.has("bin/sh", "usr/bin/sh") }

func (w *world) user(name string) int {
	return slices.IndexFunc(w.users, func(u baseimage.User) bool { return u.Name == name })
}

func (w *world) group(name string) int {
	return slices.IndexFunc(w.groups, func(g baseimage.Group) bool { return g.Name == name })
}

func (w *world) uid(id int) bool {
	return slices.ContainsFunc(w.users, func(u baseimage.User) bool { return u.UID == id })
}

func (w *world) gid(id int) bool {
	return slices.ContainsFunc(w.groups, func(g baseimage.Group) bool { return g.GID == id })
}

// free returns an id that neither a user nor a group has: with shadow the one after
// the highest, with BusyBox the lowest.
func (w *world) free(system bool) int {
	id := 1000
	switch {
	case system:
		id = 100
	case w.debian:
		for _, u := range w.users {
			if u.UID >= id && u.UID < 60000 {
				id = u.UID + 1
			}
		}
		for _, g := range w.groups {
			if g.GID >= id && g.GID < 60000 {
				id = g.GID + 1
			}
		}
	}
	for w.uid(id) || w.gid(id) {
		id++
	}
	return id
}

// account is the account in a command; ids that it doesn't state are -1.
type account struct {
	name, group, home, base, shell string
	id                             int
	system, shared, unique, force  bool
	own                            bool // useradd -U
}

// groupadd is that of shadow.
func (w *world) groupadd(a account) bool {
	if w.group(a.name) >= 0 {
		return a.force
	}
	if a.id < 0 && !a.unique {
		return false
	}
	if a.id >= 0 && w.gid(a.id) && a.unique {
		if !a.force {
			return false
		}
		a.id = -1
	}
	if a.id < 0 {
		a.id = w.free(a.system)
	}
	w.groups = append(w.groups, baseimage.Group{Name: a.name, GID: a.id})
	return true
}

// useradd is that of shadow.
func (w *world) useradd(a account) bool {
	if w.user(a.name) >= 0 || a.own && (a.group != "" || a.shared) || a.id >= 0 && w.uid(a.id) && a.unique || a.id < 0 && !a.unique {
		return false
	}
	gid := 100 // GROUP in /etc/default/useradd
	if a.group != "" {
		var ok bool
		if gid, ok = w.numbered(a.group); !ok {
			return false
		}
	}
	if a.id < 0 {
		a.id = w.free(a.system)
	}
	if a.group == "" && !a.shared {
		if w.group(a.name) >= 0 {
			return false
		}
		if gid = a.id; w.gid(gid) || !a.system && (gid < 1000 || gid > 60000) {
			gid = w.free(a.system)
		}
		w.groups = append(w.groups, baseimage.Group{Name: a.name, GID: gid})
	}
	u := baseimage.User{Name: a.name, UID: a.id, GID: gid, Home: a.home, Shell: a.shell}
	if u.Home == "" {
		u.Home = a.base + "/" + a.name
	}
	if u.Shell == "" {
		u.Shell = "/bin/sh"
	}
	w.users = append(w.users, u)
	return true
}

// numbered returns the gid of a group by its number, or else by its name, as
// shadow and Perl's scripts do.
func (w *world) numbered(group string) (int, bool) {
	var id int
	if _, err := fmt.Sscanf(group, "%d", &id); err == nil {
		return id, w.gid(id)
	}
	if i := w.group(group); i >= 0 {
		return w.groups[i].GID, true
	}
	return 0, false
}

// accepts reports whether the distribution's own scripts accept a name and an id.
func (w *world) accepts(a account) bool {
	if w.debian {
		return strings.Trim(a.name, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && strings.Trim(a.name, "0123456789") != ""
	}
	return a.id <= 60000
}

// adduser is Debian's or BusyBox's. Debian's leaves an existing system account
// unchanged; BusyBox takes a group only by its name.
func (w *world) adduser(a account) bool {
	if i := w.user(a.name); i >= 0 {
		u := w.users[i]
		return w.debian && a.system && (a.id < 0 || a.id == u.UID) && u.UID >= 100 && u.UID <= 999
	}
	if a.id >= 0 && w.uid(a.id) || !w.accepts(a) {
		return false
	}
	gid, ok := 65534, true
	switch {
	case a.group != "" && w.debian:
		gid, ok = w.numbered(a.group)
	case a.group != "":
		i := w.group(a.group)
		if ok = i >= 0; ok {
			gid = w.groups[i].GID
		}
	}
	if a.id < 0 {
		a.id = w.free(a.system)
	}
	if a.group == "" && !a.system {
		if ok = w.group(a.name) < 0 && !w.gid(a.id); ok {
			gid = a.id
			w.groups = append(w.groups, baseimage.Group{Name: a.name, GID: gid})
		}
	}
	if !ok {
		return false
	}
	u := baseimage.User{Name: a.name, UID: a.id, GID: gid, Home: a.home, Shell: a.shell}
	if u.Home == "" {
		u.Home = "/home/" + a.name
		if w.debian && a.system {
			u.Home = "/nonexistent"
		}
	}
	if u.Shell == "" {
		u.Shell = "/bin/false"
	}
	w.users = append(w.users, u)
	return true
}

// addgroup is Debian's or BusyBox's.
func (w *world) addgroup(a account) bool {
	if i := w.group(a.name); i >= 0 {
		g := w.groups[i]
		return w.debian && a.system && (a.id < 0 || a.id == g.GID) && g.GID >= 100 && g.GID <= 999
	}
	if a.id >= 0 && w.gid(a.id) || !w.accepts(a) {
		return false
	}
	if a.id < 0 {
		a.id = w.free(a.system)
	}
	w.groups = append(w.groups, baseimage.Group{Name: a.name, GID: a.id})
	return true
}

// userdel deletes a user, and the group of that name.
func (w *world) userdel(name string) bool {
	i := w.user(name)
	if i < 0 {
		return false
	}
	w.users = slices.Delete(w.users, i, i+1)
	if g := w.group(name); g >= 0 && !slices.ContainsFunc(w.users, func(u baseimage.User) bool { return u.GID == w.groups[g].GID }) {
		w.groups = slices.Delete(w.groups, g, g+1)
	}
	return true
}

// modify changes an existing user.
func (w *world) modify(name string, change func(*baseimage.User)) bool {
	i := w.user(name)
	if i < 0 {
		return false
	}
	change(&w.users[i])
	return true
}

// packages are the files that a package brings.
func (w *world) packages(name string) (file string, known bool) {
	files := map[string]string{"git": "usr/bin/git", "tini": "usr/bin/tini", "curl": "usr/bin/curl"}
	if !w.debian {
		files["tini"] = "sbin/tini"
	}
	file, known = files[name]
	return file, known
}

// install installs packages, except those with "-" after or "!" before the name,
// which it removes.
func (w *world) install(names ...string) bool {
	for _, name := range names {
		bare := strings.TrimLeft(strings.TrimRight(name, "-"), "!")
		file, known := w.packages(bare)
		switch {
		case !known:
			return false
		case bare != name:
			w.remove(bare)
		default:
			w.files[file], w.wanted[name] = "=x", true
		}
	}
	return true
}

// remove removes existing packages; missing ones are not a failure.
func (w *world) remove(names ...string) bool {
	for _, name := range names {
		delete(w.wanted, name)
		for _, member := range append(w.bundles[name], name) {
			if file, ok := w.packages(member); ok && !w.wanted[member] {
				delete(w.files, file)
			}
		}
		delete(w.bundles, name)
	}
	return true
}
