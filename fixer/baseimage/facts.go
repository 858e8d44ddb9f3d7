// Package baseimage defines what a fix needs to know about a base image: the Facts,
// the Inspector interface that returns them, and a table of well-known images. It
// opens no connection; fixer/registry does. fixer/baseimage/history reads what an
// image says about itself.
package baseimage

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// Source is where a fact comes from, and so how far it may be trusted.
type Source string

const (
	// FromConfig: the image's configuration says so. A fact.
	FromConfig Source = "config"
	// FromLayer: a file of the image says so. A fact.
	FromLayer Source = "layer"
	// FromHistory: a command in the image's history says so. A strong hint.
	FromHistory Source = "history"
	// FromTable: the built-in table of well-known images says so. An assumption.
	FromTable Source = "table"
)

// Family is the kind of userland in an image: which commands create a user,
// which package manager there is.
type Family string

const (
	Alpine     Family = "alpine"
	Debian     Family = "debian" // Ubuntu included
	RHEL       Family = "rhel"
	Wolfi      Family = "wolfi"
	Distroless Family = "distroless"
	Busybox    Family = "busybox"
	Scratch    Family = "scratch"
	Windows    Family = "windows"
	Unknown    Family = "unknown"
)

// Facts are the known facts of one image for one platform. A nil part is unknown; each
// other part carries its Source.
type Facts struct {
	Image    string `json:"image"`    // as requested
	Platform string `json:"platform"` // "linux/amd64"; "" for the default
	// Digest is the digest of what the reference names: the index if there
	// is one. Manifest is the digest of the platform's manifest.
	Digest   string `json:"digest,omitempty"`
	Manifest string `json:"manifest,omitempty"`
	// Local: the image was found on this machine. Its registry may have another
	// one under that name, or none.
	Local    bool      `json:"local,omitempty"`
	Config   *Config   `json:"config,omitempty"`
	Distro   *Distro   `json:"distro,omitempty"`
	Accounts *Accounts `json:"accounts,omitempty"`
	Programs *Programs `json:"programs,omitempty"`
	Versions *Versions `json:"versions,omitempty"`
	// Assumed is why the image itself could not be read, if the facts are assumed
	// instead; "" otherwise.
	Assumed string `json:"assumed,omitempty"`
	// Unread is why the layers could not be read although a question needed them:
	// their facts are missing, or are the table's. "" otherwise.
	Unread string `json:"unread,omitempty"`
	// Absent states that there is no such image or tag, in the words of the error that
	// wrapped ErrNotFound. Files of facts need it to distinguish that from an image
	// that was never asked for; no Inspector returns such facts.
	Absent string `json:"absent,omitempty"`
}

// Config is the part of the image configuration that a Dockerfile inherits
// (OCI image specification, "config" object).
type Config struct {
	User         string   `json:"user,omitempty"`
	Entrypoint   []string `json:"entrypoint,omitempty"`
	Cmd          []string `json:"cmd,omitempty"`
	Env          []string `json:"env,omitempty"` // "NAME=value"
	WorkingDir   string   `json:"workingDir,omitempty"`
	Shell        []string `json:"shell,omitempty"`
	OnBuild      []string `json:"onBuild,omitempty"`
	Volumes      []string `json:"volumes,omitempty"`      // sorted
	ExposedPorts []string `json:"exposedPorts,omitempty"` // "3000/tcp", sorted
	// Grants are what commands of the history give to programs: capabilities, setuid.
	Grants []string `json:"grants,omitempty"`
	Source Source   `json:"source"`
}

// Distro is the contents of /etc/os-release.
type Distro struct {
	ID       string `json:"id,omitempty"`       // "debian"
	Version  string `json:"version,omitempty"`  // VERSION_ID: "12"
	Codename string `json:"codename,omitempty"` // "bookworm"
	Family   Family `json:"family"`             // never ""
	// Archive is whether the release's package archive is still served.
	Archive Archive `json:"archive,omitempty"`
	Source  Source  `json:"source"`
}

// User is a line of /etc/passwd.
type User struct {
	Name  string `json:"name"` // "" if the name is not usable
	UID   int    `json:"uid"`
	GID   int    `json:"gid"`
	Home  string `json:"home,omitempty"`
	Shell string `json:"shell,omitempty"`
}

// Group is a line of /etc/group.
type Group struct {
	Name string `json:"name"` // as of User
	GID  int    `json:"gid"`
}

// Accounts are the users and groups of an image.
type Accounts struct {
	Users  []User  `json:"users,omitempty"`
	Groups []Group `json:"groups,omitempty"`
	// Complete: there are no others. Only then is a name or an id that is not
	// listed known to be free.
	Complete bool   `json:"complete"`
	Source   Source `json:"source"`
}

// Programs are the programs that a fix may need: name to absolute path, "" if the
// image is known not to have it. A name that is not in the map was not looked for, or
// is unknown.
type Programs struct {
	Paths map[string]string `json:"paths"`
	// Rights has what programs have of their own, whoever starts them: "setuid", "setgid",
	// "capabilities", or "" for nothing. A name that is not in the map was not looked at.
	Rights map[string]string `json:"rights,omitempty"`
	Source Source            `json:"source"`
}

// Versions are the versions of the JavaScript tools in the image, without "v".
type Versions struct {
	Node   string `json:"node,omitempty"`
	NPM    string `json:"npm,omitempty"`
	Yarn   string `json:"yarn,omitempty"`
	Source Source `json:"source"`
}

// Inspector answers questions about base images.
//
// Inspect returns facts in which every requested part is set, or nil if it is unknown;
// other parts may be set too. It returns an error, and no facts, only if nothing at
// all is known of the image; the error says why in one line, without the image's name.
// The facts are shared: callers must not change them. An Inspector is safe for
// concurrent use and gives the same answer for the same query throughout a run.
type Inspector interface {
	Inspect(ctx context.Context, q Query) (*Facts, error)
}

// ErrUnknown is returned by an Inspector that has no record of the image.
var ErrUnknown = errors.New("no facts about this image are at hand")

// ErrNotFound is wrapped by the error of an Inspector if its source says that there is
// no such image or tag. Any other error may be temporary.
var ErrNotFound = errors.New("there is no such image or tag")

// User returns the account with that name.
func (a *Accounts) User(name string) (User, bool) {
	if a == nil || name == "" {
		return User{}, false
	}
	i := slices.IndexFunc(a.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return User{}, false
	}
	return a.Users[i], true
}

// UserByID returns the first account with that uid.
func (a *Accounts) UserByID(uid int) (User, bool) {
	if a == nil {
		return User{}, false
	}
	i := slices.IndexFunc(a.Users, func(u User) bool { return u.UID == uid })
	if i < 0 {
		return User{}, false
	}
	return a.Users[i], true
}

// Group returns the group with that name.
func (a *Accounts) Group(name string) (Group, bool) {
	if a == nil || name == "" {
		return Group{}, false
	}
	i := slices.IndexFunc(a.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return Group{}, false
	}
	return a.Groups[i], true
}

// GroupByID returns the first group with that gid.
func (a *Accounts) GroupByID(gid int) (Group, bool) {
	if a == nil {
		return Group{}, false
	}
	i := slices.IndexFunc(a.Groups, func(g Group) bool { return g.GID == gid })
	if i < 0 {
		return Group{}, false
	}
	return a.Groups[i], true
}

// Clone returns a copy that may be changed.
func (a *Accounts) Clone() *Accounts {
	if a == nil {
		return nil
	}
	c := *a
	c.Users, c.Groups = slices.Clone(a.Users), slices.Clone(a.Groups)
	return &c
}

// FreeID returns the lowest id from min on that neither a user nor a group
// has, and false if the accounts are not complete.
func (a *Accounts) FreeID(min int) (int, bool) {
	if a == nil || !a.Complete {
		return 0, false
	}
	taken := map[int]bool{}
	for _, u := range a.Users {
		taken[u.UID] = true
	}
	for _, g := range a.Groups {
		taken[g.GID] = true
	}
	id := min
	for taken[id] {
		id++
	}
	return id, true
}

// FamilyOf returns the family in d, Unknown if d is nil.
func (d *Distro) FamilyOf() Family {
	if d == nil {
		return Unknown
	}
	return cmp.Or(d.Family, Unknown)
}

// Has reports whether the program is in the image, and whether that is known.
func (p *Programs) Has(name string) (has, known bool) {
	if p == nil {
		return false, false
	}
	path, known := p.Paths[name]
	return path != "", known
}
