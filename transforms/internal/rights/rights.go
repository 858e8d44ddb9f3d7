// Package rights decides, by what is known of an image, whether what runs it may take rights
// from its containers, and says what that rests on.
package rights

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
)

// User is as whom a container starts.
type User struct {
	UID, GID int    // stage.Unknown where it is not known
	Stated   bool   // what runs the image says the UID
	Why      string // where it comes from
	Unknown  string // why it is not known; "" where it is
	// NotRoot: it is certain not to be root, also where Unknown says that its number is not known.
	NotRoot bool
}

// IsRoot reports whether it is root.
func (u User) IsRoot() bool { return u.Unknown == "" && u.UID == 0 }

// MayBeRoot reports whether it is root, or is not known not to be.
func (u User) MayBeRoot() bool { return !u.NotRoot && (u.Unknown != "" || u.UID == 0) }

// OfImage returns the user of an image.
func OfImage(c workload.Container) User {
	return User{UID: c.UID, GID: c.GID, Unknown: c.Unknown, NotRoot: c.NotRoot, Why: why(c)}
}

// why says where the user of an image comes from.
func why(c workload.Container) string {
	switch {
	case c.User == "":
		return c.Image + " has no USER"
	case c.Place.File != "":
		return fmt.Sprintf("USER %s in %s", c.User, c.Place)
	}
	return fmt.Sprintf("USER %s of %s", c.User, c.Image)
}

// Evidence is what a change because of the user of an image rests on.
func Evidence(c workload.Container) []fixer.Evidence {
	if c.Place.File == "" {
		return []fixer.Evidence{{Image: c.Image, What: "USER " + c.User}}
	}
	return []fixer.Evidence{{File: c.Place.File, Root: fixer.Repository, Line: c.Place.Line, What: "USER " + c.User}}
}

// IsEngineSocket reports whether a path is that of a socket by which a process controls a
// container engine.
func IsEngineSocket(file string) bool {
	switch path.Base(file) {
	case "docker.sock", "podman.sock", "containerd.sock", "crio.sock":
		return true
	}
	return false
}

// Idle says that the capabilities which a container adds do nothing, as those of a process that
// is not root's, where that is certain; "" where it is not. Docker and Kubernetes give them to
// the bounding set alone (moby/moby#8460, kubernetes/kubernetes#56374).
func Idle(c workload.Container, added []string) string {
	if len(added) == 0 || !c.Own || c.Unknown != "" || len(c.Gains)+len(c.Gaps) > 0 {
		return ""
	}
	return fmt.Sprintf("%s: a process that is not root's does not get them", strings.Join(added, ", "))
}

// Lost returns whether the processes of an image may be kept from gaining rights.
func Lost(c workload.Container) fixer.Decision {
	switch {
	case c.Unknown != "" && !c.NotRoot:
		return Known(c)
	case len(c.Gains) > 0:
		g := c.Gains[0]
		return fixer.Refusal(fmt.Sprintf("%s: %s %s", g.Place, g.Program, g.Why))
	case len(c.Gaps) > 0:
		return fixer.Doubt(c.Gaps[0].What)
	case c.Browser != "":
		return fixer.Doubt(c.Browser + " starts a browser, whose sandbox may be a setuid program")
	}
	return fixer.Decision{}
}

// Known refuses what rests on an image where nothing is known of that: a user that is stated
// where it is run says nothing of its programs.
func Known(c workload.Container) fixer.Decision {
	if c.Unknown == "" || c.NotRoot {
		return fixer.Decision{}
	}
	return fixer.Refusal(c.Unknown)
}

// Renewed doubts that what runs an image may rest on the user that it gets in this run: what runs
// it may be applied before the image is built and published, and then finds the one that was
// there before.
func Renewed(c workload.Container) fixer.Decision {
	switch {
	case c.Changed:
		return fixer.Doubt("the image gets this user in this run: build it first, or run dockmend again then")
	case len(c.Doubts) > 0:
		return fixer.Doubt(c.Doubts[0])
	case c.Tagged:
		return fixer.Doubt("the image is named by a version, which may have been built before its Dockerfile had this user")
	}
	return fixer.Decision{}
}

// One returns an edit as a list.
func One(e document.Edit, err error) ([]document.Edit, error) {
	if err != nil {
		return nil, err
	}
	return []document.Edit{e}, nil
}
